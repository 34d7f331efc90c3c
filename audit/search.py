"""Finding events by the members their leaves show."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from audit.stored import SEARCHED, differing, leaf_members, searched
from audit.tables import AuditEvent, AuditLeaf

CLOCKS = timedelta(minutes=1)  # how far the clocks of two hosts may differ
AFTER = timedelta(hours=49)  # how long after it was asked something can be answered again by its key, and an hour
_OF_SUBJECT = text("""
    SELECT event_id, type, leaf FROM audit_event
    WHERE subject = :subject AND event_id >= :low AND event_id < :high AND log_id = :log AND type LIKE 'inquiry.%'
    ORDER BY event_id
""")

_OF_EXCHANGE = text("""
    SELECT event_id, type, leaf FROM audit_event
    WHERE log_id = :log AND event_id >= :low AND type = ANY(CAST(:types AS text[]))
      AND (CAST(:subject AS text) IS NULL OR subject = :subject)
      AND position(convert_to(:exchange, 'UTF8') IN leaf) > 0 -- others of the types are not worth sending
    ORDER BY event_id
""")


@dataclass(frozen=True)
class Filter:
    """What to look for; None means any. The period is half open: since ≤ time < until."""

    institution: str | None = None
    account: str | None = None
    subject: str | None = None
    outcome: str | None = None
    type: str | None = None
    actor: str | None = None
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
    for name in ("institution", "account", "subject", "outcome", "type", "actor"):
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


async def find_event(session: AsyncSession, log_id: int, event_id: UUID) -> FoundEvent | None:
    """Return one event, in the tree or waiting for it."""
    found = await search(session, log_id, Filter(), UUID(int=event_id.int - 1), 1)
    return found[0] if found and found[0].event_id == event_id else None


@dataclass(frozen=True)
class FoundOf:
    """An event of an exchange: its id, its type, and how it ended."""

    event_id: UUID
    type: str
    outcome: str


async def find_of_exchanges(
    session: AsyncSession, log_id: int, subject: str, exchanges: Collection[UUID], first: datetime, last: datetime
) -> dict[str, list[FoundOf]]:
    """Return the inquiries' events about a subject that belong to these exchanges, in the order of their ids.

    They began between `first` and `last`; what they became is looked for up to AFTER beyond that.
    """
    wanted, found = {str(one) for one in exchanges}, dict[str, list[FoundOf]]()
    values = {"log": log_id, "subject": subject, "low": first_id(first, -CLOCKS), "high": first_id(last, AFTER)}
    for row in await session.execute(_OF_SUBJECT, values):
        leaf = leaf_members(row.leaf)
        if leaf.get("exch") in wanted:
            found.setdefault(leaf["exch"], []).append(FoundOf(row.event_id, row.type, leaf.get("outcome", "")))
    return found


async def has_event(session: AsyncSession, log_id: int, event_id: UUID) -> bool:
    """Tell whether the log holds an event of this id."""
    query = select(col(AuditEvent.event_id)).where(
        col(AuditEvent.event_id) == event_id, col(AuditEvent.log_id) == log_id
    )
    return (await session.execute(query)).one_or_none() is not None


def first_id(moment: datetime, apart: timedelta = timedelta()) -> UUID:
    """Return the smallest UUIDv7 of a moment, `apart` from it where that is given (RFC 9562 5.7)."""
    return _first_at(int((moment.timestamp() + apart.total_seconds()) * 1000))


def _first_at(milliseconds: int) -> UUID:
    """Return the smallest UUIDv7 of so many milliseconds since 1970, or of the nearest that there is one of."""
    return UUID(int=(min(max(milliseconds, 0), (1 << 48) - 1) << 80) | (0x7 << 76) | (0x2 << 62))


async def find_of_exchange(
    session: AsyncSession, log_id: int, exchange: UUID, types: Collection[str], subject: UUID | None = None
) -> list[tuple[UUID, str, dict[str, Any]]]:
    """Return the events of an exchange, of these types: id, type and the leaf's members, in the order of their ids.

    The exchange's id was made when it began: nothing older is looked at. With a subject, fewer entries are.
    """
    began = (exchange.int >> 80) - CLOCKS // timedelta(milliseconds=1)  # an id that was made up lies anywhere
    values = {
        "log": log_id, "low": _first_at(began), "types": list(types),
        "subject": str(subject) if subject else None, "exchange": str(exchange),
    }  # fmt: skip
    rows = await session.execute(_OF_EXCHANGE, values)
    found = [(row.event_id, row.type, leaf_members(row.leaf)) for row in rows]
    return [one for one in found if one[2].get("exch") == str(exchange)]
