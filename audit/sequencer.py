"""The sequencer: moves pending events into the tree, in one transaction, safely from several processes.

1. Take the advisory lock, or stop: another sequencer is running.
2. Lock size and root; recompute the root from the edge tiles; where it differs, stop.
3. Read the oldest pending events; hash each leaf again; where it differs, stop.
4. Write leaves and tiles, delete the pending rows.
5. Swap size and root; exactly one row must change. (The lock is for speed, this is for safety.)
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import TamperedError
from audit.tiles import WIDTH, Place, edge_places, edge_root, grow
from signing.merkle import HASH_BYTES, leaf_hash

MOST_AT_ONCE = 2000
LOCK = 7130  # the advisory lock of one log's sequencing
_LOCK = text(f"SELECT pg_try_advisory_xact_lock({LOCK}, :log)")
_STATE = text("SELECT size, root FROM audit_state WHERE log_id = :log FOR UPDATE")
_EDGE = text("""
    SELECT t.level, t.n, t.hashes FROM audit_tile t
    JOIN unnest(CAST(:levels AS int[]), CAST(:numbers AS bigint[])) AS w(level, n) ON t.level = w.level AND t.n = w.n
    WHERE t.log_id = :log
""")
_PENDING = text("""
    SELECT p.event_id, p.leaf_hash, e.leaf FROM audit_pending p JOIN audit_event e USING (event_id)
    WHERE p.log_id = :log ORDER BY p.event_id LIMIT :most
""")
_LEAVES = text("""
    INSERT INTO audit_leaf (log_id, leaf_index, event_id)
    SELECT :log, :size + ordinality - 1, id FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS w(id)
""")
_TILE = text("""
    INSERT INTO audit_tile (log_id, level, n, hashes) VALUES (:log, :level, :n, :hashes)
    ON CONFLICT (log_id, level, n) DO UPDATE SET hashes = EXCLUDED.hashes
""")
_TAKEN = text("DELETE FROM audit_pending WHERE event_id = ANY(CAST(:ids AS uuid[]))")
_SWAP = text("UPDATE audit_state SET size = :new, root = :root WHERE log_id = :log AND size = :size")


async def load_edge(session: AsyncSession, log_id: int, size: int, root: bytes) -> dict[Place, bytes]:
    """Return the right edge of the tree. Raises TamperedError when it does not lead to the recorded root."""
    places = edge_places(size)
    rows = await session.execute(
        _EDGE, {"log": log_id, "levels": [level for level, _ in places], "numbers": [n for _, n in places]}
    )
    edge = {(row.level, row.n): row.hashes for row in rows}
    widths = {(level, n): (size >> 8 * level) % WIDTH * HASH_BYTES for level, n in places}
    if {place: len(hashes) for place, hashes in edge.items()} != widths or edge_root(size, edge) != root:
        raise TamperedError(
            f"大小 {size} 的哈希块与记录的根不符，不再签名 "
            f"the tiles of size {size} do not lead to the recorded root: nothing more is signed"
        )
    return edge


async def sequence(session: AsyncSession, log_id: int) -> int:
    """Take in up to 2,000 pending events and return how many. Raises TamperedError; only the caller commits."""
    if not (await session.execute(_LOCK, {"log": log_id})).scalar_one():
        return 0
    size, root = (await session.execute(_STATE, {"log": log_id})).one()
    edge = await load_edge(session, log_id, size, root)
    pending = (await session.execute(_PENDING, {"log": log_id, "most": MOST_AT_ONCE})).all()
    if not pending:
        return 0
    for row in pending:
        if leaf_hash(row.leaf) != row.leaf_hash:
            raise TamperedError(f"事件 {row.event_id} 在入树前被改动 the event was changed before it entered the tree")
    new_size, changed = grow(size, edge, (row.leaf_hash for row in pending))
    ids = [row.event_id for row in pending]
    await session.execute(_LEAVES, {"log": log_id, "size": size, "ids": ids})
    await session.execute(
        _TILE, [{"log": log_id, "level": lv, "n": n, "hashes": data} for (lv, n), data in changed.items()]
    )
    await session.execute(_TAKEN, {"ids": ids})
    new_root = edge_root(new_size, {**edge, **changed})
    swapped = await session.execute(_SWAP, {"log": log_id, "size": size, "new": new_size, "root": new_root})
    if swapped.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a CursorResult
        raise TamperedError("另一进程已更新日志树 another sequencer moved the tree meanwhile")
    return len(pending)
