"""The log as anybody may fetch it: the newest checkpoint, and what it covers of the tree."""

from audit.errors import ProofError
from audit.proofs import find_latest, tile_reader
from audit.tiles import WIDTH
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.merkle import HASH_BYTES


async def get_checkpoint(work: UnitOfWork) -> str:
    """Return the newest checkpoint as a signed note. Raises DeniedError before the first is published."""
    latest = await find_latest(work.session, work.recorder.log_id)
    if latest is None:
        raise DeniedError("not-yet-published")
    return latest[1]


async def get_tile(work: UnitOfWork, level: int, number: int, width: int) -> bytes:
    """Return the first `width` hashes of a tile. Raises DeniedError for what no published checkpoint covers."""
    latest = await find_latest(work.session, work.recorder.log_id)
    published = (latest[0] if latest else 0) >> 8 * level
    if width > WIDTH or number * WIDTH + width > published:
        raise DeniedError("no-such-tile", "已发布的检查点不含此哈希块。No published checkpoint covers this tile.")
    try:
        hashes = await tile_reader(work.session, work.recorder.log_id)(level, number)
    except ProofError as fault:
        raise DeniedError("no-such-tile") from fault
    return hashes[: width * HASH_BYTES]
