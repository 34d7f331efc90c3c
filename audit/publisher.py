"""The publisher: signs the tree only when it extends the last head that was signed, then makes the head public.

The head store is swapped before the checkpoint is published: after a crash between the two, the note that was
signed is published as it stands, and no second one is signed for that size.
"""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import ForkError, ProofError
from audit.head_store import Head, HeadStore
from audit.note import Checkpoint, sign_checkpoint
from audit.proofs import tile_reader
from audit.sequencer import load_edge
from audit.stops import demand_no_stop
from audit.tiles import consistency
from signing.errors import MerkleError
from signing.merkle import verify_consistency

# Locked: tiles read later must be of this size, and two publishers must not sign at once.
_STATE = text("SELECT size, root FROM audit_state WHERE log_id = :log FOR UPDATE")
_PUBLISH = text("""
    INSERT INTO audit_checkpoint (log_id, size, note, signed_at) VALUES (:log, :size, :note, :at)
    ON CONFLICT (log_id, size) DO NOTHING
""")


async def publish(
    session: AsyncSession, log_id: int, origin: str, key: Ed25519PrivateKey, store: HeadStore, now: datetime
) -> Checkpoint:
    """Sign and publish the current tree; a tree already signed is published again as it was signed.

    Raises ForkError when the tree is smaller than, or does not extend, the last signed head (a restored database,
    a rewritten log), TamperedError when the tiles contradict the root, StoppedError while a stop stands. Each time
    nothing is signed.
    """
    size, root = (await session.execute(_STATE, {"log": log_id})).one()
    await demand_no_stop(session, log_id)
    await load_edge(session, log_id, size, root)
    checkpoint = Checkpoint(origin, size, root)
    last = store.find()
    if last is not None:
        await verify_extends(session, log_id, last, checkpoint)
    if last is not None and last.size == size:
        note = last.note
    else:
        note = sign_checkpoint(checkpoint, key)
        store.swap(last, Head(origin, size, root, note))
    await session.execute(_PUBLISH, {"log": log_id, "size": size, "note": note, "at": now})
    return checkpoint


async def verify_extends(session: AsyncSession, log_id: int, last: Head, new: Checkpoint) -> None:
    """Pass where the stored tree extends a signed head. Raises ForkError."""
    if last.origin != new.origin:
        raise ForkError(f"树头文件属于 {last.origin} the head store belongs to {last.origin}")
    if new.size < last.size:
        raise ForkError(
            f"日志只有 {new.size} 条，但已签名 {last.size} 条：有条目丢失 "
            f"the tree has {new.size} entries, but a head over {last.size} was signed: entries are lost"
        )
    try:
        path = await consistency(tile_reader(session, log_id), last.size, new.size) if last.size else []
        verify_consistency(last.size, new.size, last.root, new.root, path)
    except (MerkleError, ProofError) as fault:
        raise ForkError(
            f"{new.size} 条的日志与已签名的 {last.size} 条不一致 "
            f"the tree of {new.size} does not extend the signed head of {last.size}"
        ) from fault
