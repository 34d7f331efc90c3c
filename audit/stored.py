"""The log as it is stored, entry by entry in bounded memory: in the order of the tree, then what waits for it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import instant

AT_ONCE = 1000
SEARCHED = ("type", "ts", "actor", "institution", "account", "subject", "outcome")  # what events are found by
_COLUMNS = """
    e.leaf, e.leaf_hash, e.type, e.ts, e.actor, e.institution, e.account, e.subject, e.outcome,
    y.key_id, k.wrapped_key, y.sealed
"""
_BESIDE = """
    LEFT JOIN audit_event e USING (event_id) LEFT JOIN audit_payload y USING (event_id)
    LEFT JOIN audit_dek k ON k.key_id = y.key_id
"""
_IN_TREE = text(f"""
    SELECT l.leaf_index, l.event_id, {_COLUMNS} FROM audit_leaf l {_BESIDE}
    WHERE l.log_id = :log AND l.leaf_index >= :low AND l.leaf_index < :high ORDER BY l.leaf_index
""")  # noqa: S608 - our own words
_WAITING = text(f"""
    SELECT NULL::bigint AS leaf_index, p.event_id, {_COLUMNS} FROM audit_pending p {_BESIDE}
    WHERE p.log_id = :log AND p.event_id > :after ORDER BY p.event_id LIMIT :most
""")  # noqa: S608
_EXTENT = text("""
    SELECT (SELECT coalesce(max(leaf_index), -1) + 1 FROM audit_leaf WHERE log_id = :log) AS leaves,
           (SELECT count(*) FROM audit_pending WHERE log_id = :log) AS pending
""")


@dataclass(frozen=True)
class StoredEntry:
    """An entry as it is stored; `leaf` is None where its event is gone, `index` where it is not in the tree yet."""

    index: int | None
    event_id: UUID
    leaf: bytes | None
    leaf_hash: bytes | None
    columns: Mapping[str, Any]
    key_id: UUID | None
    wrapped_key: bytes | None
    sealed: bytes | None


def leaf_members(leaf: bytes | None) -> dict[str, Any]:
    """Return a leaf's members; none where it is gone or no JSON object. Pure."""
    try:
        read = json.loads(leaf or b"{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def searched(row: Row[Any]) -> dict[str, Any]:
    """Return the columns of an event's row that events are found by."""
    return {name: getattr(row, name) for name in SEARCHED}


def differing(members: Mapping[str, Any], event_id: UUID, columns: Mapping[str, Any]) -> list[str]:
    """Return which columns that events are found by are not what the leaf's members say. Pure."""
    shown = {**columns, "ts": instant(columns["ts"]) if columns["ts"] else None}
    found = [] if members.get("id") == str(event_id) else ["id"]
    return found + [name for name in SEARCHED if shown.get(name) != members.get(name)]


async def count_entries(session: AsyncSession, log_id: int) -> tuple[int, int]:
    """Return how many places the tree has, and how many events wait for one."""
    row = (await session.execute(_EXTENT, {"log": log_id})).one()
    return row.leaves, row.pending


async def read_tree(session: AsyncSession, log_id: int, low: int, high: int) -> AsyncIterator[Sequence[StoredEntry]]:
    """Yield the entries low..high-1 in the order of the tree, so many at once; places that are gone are left out."""
    for start in range(low, high, AT_ONCE):
        values = {"log": log_id, "low": start, "high": min(start + AT_ONCE, high)}
        yield [_entry(row) for row in await session.execute(_IN_TREE, values)]


async def read_waiting(session: AsyncSession, log_id: int) -> AsyncIterator[Sequence[StoredEntry]]:
    """Yield what waits for the tree, in the order of its ids, so many at once."""
    after = UUID(int=0)
    while rows := (await session.execute(_WAITING, {"log": log_id, "after": after, "most": AT_ONCE})).all():
        yield [_entry(row) for row in rows]
        after = rows[-1].event_id


def _entry(row: Row[Any]) -> StoredEntry:
    return StoredEntry(
        row.leaf_index, row.event_id, row.leaf, row.leaf_hash, searched(row), row.key_id, row.wrapped_key, row.sealed
    )
