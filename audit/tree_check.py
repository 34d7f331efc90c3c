"""The stored tree against the stored leaves: grown anew, and compared with tiles, state and checkpoints.

Nothing of what is stored about the tree is trusted; memory is that of the tree's right edge.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import NoteError
from audit.note import verify_checkpoint
from audit.stored import StoredEntry
from audit.tiles import WIDTH, Place, grow, levels
from signing.merkle import HASH_BYTES, GrowingTree, leaf_hash

Found = Callable[[str, object, str], None]  # where, what, in words
_TILES = text("""
    SELECT t.level, t.n, t.hashes FROM audit_tile t
    JOIN unnest(CAST(:levels AS int[]), CAST(:numbers AS bigint[])) AS w(level, n) ON t.level = w.level AND t.n = w.n
    WHERE t.log_id = :log
""")
_COUNT = text("SELECT count(*) FROM audit_tile WHERE log_id = :log")
_STATE = text("SELECT size, root FROM audit_state WHERE log_id = :log")
_SIGNED = text(
    "SELECT size, note FROM audit_checkpoint WHERE log_id = :log AND size > :low AND size <= :high ORDER BY 1"
)
_BEYOND = text("SELECT count(*) FROM audit_checkpoint WHERE log_id = :log AND size > :size")
# An event is in the tree or waits for it, and never both.
_NOWHERE = text("""
    SELECT e.event_id FROM audit_event e
    LEFT JOIN audit_leaf l USING (event_id) LEFT JOIN audit_pending p USING (event_id)
    WHERE (l.event_id IS NOT NULL) = (p.event_id IS NOT NULL) AND e.log_id = :log ORDER BY 1 LIMIT :most
""")
MOST_NAMED = 100


class TreeCheck:
    """Takes the entries in the order of the tree, chunk by chunk; what differs goes to `found`."""

    def __init__(self, session: AsyncSession, log_id: int, vkey: str, found: Found) -> None:
        self._session, self._log, self._vkey, self._found = session, log_id, vkey, found
        self._tree, self._edge = GrowingTree(), dict[Place, bytes]()
        self._whole = self._signed_well = True

    async def enter(self, chunk: Sequence[StoredEntry]) -> None:
        """Take the next entries, and compare the tiles they fill and the checkpoints signed over them."""
        if not self._whole:
            return
        signed = {}
        if chunk:
            values = {"log": self._log, "low": self._tree.size, "high": (chunk[-1].index or 0) + 1}
            signed = {row.size: row.note for row in await self._session.execute(_SIGNED, values)}
        hashes = []
        for entry in chunk:
            if entry.index != self._tree.size or entry.leaf is None:
                self._found("tree", entry.index, "此前缺条目，或事件已被删除 an entry before it, or its event, is gone")
                self._whole = False
                return
            hashes.append(leaf_hash(entry.leaf))
            if hashes[-1] != entry.leaf_hash:
                self._found("entries", entry.event_id, "叶子被改动 its leaf was changed")
            self._tree.add(hashes[-1:])
            if self._tree.size in signed:
                self._compare_signed(signed[self._tree.size])
        _, changed = grow(self._tree.size - len(hashes), self._edge, hashes)
        self._edge.update(changed)
        full = [place for place, tile in self._edge.items() if len(tile) == WIDTH * HASH_BYTES]
        await self._compare_tiles({place: self._edge.pop(place) for place in full})

    async def finish(self) -> None:
        """Compare the right edge, size and root; note events that are neither in the tree nor wait for it."""
        if self._whole:
            await self._compare_tiles(self._edge)
            size, root = (await self._session.execute(_STATE, {"log": self._log})).one()
            if (size, root) != (self._tree.size, self._tree.root()):
                self._found("tree", size, "记录的大小或根与条目不符 size or root is not what the entries give")
            beyond = (await self._session.execute(_BEYOND, {"log": self._log, "size": self._tree.size})).scalar_one()
            if beyond:
                self._found("checkpoints", beyond, "有检查点超出了树 checkpoints were signed over more than there is")
            tiles = sum(-(-(self._tree.size >> 8 * level) // WIDTH) for level in range(levels(self._tree.size)))
            stored = (await self._session.execute(_COUNT, {"log": self._log})).scalar_one()
            if stored > tiles:
                self._found("tiles", stored - tiles, "有多余的哈希块 there are tiles that no entries fill")
        nowhere = await self._session.execute(_NOWHERE, {"log": self._log, "most": MOST_NAMED})
        for event_id in nowhere.scalars():
            self._found(
                "entries", event_id, "事件既不在树中也不在等待，或两者都在 neither in the tree nor waiting, or both"
            )

    def _compare_signed(self, note: str) -> None:
        """Compare one checkpoint; after the first that does not hold, later ones cannot."""
        try:
            holds = verify_checkpoint(note, self._vkey).root == self._tree.root()
        except NoteError:
            holds = False
        if not holds and self._signed_well:
            self._signed_well = False
            self._found("checkpoints", self._tree.size, "检查点与条目不符 the checkpoint is not what the entries give")

    async def _compare_tiles(self, tiles: dict[Place, bytes]) -> None:
        values = {"log": self._log, "levels": [lv for lv, _ in tiles], "numbers": [n for _, n in tiles]}
        stored = {(row.level, row.n): row.hashes for row in await self._session.execute(_TILES, values)}
        for (level, n), hashes in tiles.items():
            if stored.get((level, n)) != hashes:
                self._found("tiles", f"{level}/{n}", "哈希块与条目不符 the tile is not what the entries give")


def fault_while_waiting(entry: StoredEntry) -> str | None:
    """Return what is wrong with an entry that waits for the tree. Pure."""
    if entry.leaf is None:
        return "等待入树的事件已被删除 its event is gone"
    if leaf_hash(entry.leaf) != entry.leaf_hash:
        return "叶子在入树前被改动 its leaf was changed before it entered the tree"
    return None
