"""What is known of one subject: the records that may be shown of it, and when each dataset was delivered last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets

COLUMNS = """
    SELECT r.record_id, r.dataset, r.version, r.digest, r.event_date, r.producer, r.canonical, coalesce((
        SELECT a.state = 'objected' FROM record_act a
        WHERE a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency
          AND a.effective_on <= :as_of AND a.recorded_at <= coalesce(CAST(:known_at AS timestamptz), a.recorded_at)
          AND NOT EXISTS (SELECT FROM record o WHERE o.record_id = a.record_id AND o.subject_id <> r.subject_id)
        ORDER BY a.number DESC LIMIT 1), false) AS objected
"""
# NULL stands in the text, not in a value, so that every plan uses the index of current records.
NOW, THEN = "record_visible(:as_of, NULL) r", "record_visible(:as_of, :known_at) r"
# A record found by a name or an old code belongs to the subject only from the moment that was known.
KNOWN_THEN = """
    coalesce((SELECT min(k.recorded_at) FROM subject_known k
              WHERE (k.kind, k.value, k.subject_id) = (r.identifier_type, r.identifier_value, r.subject_id)),
             r.recorded_at) <= :known_at
"""
_RECORDS = text(f"{COLUMNS} FROM {NOW} WHERE r.subject_id = :subject")
_RECORDS_THEN = text(f"{COLUMNS} FROM {THEN} WHERE r.subject_id = :subject AND {KNOWN_THEN}")
_SHOWN = text("SELECT EXISTS (SELECT FROM record_visible(:as_of, NULL) r WHERE r.record_id = :record)")
_FEEDS = text("""
    SELECT f.dataset, b.last FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])) AS f (agency, dataset)
    CROSS JOIN LATERAL (SELECT max(received_at) AS last FROM batch
        WHERE (agency, dataset) = (f.agency, f.dataset) AND corrects IS NULL AND received_at <= :known_at) b
    WHERE b.last IS NOT NULL
""")


@dataclass(frozen=True)
class ShownRecord:
    """One record that may be shown: its fields as they were sealed, leaf hash, whether it is objected to, its day, and
    who issued the document, as the delivery says.
    """

    record_id: UUID
    dataset: str
    version: int
    digest: bytes
    fields: dict[str, Any]
    objected: bool
    event_date: date | None = None
    producer: str | None = None


async def load_records(
    session: AsyncSession, subject_id: UUID, as_of: date, known_at: datetime | None = None
) -> list[ShownRecord]:
    """Return what may be shown of a subject as of a day (Asia/Shanghai), as known now or at an earlier moment."""
    query = _RECORDS if known_at is None else _RECORDS_THEN
    rows = await session.execute(query, {"subject": subject_id, "as_of": as_of, "known_at": known_at})
    return shown_records(rows)


async def is_shown(session: AsyncSession, record_id: UUID, as_of: date) -> bool:
    """Tell whether a record may stand in an outward answer."""
    return bool((await session.execute(_SHOWN, {"record": record_id, "as_of": as_of})).scalar_one())


async def find_feeds(session: AsyncSession, known_at: datetime) -> dict[str, datetime]:
    """Return, of the datasets that had been delivered at least once by a moment, when that was last."""
    known = list(datasets().values())
    values = {
        "agencies": [d.agency for d in known], "datasets": [d.dataset for d in known], "known_at": known_at,
    }  # fmt: skip
    return {row.dataset: row.last for row in await session.execute(_FEEDS, values)}


def shown_records(rows: Iterable[Row[Any]]) -> list[ShownRecord]:
    """Return rows of COLUMNS as records; of what was kept long enough, nothing but the digest is left."""
    return [
        ShownRecord(
            row.record_id, row.dataset, row.version, row.digest, fields_of(row.canonical), row.objected,
            row.event_date, row.producer,
        )
        for row in rows
        if row.canonical is not None
    ]  # fmt: skip


def fields_of(canonical: bytes) -> dict[str, Any]:
    """Return the fields of a record's canonical bytes."""
    fields: dict[str, Any] = orjson.loads(canonical)["fields"]
    return fields
