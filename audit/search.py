"""Finding events by the members their leaves show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from audit.stored import SEARCHED, differing, leaf_members, searched
from audit.tables import AuditEvent, AuditLeaf


@dataclass(frozen=True)
class Filter:
    """What to look for; None means any. The period is half open: since ≤ time < until."""

    institution: str | None = None
    account: str | None = None
    subject: str | None = None
    outcome: str | None = None
    type: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class FoundEvent:
    """An event that was found, its place (None while pending), and which columns are not what its leaf says.

    Whoever changes a column hides an event from one search and shows it in another; the leaf is what the tree covers.
    """

    event_id: UUID
    leaf: bytes
    leaf_index: int | None
    differs: list[str]


async def search(
    session: AsyncSession, log_id: int, wanted: Filter, after: UUID | None, limit: int
) -> Sequence[FoundEvent]:
    """Return up to `limit` events with ids beyond `after`."""
    columns = [getattr(AuditEvent, name) for name in SEARCHED]
    query = (
        select(col(AuditEvent.event_id), col(AuditEvent.leaf), col(AuditLeaf.leaf_index), *columns)
        .join(AuditLeaf, col(AuditLeaf.event_id) == col(AuditEvent.event_id), isouter=True)
        .where(col(AuditEvent.log_id) == log_id)
        .order_by(col(AuditEvent.event_id))
        .limit(limit)
    )
    for name in ("institution", "account", "subject", "outcome", "type"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(getattr(AuditEvent, name) == value)
    if wanted.since is not None:
        query = query.where(col(AuditEvent.ts) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(AuditEvent.ts) < wanted.until)
    if after is not None:
        query = query.where(col(AuditEvent.event_id) > after)
    return [
        FoundEvent(
            row.event_id, row.leaf, row.leaf_index, differing(leaf_members(row.leaf), row.event_id, searched(row))
        )
        for row in await session.execute(query)
    ]
