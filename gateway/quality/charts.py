"""Small charts as SVG: only shapes with places and classes, since the page's policy allows no inline style. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, GAP = 240, 56, 4


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, and the number it stands for; without one, the bar says only that there is none."""

    x: int
    y: int
    width: int
    height: int
    value: Decimal | None


def bars(values: Sequence[Decimal | None]) -> list[Bar]:
    """Return bars for shares (0 to 1), side by side; the smallest share that is not 0 can still be seen."""
    width = WIDTH // max(1, len(values)) - GAP
    return [_bar(place * (width + GAP), width, value) for place, value in enumerate(values)]


def _bar(x: int, width: int, value: Decimal | None) -> Bar:
    if value is None:
        return Bar(x, 0, width, HEIGHT, None)
    height = max(1 if value else 0, round(min(Decimal(1), max(Decimal(0), value)) * HEIGHT))
    return Bar(x, HEIGHT - height, width, height, value)
