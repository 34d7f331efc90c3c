"""What is known of one subject: its current records, and which datasets have ever been delivered."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue import datasets

_RECORDS = text("""
    SELECT record_id, dataset, publish_until, digest, canonical FROM record
    WHERE subject_id = :subject AND superseded_at IS NULL
""")
_FEEDS = text("""
    SELECT f.dataset FROM unnest(CAST(:agencies AS text[]), CAST(:datasets AS text[])) AS f (agency, dataset)
    WHERE EXISTS (SELECT FROM batch b WHERE b.agency = f.agency AND b.dataset = f.dataset)
""")


@dataclass(frozen=True)
class Held:
    """One current record: its fields as they were sealed, its leaf hash and the end of its publication."""

    record_id: UUID
    dataset: str
    publish_until: date | None
    digest: bytes
    fields: dict[str, Any]


async def load_records(session: AsyncSession, subject_id: UUID) -> list[Held]:
    """Return the subject's current records."""
    rows = await session.execute(_RECORDS, {"subject": subject_id})
    return [
        Held(row.record_id, row.dataset, row.publish_until, row.digest, orjson.loads(row.canonical)["fields"])
        for row in rows
    ]


async def find_feeds(session: AsyncSession) -> frozenset[str]:
    """Return the datasets that have been delivered at least once."""
    known = list(datasets().values())
    values = {"agencies": [d.agency for d in known], "datasets": [d.dataset for d in known]}
    return frozenset((await session.execute(_FEEDS, values)).scalars())
