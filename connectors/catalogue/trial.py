"""A dry run: what would become of a delivery's rows, in a store that knows nothing yet; nothing is stored. Pure.

Counted as the store counts: a row equal to the one before it under its key is a duplicate, any other after the first a
correction; a first row is unresolved where its subject is known neither by a unified code nor through this delivery.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from statistics import median

import orjson

from connectors.conversion.cells import HIDDEN, Reason, without_citizens
from connectors.conversion.headers import field_of_column
from connectors.conversion.identifiers import Kind, is_old_citizen
from connectors.conversion.left_out import FOOTER, REPEATED_HEADER
from connectors.conversion.party import PERSON
from connectors.conversion.rows import Mapped, Refused, RowMapper
from connectors.decoding.decode import Table
from connectors.decoding.layout import Layout, lay_out
from connectors.model.counting import Tally
from connectors.model.datasets import Dataset
from connectors.quality.drift import FieldProfile, Profile
from signing.merkle import leaf_hash

MOST_KEPT, FIRST_SOUND = 100_000, 5
TOLD_EVERY = 1_000  # rows
OUTCOMES = ("rows", "accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")


@dataclass(frozen=True)
class RefusedRow:
    """A row that would be refused: its number, its cells as they came, and why."""

    number: int
    cells: list[str]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class SoundRow:
    """A row that would be stored: its number, its cells as they came, and its record."""

    number: int
    cells: list[str]
    record: Mapped


@dataclass
class Trial:
    """What came of the rows; `filled` counts per field the sound rows that have it, `refused_in` per column the
    refused rows; `first` are the first sound rows.
    """

    layout: Layout
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    refused_in: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    refused: list[RefusedRow] = field(default_factory=list)
    first: list[SoundRow] = field(default_factory=list)
    whole: bool = True

    @property
    def sound(self) -> int:
        """How many rows became records."""
        return self.counts["rows"] - self.counts["rejected"] - self.counts["natural_persons"]

    def add_sound(self, record: Mapped) -> None:
        """Count what a sound row fills."""
        content = orjson.loads(record.canonical)["fields"]
        said = {name: value for name, value in content.items() if value not in (None, [])}
        self.filled.update(said.keys())
        fields = self.layout.binding.dataset.fields
        for name in (name for name in said if fields[name].type == "money"):
            self.amounts[name].append(Decimal(said[name]))

    def add_refused(self, row: RefusedRow) -> None:
        """Count why a row is refused, and keep it, up to a bound."""
        self.counts["rejected"] += 1
        self.reasons.update({reason.code for reason in row.reasons})
        self.refused_in.update({reason.column for reason in row.reasons})
        if len(self.refused) < MOST_KEPT:
            self.refused.append(row)

    def profile(self) -> Profile:
        """Return what its values look like as a whole; who is unresolved is known in the store alone."""
        owners, rejected = field_of_column(self.layout.binding), Counter[str]()
        for column, rows in self.refused_in.items():
            rejected[owners.get(column, column)] += rows
        medians = {name: median(found) for name, found in self.amounts.items()}
        fields = {
            name: FieldProfile(self.sound, self.filled[name], rejected.pop(name, 0), medians.get(name))
            for name in self.layout.binding.dataset.fields
        }
        others = {name: FieldProfile(rejected=rows) for name, rows in rejected.items()}
        return Profile(self.counts["rows"], records=0, unresolved=0, fields=fields | others)


def try_out(dataset: Dataset, table: Table, today: date, most_rows: int | None = None) -> Trial:
    """Map a delivery, or its first rows. Raises MalformedError where it would be refused as a whole."""
    return try_rows(lay_out(dataset, table), today, most_rows)


def try_rows(
    layout: Layout, today: date, most_rows: int | None = None, progress: Callable[[int], None] = lambda _rows: None
) -> Trial:
    """Map the rows of a delivery that is laid out, or the first of them; `progress` is told how many were.

    Raises MalformedError.
    """
    trial, chains, mapper = Trial(layout), _Chains(layout.tally), RowMapper(layout.binding, today)
    for done, (number, cells) in enumerate(islice(layout.table.rows, most_rows)):
        if done % TOLD_EVERY == 0:
            progress(done)
        outcome = mapper.map(cells, layout.table.faults.get(number, {}))
        trial.counts["rows"] += outcome not in (FOOTER, REPEATED_HEADER)
        if isinstance(outcome, Mapped):
            chains.add(number, outcome)
            trial.add_sound(outcome)
            if len(trial.first) < FIRST_SOUND:
                trial.first.append(SoundRow(number, cells, outcome))
        elif isinstance(outcome, Refused):
            trial.add_refused(RefusedRow(number, cells, outcome.reasons))
        elif outcome == PERSON:
            trial.counts["natural_persons"] += 1
            layout.tally.persons.add(number)
        else:
            (layout.tally.footers if outcome == FOOTER else layout.tally.repeated_headers).add(number)
    trial.whole = most_rows is None or next(layout.table.rows, None) is None
    if trial.whole:
        layout.tally.check(trial.counts["rows"])
    chains.tell_conflicts()
    trial.counts.update(chains.count(registers=layout.binding.dataset.registers))
    return trial


class _Chains:
    """The versions of every record, as they would follow one another."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._last: dict[str, tuple[bytes, int]] = {}  # by key: the latest content, and its row
        self._conflicts: dict[str, list[int]] = {}
        self._outcomes: Counter[str] = Counter()
        self._open: list[tuple[str, str]] = []  # what first rows without a unified code are known by
        self._owners: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add(self, number: int, record: Mapped) -> None:
        identifier, digest = record.identifier, leaf_hash(record.canonical)
        before, row = self._last.get(record.key, (None, 0))
        if before != digest:
            self._last[record.key] = (digest, number)
            if before is not None:
                self._conflicts.setdefault(record.key, [row]).append(number)
        if identifier.kind is Kind.USCC:
            self._owners["organisation_code", str(identifier.organisation)].add(identifier.value)
            self._owners["name", record.name_key].add(identifier.value)
        if before is not None:
            self._outcomes["duplicates" if before == digest else "corrections"] += 1
        elif identifier.kind is Kind.USCC:
            self._outcomes["accepted"] += 1
        elif identifier.organisation:
            self._open.append(("organisation_code", identifier.organisation))
        else:
            self._open.append((identifier.kind.value if identifier.value else "name", record.name_key))

    def tell_conflicts(self) -> None:
        for rows in self._conflicts.values():
            self._tally.add_conflict(rows)

    def count(self, *, registers: bool) -> Counter[str]:
        for known_by in self._open:
            told = registers or known_by[0] == "organisation_code"
            resolved = told and len(self._owners.get(known_by, ())) == 1
            self._outcomes["accepted" if resolved else "unresolved"] += 1
        return self._outcomes


def kept_cells(header: list[str], row: RefusedRow) -> dict[str, str]:
    """Return a refused row's cells by heading, without citizen numbers; a shifted row has more of either."""
    width = max(len(header), len(row.cells))
    names = [*header, *[""] * (width - len(header))]
    cells = [*row.cells, *[""] * (width - len(row.cells))]
    paired = enumerate(zip(names, cells, strict=True), start=1)
    return {name or f"第{place}列": _without_persons(cell) for place, (name, cell) in paired}


def _without_persons(cell: str) -> str:
    return HIDDEN if is_old_citizen(cell.strip()) else without_citizens(cell)
