"""What is published about an enterprise: its current records of public datasets, without anything about a person.

Listed are records whose disclosure has not ended, as agencies gave them; one that is objected to is marked. Left out is
each field that may be about a person, and each value that is stored sealed, however deep it stands.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import agencies, datasets
from connectors.model.calendar import day_of
from connectors.personal.sealing import HASHED, is_sealed
from connectors.records.portfolio import ShownRecord, load_records
from gateway.inquiries.answers import LISTED, Result
from gateway.scores.limits import Limits
from signing.canonical import canonical_bytes, sha256_hex

MODEL = "public-record/1"


async def list_published(
    session: AsyncSession, subject_id: UUID, moment: datetime, limits: Limits, *, as_then: bool = False
) -> Result:
    """List what is published about a subject on a moment's day, by what is known now or, `as_then`, was at that moment;
    of its data, what lies within the limits.
    """
    as_of = day_of(moment)
    shown = await load_records(session, subject_id, as_of, moment if as_then else None)
    return published_from(limits.held(shown), as_of.isoformat())


def published_from(records: Iterable[ShownRecord], as_of: str) -> Result:
    """Return what of these records is published. Pure."""
    known = datasets()
    public = [one for one in records if one.dataset in known and known[one.dataset].sharing == "public"]
    listed = sorted(public, key=lambda one: (one.dataset, one.digest))
    digests = sorted(one.digest.hex() for one in listed)
    basis = {"as_of": as_of, "records": digests, "beyond": []}
    details = {
        "counts": dict(sorted(Counter(one.dataset for one in listed).items())),
        "published": [_told(one) for one in listed],
        "objected": dict(sorted(Counter(one.dataset for one in listed if one.objected).items())),
        "basis": basis,
    }
    return Result(None, None, MODEL, sha256_hex(canonical_bytes(basis)), LISTED, details)


def open_fields(record: ShownRecord) -> dict[str, Any]:
    """Return the fields of a record that are about no person."""
    return {
        name: record.fields[name] for name, field in datasets()[record.dataset].fields.items()
        if field.personal != "always" and not _is_hidden(record.fields.get(name))
    }  # fmt: skip


def _told(record: ShownRecord) -> dict[str, Any]:
    dataset = datasets()[record.dataset]
    agency = agencies()[dataset.agency]
    return {
        "dataset": record.dataset, "title": {"zh": dataset.title.zh, "en": dataset.title.en}, "agency": dataset.agency,
        "agency_name": {"zh": agency.zh, "en": agency.en}, "objected": record.objected, "fields": open_fields(record),
    }  # fmt: skip


def _is_hidden(value: object) -> bool:
    """Tell whether there is nothing to be told, or something inside that is kept sealed or hashed."""
    if value is None:
        return True
    if isinstance(value, dict):
        return any(map(_is_hidden, value.values()))
    if isinstance(value, list):
        return any(map(_is_hidden, value))
    return is_sealed(value) or (isinstance(value, str) and value.startswith(HASHED))
