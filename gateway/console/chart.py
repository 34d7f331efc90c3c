"""The one chart: a finding in words, the figures it is drawn from, and the table of the same figures. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import orjson

MOST_SERIES = 6
Tone = Literal["1", "2", "3", "4", "5", "6", "bad", "ok", "warn"]


@dataclass(frozen=True)
class Series:
    """A row of figures, one for each category; None where there is none. `dashed` for what it is compared with."""

    label: str
    values: Sequence[float | int | None]
    tone: Tone = "1"
    kind: Literal["", "bar", "line"] = ""  # another than the chart's
    dashed: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart; `across` has its bars lie, `finding` is the sentence that a screen reader reads in its place."""

    name: str
    kind: Literal["bar", "line", "across", "radar"]
    finding: str
    categories: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    stacked: bool = False
    least: float = 0  # of a radar: in its middle, and at its rim
    most: float = 100

    def __post_init__(self) -> None:
        assert len(self.series) <= MOST_SERIES, self.name  # noqa: S101 - nobody can tell more apart
        assert all(len(one.values) == len(self.categories) for one in self.series), self.name  # noqa: S101

    @property
    def drawn(self) -> str:
        """What the script draws it from: JSON that can stand inside a script element."""
        return orjson.dumps(asdict(self)).decode().replace("<", "\\u003c")
