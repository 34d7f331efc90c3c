"""What the log can show: tiles as published, the latest checkpoint, an entry with its inclusion proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import ProofError
from audit.stored import SEARCHED, differing, leaf_members, searched
from audit.tiles import Read, inclusion

_TILE = text("SELECT hashes FROM audit_tile WHERE log_id = :log AND level = :level AND n = :n")
_LATEST = text("SELECT size, note FROM audit_checkpoint WHERE log_id = :log ORDER BY size DESC LIMIT 1")
_TREE = text("SELECT size, root FROM audit_state WHERE log_id = :log")
_PROVABLE = text(f"""
    SELECT l.leaf_index, event_id, e.leaf, {", ".join(SEARCHED)} FROM audit_leaf l JOIN audit_event e USING (event_id)
    WHERE l.log_id = :log AND l.event_id = ANY(CAST(:ids AS uuid[])) AND l.leaf_index < :size
""")  # noqa: S608 - our own words
_ENTRIES = text("""
    SELECT e.leaf FROM audit_leaf l JOIN audit_event e USING (event_id)
    WHERE l.log_id = :log AND l.leaf_index >= :low AND l.leaf_index < :high ORDER BY l.leaf_index
""")


@dataclass(frozen=True)
class EntryProof:
    """An entry, its place, and the path from it to the root of the checkpoint in `note`.

    `differs` are the columns it is searched by that are not what the leaf says.
    """

    index: int
    leaf: bytes
    path: list[bytes]
    note: str
    differs: list[str]


def tile_reader(session: AsyncSession, log_id: int) -> Read:
    """Return a function that reads tiles of one log, each once."""
    seen: dict[tuple[int, int], bytes] = {}

    async def read(level: int, n: int) -> bytes:
        if (level, n) not in seen:
            found = await session.execute(_TILE, {"log": log_id, "level": level, "n": n})
            tile: bytes | None = found.scalar_one_or_none()
            if tile is None:
                raise ProofError(f"没有哈希块 {level}/{n} there is no tile {level}/{n}")
            seen[level, n] = tile
        return seen[level, n]

    return read


async def read_tree_head(session: AsyncSession, log_id: int) -> tuple[int, bytes]:
    """Return size and root of the tree as it stands, signed or not."""
    row = (await session.execute(_TREE, {"log": log_id})).one()
    return row.size, row.root


async def find_latest(session: AsyncSession, log_id: int) -> tuple[int, str] | None:
    """Return size and note of the newest published checkpoint."""
    row = (await session.execute(_LATEST, {"log": log_id})).one_or_none()
    return (row.size, row.note) if row else None


async def get_proof(session: AsyncSession, log_id: int, event_id: UUID) -> EntryProof:
    """Prove an event against the newest checkpoint. Raises ProofError when it is unknown or not yet under one."""
    latest = await find_latest(session, log_id)
    found = await find_proofs(session, log_id, [event_id], latest) if latest else {}
    if event_id not in found:
        raise ProofError(
            "尚无检查点覆盖此条目，请一分钟后再查 no published checkpoint covers this entry yet: ask again in a minute"
        )
    return found[event_id]


async def find_proofs(
    session: AsyncSession, log_id: int, event_ids: Sequence[UUID], checkpoint: tuple[int, str]
) -> dict[UUID, EntryProof]:
    """Prove events against a checkpoint, given by size and note; those that it does not cover are left out."""
    (size, note), read, found = checkpoint, tile_reader(session, log_id), {}
    for row in await session.execute(_PROVABLE, {"log": log_id, "ids": list(event_ids), "size": size}):
        path = await inclusion(read, row.leaf_index, size)
        differs = differing(leaf_members(row.leaf), row.event_id, searched(row))
        found[row.event_id] = EntryProof(row.leaf_index, row.leaf, path, note, differs)
    return found


async def entries(session: AsyncSession, log_id: int, low: int, high: int) -> list[bytes]:
    """Return the leaves low..high-1 in tree order. Raises ProofError when one is missing."""
    found = [row.leaf for row in await session.execute(_ENTRIES, {"log": log_id, "low": low, "high": high})]
    if len(found) != high - low:
        raise ProofError(f"{low} 与 {high} 之间缺少条目 entries are missing between {low} and {high}")
    return found
