"""What of an enterprise's data may be read: some datasets alone, events of some days alone. Pure.

Nothing outside is read. A tag that would need any of it is withheld, by its declaration alone: what lies outside shows
neither as a value that is too small nor in which tags are withheld.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from connectors.catalogue.load import datasets
from connectors.conversion.dates import first_day
from connectors.records.portfolio import ShownRecord
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import As
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import Plan, PlannedPart
from scoring_adapter.tags.reading import EPOCH
from scoring_adapter.tags.value import TagValue


@dataclass(frozen=True)
class Limits:
    """The datasets that may be read, None for all; the first and the last day of an event, None where open. `persons`
    are those whom the basis names, by their hashes, each with whether they consented to be named themselves; None where
    it names nobody.
    """

    datasets: frozenset[str] | None = None
    data_from: date | None = None
    data_to: date | None = None
    persons: tuple[tuple[str, bool], ...] | None = None

    @property
    def are_none(self) -> bool:
        """Whether everything may be read; whoever is named reads no more and no less of it."""
        return (self if self.persons is None else replace(self, persons=None)) == NO_LIMITS

    def reads(self, dataset: str) -> bool:
        """Tell whether a dataset may be read."""
        return self.datasets is None or dataset in self.datasets

    def holds(self, record: ShownRecord) -> bool:
        """Tell whether a record may be read; one that says no day is of no day that was named."""
        if not self.reads(record.dataset):
            return False
        if self.data_from is None and self.data_to is None:
            return True
        field = datasets()[record.dataset].event_date
        said = record.fields.get(field) if field else None
        if not isinstance(said, str) or not said:
            return False
        day = date.fromisoformat(first_day(said))
        return (self.data_from or day) <= day <= (self.data_to or day)

    def held(self, records: Iterable[ShownRecord]) -> list[ShownRecord]:
        """Return the records that may be read."""
        return [record for record in records if self.holds(record)]


NO_LIMITS = Limits()


def withhold(values: Mapping[str, TagValue], tags: TagCatalogue, limits: Limits, as_of: date) -> Mapping[str, TagValue]:
    """Return the values with those that need what may not be read withheld."""
    if limits.are_none:
        return values
    outside = find_outside(tags, limits, as_of)
    return {tag: TagValue(None, "withheld") if tag in outside else value for tag, value in values.items()}


@lru_cache(maxsize=32)
def find_outside(tags: TagCatalogue, limits: Limits, as_of: date) -> frozenset[str]:
    """Return the tags that need data outside of the limits."""
    found = {tag.id for tag in tags.tags if not all(map(limits.reads, tags.sources_of(tag)))}
    if limits.data_from is None and limits.data_to is None:
        return frozenset(found)
    planned = plan(tags, as_of)
    parts_of = {one.tag.id: [name for name in (one.part, one.over) if name] for one in planned.tags}
    beyond = {name for name, part in planned.parts.items() if not _lies_within(part, tags, limits, as_of)}
    found |= {tag for tag, parts in parts_of.items() if beyond & set(parts)}
    while more := {tag for tag, parts in parts_of.items() if tag not in found and _reads(planned, parts) & found}:
        found |= more
    return frozenset(found)


def _reads(planned: Plan, parts: Iterable[str]) -> set[str]:
    """Return the tags of other enterprises that parts may be taken from."""
    return {tag for name in parts for _, tag in planned.sources[planned.parts[name].source].others.values()}


def _lies_within(part: PlannedPart, tags: TagCatalogue, limits: Limits, as_of: date) -> bool:
    """Tell whether every row that a part may be made of is of an event within the days; in doubt, not.

    Rows that count as one, do so among those within.
    """
    at = tags.sources[part.source].at
    if not at:
        return False
    window = next(test for test in part.tests if test.column == at)
    if window.or_empty or window.low is None or window.high is None:
        return False
    kind = tags.column(part.source, at).as_
    begins, last = _days(kind, window.low)[0], _days(kind, min(window.high, _now(kind, as_of)))[1]
    for member in tags.members(part.source):
        first = _earliest(tags, member, at, begins)
        if first is None or first < (limits.data_from or first) or last > (limits.data_to or last):
            return False
    return True


def _earliest(tags: TagCatalogue, dataset: str, at: str, begins: date) -> date | None:
    """Return the earliest day of an event that a row of a window has which begins on a day; None where that is unknown.

    The last day of a month or a year is of an event on its first; what is due in a year, of the year before.
    """
    column = tags.sources[dataset].columns.get(at)
    if column is None or column.instead or (column.of or at) != datasets()[dataset].event_date:
        return None
    return date(begins.year - bool(column.due), 1, 1) if column.due or column.last else begins


def _now(kind: As, as_of: date) -> int:
    if kind == "day":
        return as_of.toordinal() - EPOCH
    return as_of.year * 12 + as_of.month - 1 if kind == "month" else as_of.year


def _days(kind: As, value: int) -> tuple[date, date]:
    """Return the first and the last day that a day, a month or a year is, as columns count them."""
    if kind == "day":
        day = date.fromordinal(value + EPOCH)
        return day, day
    first, after = (value, value + 1) if kind == "month" else (value * 12, (value + 1) * 12)
    begins, ends = (date(months // 12, months % 12 + 1, 1) for months in (first, after))
    return begins, date.fromordinal(ends.toordinal() - 1)
