"""What a model foretells of an enterprise. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Foretold:
    """What is foretold of an enterprise: its place among all from 1 on, points, the chance in millionths, and reasons:
    measures with their value (None without) and the points that they add to what most have.
    """

    subject: int
    place: int
    points: int
    chance_ppm: int
    reasons: Sequence[tuple[str, int | None, int]]
