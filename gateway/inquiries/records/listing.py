"""The records that an institution is shown of an enterprise: current, within what was granted, nothing about a person.

1. Load what may be shown at all: not withdrawn, repaired, past its disclosure or withheld under objection. What that
   leaves out is not counted: a number would tell that there is something.
2. Keep what the basis permits; a record of a restricted dataset only where the question names its category, or a duty
   the dataset (granting.py). Neither is that counted, for the same reason.
3. Show the newest MOST_RECORDS; how many more there are is told.

What is told of each is shaped by the output policy (shaping.py), from which follows that a listing is replayable.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import agencies, datasets
from connectors.model.calendar import day_of
from connectors.records.portfolio import ShownRecord, load_records
from gateway.inquiries.answers import RECORDS, Result
from gateway.inquiries.published import open_fields
from gateway.scores.limits import Limits
from signing.canonical import canonical_bytes, sha256_hex

MODEL = "records/1"
MOST_RECORDS = 200
# Why something may be missing that no count tells of.
UNCOUNTED = ("outside-scope", "disclosure-ended", "repaired-or-withdrawn", "withheld-under-objection")


async def list_records(
    session: AsyncSession, subject_id: UUID, moment: datetime, limits: Limits, *, as_then: bool = False
) -> Result:
    """List a subject's records on a moment's day, by what is known now or, `as_then`, was at that moment."""
    as_of = day_of(moment)
    shown = await load_records(session, subject_id, as_of, moment if as_then else None)
    return listing_from(limits.held(shown), as_of.isoformat())


def listing_from(records: Sequence[ShownRecord], as_of: str) -> Result:
    """Return the records of a listing, and what of them is not in it. Pure."""
    known = [one for one in records if one.dataset in datasets()]
    told = sorted(known, key=_newest_first)
    items: list[tuple[ShownRecord, dict[str, Any]]] = []
    empty: list[ShownRecord] = []
    personal = 0
    for one in told:
        fields = open_fields(one)
        personal += sum(one.fields.get(name) is not None for name in datasets()[one.dataset].fields.keys() - fields)
        if not fields:
            empty.append(one)
        elif len(items) < MOST_RECORDS:
            items.append((one, fields))
    listed = [one for one, _ in items]
    basis = {"as_of": as_of, "records": sorted(one.digest.hex() for one in listed), "beyond": []}
    details = {
        "counts": dict(sorted(Counter(one.dataset for one in listed).items())),
        "items": [item_of(one, fields) for one, fields in items],
        "left_out": {
            "over_limit": len(known) - len(empty) - len(listed), "about_a_person": len(empty),
            "personal_values": personal, "uncounted": list(UNCOUNTED),
        },
        "objected": dict(sorted(Counter(one.dataset for one in listed if one.objected).items())),
        "basis": basis,
    }  # fmt: skip
    return Result(None, None, MODEL, sha256_hex(canonical_bytes(basis)), RECORDS, details)


def item_of(record: ShownRecord, fields: dict[str, Any]) -> dict[str, Any]:
    """Return a record as answers name it; `digest` is its leaf hash, which its inclusion proof leads to."""
    dataset = datasets()[record.dataset]
    agency = agencies()[dataset.agency]
    return {
        "dataset": record.dataset, "title": {"zh": dataset.title.zh, "en": dataset.title.en},
        "sharing": dataset.sharing, "agency": dataset.agency, "agency_name": {"zh": agency.zh, "en": agency.en},
        "producer": record.producer, "event_date": record.event_date.isoformat() if record.event_date else None,
        "objected": record.objected, "digest": record.digest.hex(), "fields": fields,
    }  # fmt: skip


def _newest_first(one: ShownRecord) -> tuple[int, str, bytes]:
    return -(one.event_date or date.min).toordinal(), one.dataset, one.digest
