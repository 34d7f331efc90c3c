"""What sealed records say of an enterprise and others, in which days: from versions with their acts to edges. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from connectors.personal.sealing import Protector, is_sealed
from connectors.records.life import PastAct
from connectors.records.shown_days import END, EPOCH, shown_spans
from connectors.records.versions import HeldVersion
from gateway.network.naming import Party, party_of, place_of
from scoring_adapter.network.declared import RELATIONS, Relation
from scoring_adapter.network.shares import Part, Span, divide


class Said(NamedTuple):
    """A version, its fields as far as they can be read, and whose erasure takes it away (None: nothing is sealed)."""

    version: HeldVersion
    fields: Mapping[str, Any]
    acts: Sequence[PastAct]
    ref: str | None


class Edge(NamedTuple):
    """An edge to be: the other party, and the rest as the table has it."""

    said_by: int
    record: UUID
    dataset: str
    kind: str
    other: Party
    outward: bool
    share: int | None
    position: str | None
    starts: date
    ends: date | None
    ref: str | None


def edges_of(protector: Protector, said: Iterable[Said]) -> Iterator[Edge]:
    """Yield the edges that records say, given by enterprise and dataset."""
    for (subject, dataset), group in groupby(said, lambda one: (one.version.subject, one.version.dataset)):
        ones, relation = list(group), RELATIONS[dataset]
        parts = [_part(relation, one) for one in ones]
        for one, spans in zip(ones, divide(parts, whole=relation.whole), strict=True):
            for party in _parties(protector, subject, relation, one.fields):
                position = _text(one.fields, relation.position)
                kind = relation.by_position.get(position or "", relation.kind)
                for begins, ends, share in spans:
                    yield Edge(
                        subject, one.version.record, dataset, kind, party, relation.outward or kind == "located",
                        share, position, _day(begins), _day(ends) if ends < END else None, one.ref,
                    )  # fmt: skip


def _parties(protector: Protector, subject: int, relation: Relation, fields: Mapping[str, Any]) -> Iterator[Party]:
    if relation.places:
        places = (place_of(protector, _text(fields, place) or "") for place in relation.places)
        yield from dict.fromkeys(place for place in places if place)
    elif party := party_of(protector, subject, _text(fields, relation.name), _text(fields, relation.code)):
        yield party


def _part(relation: Relation, one: Said) -> Part:
    return Part(_text(one.fields, relation.share), _text(one.fields, relation.amount), _spans(relation, one))


def _spans(relation: Relation, one: Said) -> list[Span]:
    """Return the days in which a version counts: from its own first day, or its landing, until another replaced it.

    A first version counts from the day it names; a later one changes what was from the day on which it landed.
    """
    version, fields = one.version, one.fields
    named, landed = _number(_text(fields, relation.begins)), version.recorded.toordinal() - EPOCH
    begins = landed if named is None else named if version.version == 1 else max(named, landed)
    last = [day.toordinal() - EPOCH for day in (version.publish_until,) if day]
    if relation.ends and (ends := _number(_text(fields, relation.ends))) is not None:
        last.append(ends)
    if relation.months:
        last.append(_later(begins, relation.months) - 1)
    spans = shown_spans(begins, min(last, default=None), version.version, one.acts)
    high = END if version.superseded is None else version.superseded.toordinal() - EPOCH
    return [(low, min(end, high)) for low, end in spans if low < high]


def _later(day: int, months: int) -> int:
    first = _day(day)
    return date(first.year + months // 12, first.month, min(first.day, 28)).toordinal() - EPOCH


def _number(said: str | None) -> int | None:
    try:
        return date.fromisoformat(said).toordinal() - EPOCH if said else None
    except ValueError:
        return None


def _day(number: int) -> date:
    return date.fromordinal(number + EPOCH)


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    """Return a field's text; what is sealed to nobody, or was not opened, says nothing."""
    value = fields.get(name) if name else None
    return value if isinstance(value, str) and not is_sealed(value) else None
