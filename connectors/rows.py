"""Rows into records: a mapping bound to a header, then applied row by row. Pure.

Order of judgement: the number of cells, then who the row is about (a natural person is dropped at once, and nothing of
the row is kept), then every field, so that a refused row names all that is wrong with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

import orjson

from connectors import normalise
from connectors.errors import MalformedError
from connectors.identifiers import Identifier
from connectors.mapping import Dataset, FieldMapping
from connectors.normalise import CellError, Reason, shown
from connectors.party import PERSON, PartyReader
from connectors.subjects import name_key

Value = str | list[str] | None


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


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be used, and every reason why."""

    reasons: tuple[Reason, ...]


Outcome = Mapped | Refused | Literal["natural_person"]


class RowMapper:
    """A mapping bound to one delivery's header."""

    def __init__(self, dataset: Dataset, header: Sequence[str], today: date) -> None:
        """Find every column. Raises MalformedError that names the required columns the delivery lacks."""
        self._dataset, self._header = dataset, list(header)
        self._latest = (today + timedelta(days=1)).isoformat()
        places = {name: place for place, name in reversed(list(enumerate(self._header)))}

        def find(names: Sequence[str]) -> list[int]:
            return [places[name] for name in names if name in places]

        missing = [
            "/".join(field.from_)
            for name, field in dataset.fields.items()
            if field.required and not find([*field.from_, name])
        ]
        if not find(dataset.party.name):
            missing.append("/".join(dataset.party.name))
        if missing:
            raise MalformedError(f"缺少列 missing columns: {'、'.join(sorted(set(missing)))}")
        self._names, self._producers = find(dataset.party.name)[:1], find(dataset.producer.name)[:1]
        self._party = PartyReader(dataset, self._header, find)
        self._fields = [
            (name, field.required, place[0], _reader(field), find(field.fine_within), field.unit)
            for name, field in dataset.fields.items()
            if (place := find([*field.from_, name]))
        ]

    def map(self, cells: Sequence[str]) -> Outcome:
        """Return the record, the reasons, or PERSON."""
        while len(cells) > len(self._header) and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != len(self._header):
            return Refused((Reason("column_count", "", "", f"应有 {len(self._header)} 列，实有 {len(cells)} 列"),))
        if not any(cell.strip() for cell in cells):
            return Refused((Reason("row_blank", "", "", "整行为空"),))
        name = cells[self._names[0]].strip()
        party = self._party.identify(cells, name)
        if party is PERSON:
            return PERSON
        fields, reasons = self._read_fields(cells)
        if isinstance(party, Reason):
            reasons.insert(0, party)
        event_date = _date(fields, self._dataset.event_date)
        if event_date and event_date > self._latest:
            reasons.append(Reason("date_future", str(self._dataset.event_date), event_date, "晚于今天"))
        if reasons or not isinstance(party, Identifier):
            return Refused(tuple(reasons))
        return self._record(cells, party, name, fields, event_date)

    def _read_fields(self, cells: Sequence[str]) -> tuple[dict[str, Value], list[Reason]]:
        fields: dict[str, Value] = {}
        reasons: list[Reason] = []
        for field, required, place, read, within, unit in self._fields:
            try:
                value = read(cells[place])
            except CellError as refusal:
                reasons.append(Reason(refusal.code, self._header[place], shown(cells[place]), refusal.text))
                continue
            if value is None and within:
                value = normalise.find_fine(cells[within[0]], unit)
            if value is None and required:
                reasons.append(Reason("required", self._header[place], shown(cells[place]), "必填"))
            fields[field] = value
        return fields, reasons

    def _record(
        self, cells: Sequence[str], identifier: Identifier, name: str, fields: dict[str, Value], event_date: str | None
    ) -> Mapped:
        spelled = name_key(name)
        party = identifier.value or spelled
        key = "|".join(party if part == "party" else str(fields.get(part) or "") for part in self._dataset.key)
        producer = cells[self._producers[0]].strip() if self._producers else None
        publish_until = _date(fields, self._dataset.publish_until)
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
        return Mapped(key, identifier, name, spelled, producer, event_date, publish_until, canonical)


def _date(fields: dict[str, Value], name: str | None) -> str | None:
    value = fields.get(name) if name else None
    return value if isinstance(value, str) else None


def _reader(field: FieldMapping) -> Callable[[str], Value]:
    """Return the reader of a field's type."""
    match field.type:
        case "text":
            return normalise.read_text
        case "date":
            return normalise.read_date
        case "until":
            return normalise.read_until
        case "money":
            return partial(normalise.read_money, unit=field.unit)
        case "currency":
            return normalise.read_currency
        case "code":
            return partial(normalise.read_code, codes=field.codes)
        case "list":
            return normalise.read_list
