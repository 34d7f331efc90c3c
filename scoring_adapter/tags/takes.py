"""What may be taken of some picked rows: their values, or their times, as one integer. Pure."""

from collections.abc import Callable, Sequence

from scoring_adapter.tags.extract import Cell
from scoring_adapter.tags.planned import Taken

_Picked = Sequence[int]
_Cells = Sequence[Cell]


def _given(picked: _Picked, cells: _Cells) -> list[int]:
    return [cell for row in picked if (cell := cells[row]) is not None]


def _latest(picked: _Picked, values: _Cells, times: _Cells) -> Cell:
    pairs = [(at, value) for row in picked if (at := times[row]) is not None and (value := values[row]) is not None]
    return max(pairs)[1] if pairs else None


def _sum(picked: _Picked, values: _Cells, _: _Cells) -> Cell:
    given = _given(picked, values)
    return sum(given) if given else None


def _span(picked: _Picked, values: _Cells, _: _Cells) -> Cell:
    given = _given(picked, values)
    return max(given) - min(given) + 1 if given else None


TAKES: dict[Taken, Callable[[_Picked, _Cells, _Cells], Cell]] = {
    "count": lambda picked, _, __: len(picked),
    "distinct": lambda picked, values, _: len(set(_given(picked, values))),
    "sum": _sum,
    "max": lambda picked, values, _: max(_given(picked, values), default=None),
    "min": lambda picked, values, _: min(_given(picked, values), default=None),
    "span": _span,
    "latest": _latest,
    "first": lambda picked, _, times: min(_given(picked, times), default=None),
    "last": lambda picked, _, times: max(_given(picked, times), default=None),
}
