"""The offline verifier: replays an exported log from its entries and trusts no tile.

1. The checkpoint is signed by the log's key, as the auditor got it out of band.
2. Every entry is hashed; every stored tile must be what the entries give.
3. The root over the entries is the checkpoint's.
4. For every earlier checkpoint the auditor kept: the same key signed it, the log has not shrunk since, and the root
   over that many first entries is still the one signed then.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.errors import AuditError, ForkError, ProofError
from audit.layout import read_bundle, tile_path, widths
from audit.note import Checkpoint, note_text, verify_checkpoint
from audit.tiles import WIDTH, Place, edge_root, grow
from signing.merkle import HASH_BYTES, leaf_hash

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Report:
    """What was verified: the head, and how many entries of each type it covers."""

    checkpoint: Checkpoint
    kept: list[Checkpoint]
    types: dict[str, int]


def verify_log(folder: Path, vkey: str, kept: Sequence[str | bytes], progress: Progress) -> Report:
    """Verify an exported log against the key and the checkpoints kept earlier. Raises AuditError with what is wrong."""
    head = verify_checkpoint(note_text(_read(folder / "checkpoint")), vkey)
    earlier = [verify_checkpoint(note if isinstance(note, str) else note_text(note), vkey) for note in kept]
    for checkpoint in earlier:
        if checkpoint.size > head.size:
            raise ForkError(f"日志变短了 the log shrank: {checkpoint.size} entries were signed, {head.size} are left")
    wanted = {checkpoint.size for checkpoint in earlier} | {head.size}
    roots, types = _replay(folder, head.size, wanted, progress)
    if roots[head.size] != head.root:
        raise ForkError(
            "条目与检查点的根不符：有条目被改动、增加或删除 "
            "the entries do not lead to the checkpoint's root: an entry was changed, added or removed"
        )
    for checkpoint in earlier:
        if roots[checkpoint.size] != checkpoint.root:
            raise ForkError(
                f"前 {checkpoint.size} 条不是当初签名的条目：日志被改写 "
                f"the first {checkpoint.size} entries are not those signed earlier: the log was rewritten"
            )
    return Report(head, earlier, types)


def _replay(folder: Path, size: int, wanted: set[int], progress: Progress) -> tuple[dict[int, bytes], dict[str, int]]:
    """Rebuild the tree entry by entry; return the root at each wanted size and the count per event type."""
    edge: dict[Place, bytes] = {}
    types: Counter[str] = Counter()
    roots = {0: edge_root(0, {})} if 0 in wanted else {}
    for n, width in widths(size, 0):
        leaves = read_bundle(_read(folder / tile_path("entries", n, width)), width)
        types.update(_type_of(leaf, n * WIDTH + i) for i, leaf in enumerate(leaves))
        at = n * WIDTH
        for stop in sorted({*(w for w in wanted if at < w < at + width), at + width}):
            at, changed = grow(at, edge, [leaf_hash(leaf) for leaf in leaves[at - n * WIDTH : stop - n * WIDTH]])
            edge.update(changed)
            if at in wanted:
                roots[at] = edge_root(at, edge)
        for place in [place for place, tile in edge.items() if len(tile) == WIDTH * HASH_BYTES]:
            _check_tile(folder, place, edge.pop(place))
        progress(at, size)
    for place, tile in edge.items():
        _check_tile(folder, place, tile)
    return roots, dict(types)


def _check_tile(folder: Path, place: Place, tile: bytes) -> None:
    level, n = place
    if _read(folder / tile_path(level, n, len(tile) // HASH_BYTES)) != tile:
        raise ForkError(f"哈希块 {level}/{n} 与条目不符 tile {level}/{n} is not what the entries give")


def _type_of(leaf: bytes, index: int) -> str:
    try:
        return str(json.loads(leaf)["type"])
    except (ValueError, KeyError, TypeError) as fault:
        raise AuditError(f"第 {index} 条不是事件 entry {index} is not an event") from fault


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ProofError(
            f"缺少 {path}：读不全的日志无法核验 {path} is missing: a log that cannot be read is not verified"
        ) from fault
