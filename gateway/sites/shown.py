"""What is shown of one site besides its findings: its figures with their bands, and its newest ratings.

What they are computed with is large, and is loaded by the first who looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.runtime.work import UnitOfWork
from gateway.sites.reading import SiteSeen
from risk_monitor.site_names import SeriesName


@dataclass(frozen=True)
class DayShown:
    """A day of a series: its figure, what was expected, and from where up to where it is ordinary; None: unknown."""

    day: date
    value: int | None
    expected: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Rating:
    """What a rater last gave a platform, and when."""

    rater: str
    rating: str | None
    day: date


@dataclass(frozen=True)
class Shown:
    """The series that have a figure, and the newest rating of each rater."""

    series: Mapping[SeriesName, Sequence[DayShown]]
    ratings: Sequence[Rating]


async def read_shown(work: UnitOfWork, seen: SiteSeen) -> Shown:
    """Return what is shown of a site. Whoever asks has been let in (read_site)."""
    from gateway.sites.drawing import read_ratings, read_series  # noqa: PLC0415 - numpy; the start needs none

    return Shown(await read_series(work, seen), await read_ratings(work, seen))
