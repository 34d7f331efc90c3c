"""The parts of one enterprise out of its rows, in plain Python: the same as the SQL gives for everybody. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from scoring_adapter.tags.bounds import Test
from scoring_adapter.tags.extract import Cell, Row
from scoring_adapter.tags.planned import Plan, PlannedPart, PlannedSource
from scoring_adapter.tags.takes import TAKES

Series = Mapping[str, Sequence[Row]]  # dataset → its rows that may be shown, in the order they landed
Others = Mapping[str, Mapping[int, int]]  # tag → an enterprise's key → the tag's value there


class References:
    """The series that columns are taken from, indexed; made once for a plan, used for every enterprise."""

    def __init__(self, plan: Plan, series: Series) -> None:
        """Take the series' rows, as extracted, in the order they landed: of several that agree the last counts."""
        self._found = {
            (source.name, column): {
                tuple(row[place] for place in places): row[taken]
                for row in series.get(reference.dataset, ())
                if all(test.passes(row[layout.index(test.column)]) for test in reference.tests)
            }
            for source in plan.sources.values()
            for column, reference in source.references.items()
            for layout in [plan.layouts[reference.dataset]]
            for places in [[layout.index(its) for _, its in reference.by]]
            for taken in [layout.index(reference.take)]
        }

    def find(self, source: str, column: str, key: tuple[Cell, ...]) -> Cell:
        """Return what a column takes from its series, nothing where no row agrees."""
        return None if None in key else self._found[source, column].get(key)


def interpret(plan: Plan, rows: Mapping[str, Sequence[Row]], references: References, others: Others) -> dict[str, Cell]:
    """Return every part over one enterprise's extracted rows, by dataset: those that may be shown on the plan's day."""
    found = dict(plan.nothing)
    for name, source in plan.sources.items():
        if any(rows.get(member) for member in source.members):
            table = _Table(_columns(plan, source, rows, references, others))
            found.update({part.name: table.part(part) for part in plan.parts_of[name]})
    return found


class _Table:
    """A source's rows by column. Which rows pass a test is found once, as a set of bits."""

    def __init__(self, columns: Mapping[str, Sequence[Cell]]) -> None:
        self._columns = columns
        self._passing: dict[tuple[Test, ...], list[int]] = {}
        self._masks: dict[Test, int] = {}

    @cached_property
    def _all(self) -> int:
        return (1 << len(self._columns[""])) - 1

    def part(self, part: PlannedPart) -> Cell:
        picked = self._picked(part.tests)
        values, times = self._columns[part.field], self._columns[part.at]
        if not part.per:
            return TAKES[part.take](picked, values, times)
        groups: dict[int, list[int]] = {}
        for row in picked:
            if (key := self._columns[part.per][row]) is not None:
                groups.setdefault(key, []).append(row)
        each = [TAKES[part.each](group, values, times) for group in groups.values()]
        found = [value for value in each if value is not None]
        return TAKES[part.take](range(len(found)), found, ())

    def _picked(self, tests: tuple[Test, ...]) -> list[int]:
        if (known := self._passing.get(tests)) is not None:
            return known
        mask = self._all
        for test in tests:
            mask &= self._mask(test)
        return self._passing.setdefault(tests, [row for row in range(mask.bit_length()) if mask >> row & 1])

    def _mask(self, test: Test) -> int:
        if (known := self._masks.get(test)) is None:
            column = self._columns[test.column]
            known = self._masks[test] = sum(1 << row for row, value in enumerate(column) if test.passes(value))
        return known


def _columns(
    plan: Plan, source: PlannedSource, rows: Mapping[str, Sequence[Row]], references: References, others: Others
) -> dict[str, Sequence[Cell]]:
    """Return a source's columns, rows that are one made one, then what is taken from elsewhere; "" stands for none."""
    found: list[Row] = []
    for member in source.members:
        places = [plan.layouts[member].index(column) for column in source.columns]
        found += [tuple([row[place] for place in places]) for row in rows.get(member, ())]
    if source.once:
        found = _merged(found, source.columns.index(source.once))
    columns: dict[str, Sequence[Cell]] = {name: [row[at] for row in found] for at, name in enumerate(source.columns)}
    for name, reference in source.references.items():
        keys = zip(*(columns[ours] for ours, _ in reference.by), strict=True)
        columns[name] = [references.find(source.name, name, key) for key in keys]
    for name, (key, tag) in source.others.items():
        known = others.get(tag, {})
        columns[name] = [None if named is None else known.get(named) for named in columns[key]]
    columns[""] = [None] * len(found)
    return columns


def _merged(rows: Iterable[Row], key: int) -> list[Row]:
    """Return rows that agree in their key as one, each column the greatest of theirs."""
    apart: list[Row] = []
    groups: dict[int, list[Row]] = {}
    for row in rows:
        if (named := row[key]) is None:
            apart.append(row)
        else:
            groups.setdefault(named, []).append(row)
    return apart + [
        tuple(max((cell for cell in column if cell is not None), default=None) for column in zip(*group, strict=True))
        if len(group) > 1
        else group[0]
        for group in groups.values()
    ]
