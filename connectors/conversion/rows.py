"""Rows into records: a mapping bound to a header, then applied row by row. Pure.

Order of judgement: what is no data (connectors/conversion/left_out.py), the number of cells, then who the row is about
(a natural person is dropped at once, and nothing of the row is kept), then every field, so that a refused row names all
that is wrong with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Literal

import orjson

from connectors.conversion import dates, normalise
from connectors.conversion.binding import Binding, BoundField
from connectors.conversion.cells import ERROR, EXAMPLE, EXAMPLE_MARK, NULLS, CellError, Faults, Reason, is_error, shown
from connectors.conversion.disclosure import bounds_of, last_day_shown
from connectors.conversion.extracting import extracted
from connectors.conversion.free_text import without_contacts
from connectors.conversion.identifiers import Identifier
from connectors.conversion.keys import business_keys
from connectors.conversion.left_out import LeftOut, LeftOutReader
from connectors.conversion.packed import read_packed
from connectors.conversion.party import PERSON, PartyReader
from connectors.model.datasets import FieldType
from connectors.model.folding import name_key

LONGEST_KEY = 600  # characters: an index entry of PostgreSQL holds 2704 bytes
Value = str | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One record-to-be: its canonical bytes and the columns the store keeps beside them."""

    key: str
    identifier: Identifier
    name: str
    name_key: str
    producer: str | None
    event_date: str | None
    publish_until: str | None
    canonical: bytes
    former: str | None = None  # the key before keys were folded, where it differs
    also: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be used, and every reason why."""

    reasons: tuple[Reason, ...]


Outcome = Mapped | Refused | Literal["natural_person"] | LeftOut
_NO_FAULTS: Faults = {}


class RowMapper:
    """A mapping bound to one delivery's header, applied row by row."""

    def __init__(self, binding: Binding, today: date) -> None:
        """Take the binding and today, after which nothing can have happened."""
        self._binding, self._dataset = binding, binding.dataset
        self._header = binding.header
        self._latest = (today + timedelta(days=1)).isoformat()
        self._names, self._producers = binding.names, binding.producers
        self.party = PartyReader(binding)
        self._fields = [(bound, reader_of(bound), _plain_place(bound)) for bound in binding.fields if bound.is_read]
        self._left_out = LeftOutReader(binding, self.party)
        self._bounds = bounds_of(binding.dataset)
        used = {place for bound in binding.fields for place in bound.looked_at}
        self._used = sorted(used | {*binding.names, *binding.codes, *binding.kinds, *binding.producers})

    def map(self, cells: Sequence[str], faults: Faults = _NO_FAULTS) -> Outcome:  # noqa: C901 - a rule a step
        """Return the record, the reasons, PERSON, or what else the row is that is no data.

        `faults` are cells that were refused where they were read; those of columns that nothing reads do not matter.
        """
        while len(cells) > len(self._header) and not cells[-1].strip():
            cells = cells[:-1]
        if left_out := self._left_out.kind_of(cells):
            return left_out
        if len(cells) != len(self._header):
            wanted, found = len(self._header), len(cells)
            text = (
                f"应有 {wanted} 列，实有 {found} 列；CSV 中带逗号的数字或文字要加双引号 "
                f"{wanted} columns wanted, {found} found: in CSV, what holds a comma stands in double quotes"
            )
            return Refused((Reason("column_count", "", "", text),))
        if not any(cell.strip() for cell in cells):
            return Refused((Reason("row_blank", "", "", "整行为空 the row is empty"),))
        name = without_contacts(cells[self._names[0]].strip())
        if name.endswith(EXAMPLE_MARK):
            return Refused((Reason("example_row", self._label(self._names[0]), shown(name), EXAMPLE),))
        party = self.party.identify(cells, name)
        if party is PERSON:
            return PERSON
        if broken := {place: faults[place] for place in self._used if place in faults}:
            return Refused(tuple(replace(broken[place], column=self._label(place)) for place in broken))
        fields, reasons = self._read_fields(cells)
        if isinstance(party, Reason):
            reasons.insert(0, party)
        elif is_error(name) and not any(reason.code == "spreadsheet_error" for reason in reasons):
            reasons.insert(0, Reason("spreadsheet_error", self._header[self._names[0]], shown(name), ERROR))
        said = _date(fields, self._dataset.event_date)
        event_date = dates.first_day(said) if said else None
        if event_date and event_date > self._latest:
            text = "晚于今天 later than today"
            reasons.append(Reason("date_future", str(self._dataset.event_date), event_date, text))
        if reasons or not isinstance(party, Identifier):
            return Refused(tuple(reasons))
        known_as = "" if name in self.party.absent else name
        mapped = self._record(cells, party, known_as, fields, event_date)
        if max(len(mapped.key), len(mapped.name_key)) > LONGEST_KEY:
            text = f"名称或主键超过 {LONGEST_KEY} 字 the name or key is longer than {LONGEST_KEY} characters"
            return Refused((Reason("key_too_long", self._label(self._names[0]), shown(name), text),))
        return mapped

    def _read_fields(self, cells: Sequence[str]) -> tuple[dict[str, Value], list[Reason]]:
        fields: dict[str, Value] = {}
        reasons: list[Reason] = []
        for bound, read, plain in self._fields:
            cell, place = (cells[plain], plain) if plain is not None else cell_of(bound, cells)
            try:
                value = read(cell)
            except CellError as refusal:
                reasons.append(Reason(refusal.code, self._label(place), shown(cell), refusal.text))
                continue
            if value is None and bound.within:
                value = normalise.find_fine(cells[bound.within[0]], bound.field.unit)
            if value is None and bound.field.required:
                reasons.append(Reason("required", self._label(place), shown(cell), "必填 required"))
            fields[bound.name] = value
        return fields, reasons

    def _label(self, place: int | None) -> str:
        return "" if place is None else self._binding.label(place)

    def _record(
        self, cells: Sequence[str], identifier: Identifier, name: str, fields: dict[str, Value], event_date: str | None
    ) -> Mapped:
        key, former = business_keys(self._dataset, identifier.value, name, fields)
        producer = without_contacts(cells[self._producers[0]].strip()) if self._producers else None
        publish_until = last_day_shown(self._bounds, _date(fields, self._dataset.disclosure.field), event_date)
        canonical = orjson.dumps(
            {
                "agency": self._dataset.agency,
                "dataset": self._dataset.dataset,
                "fields": fields,
                "identifier": {"type": identifier.kind.value, "value": identifier.value},
                "key": key,
                "name": name,
                "producer": producer,
                "schema": self._dataset.schema_version,
            },
            option=orjson.OPT_SORT_KEYS,  # equal to RFC 8785: ASCII names, no floats, no integers beyond 2^53
        )
        also = self.party.others(cells, identifier) if self._dataset.registers else ()
        spelled = name_key(name)
        return Mapped(key, identifier, name, spelled, producer, event_date, publish_until, canonical, former, also)


def _date(fields: dict[str, Value], name: str | None) -> str | None:
    value = fields.get(name) if name else None
    return value if isinstance(value, str) else None


def _plain_place(bound: BoundField) -> int | None:
    """Return the one place whose cells are the field's as they stand; None where cell_of tells what its cell is."""
    column = bound.column
    one = not (column.value or column.first_filled or column.join is not None or bound.where)
    return bound.places[0] if one else None


def cell_of(bound: BoundField, cells: Sequence[str]) -> tuple[str, int | None]:
    """Return what a row says of a field, and the place of it, None for what every row says."""
    column, place = bound.column, next(iter(bound.places), None)
    if place is None:
        return column.value, None
    if column.join is not None:
        parts = (cells[at].strip() for at in bound.places)
        cell = column.join.join(part for part in parts if part not in NULLS)
    else:
        if column.first_filled:
            place = next((at for at in bound.places if cells[at].strip() not in NULLS), place)
        cell = cells[place]
    where = next((where for at, where in bound.where if cells[at].strip() in where.is_), None)
    return (where.codes.get(cell.strip(), cell) if where else cell), place


def reader_of(bound: BoundField) -> Callable[[str], Value]:
    """Return the reader of a field's cells: its type's, after what the mapping declares."""
    read, column = _reader(bound), bound.column
    nulls, pattern = frozenset(column.nulls), column.extract
    if not nulls and not pattern:
        return read

    def prepared(cell: str) -> Value:
        value = cell.strip()
        if value in nulls:
            return None
        found = extracted(pattern, value) if pattern else None
        return read(value if found is None else found)

    return prepared


_READERS: dict[FieldType, Callable[[str], Value]] = {
    "date": dates.read_date,
    "until": dates.read_until,
    "currency": normalise.read_currency,
    "list": normalise.read_list,
    "flag": normalise.read_flag,
    "packed": read_packed,
}


def _reader(bound: BoundField) -> Callable[[str], Value]:
    field, unit = bound.field, bound.column.unit or bound.field.unit
    if field.type == "text" and field.is_document:
        return partial(normalise.read_document, keyed=bound.keyed)
    if field.type == "text":
        return normalise.read_key if bound.keyed else normalise.read_text
    if field.type == "money":
        return partial(normalise.read_money, unit=unit, into=field.unit, foreign=bound.foreign)
    if field.type == "number":
        return partial(normalise.read_number, unit=unit, into=field.unit)
    if bound.column.day_first and field.type in {"date", "until"}:
        return partial(dates.read_date if field.type == "date" else dates.read_until, day_first=True)
    if field.type == "code":
        codes = normalise.code_table(field.codes, bound.column.codes)
        return partial(normalise.read_code, codes=codes, otherwise=field.otherwise)
    return _READERS[field.type]
