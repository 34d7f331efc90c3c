"""The way on after a loss for good: the log says what was signed and is gone, then older entries are signed again.

Auditors who kept a checkpoint of the lost entries see it contradict every later one, as they must; the entry
`audit.loss_accepted` in the log says why, and the lost head stays beside the head store's file.
"""

from dataclasses import dataclass
from pathlib import Path

from audit.errors import ForkError
from audit.head_store import Head, HeadStore
from audit.note import Checkpoint, public_bytes, verifier_key, verify_checkpoint
from audit.proofs import find_latest, read_tree_head
from audit.publisher import verify_extends
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork, UnitsOfWork

_NOT_LOST = "日志与已签名的树头一致，没有丢失。The log extends the head that was signed: nothing is lost."


@dataclass(frozen=True)
class Loss:
    """The head that was signed and is lost, what stands instead (None: nothing), and how many entries are left."""

    lost: Head
    instead: Head | None
    entries: int


async def find_loss(work: UnitOfWork, store: HeadStore) -> Loss:
    """Return what was signed and is lost; nothing is changed.

    Raises DeniedError where the log extends what was signed, where the head is another log's, and where the log does
    not extend its own newest checkpoint: then it was rewritten, which is no loss. ForkError where the head store cannot
    be read.
    """
    lost, (size, root) = store.find(), await read_tree_head(work.session, work.recorder.log_id)
    now = Checkpoint(work.recorder.origin, size, root)
    if lost is None or await _find_fork(work, lost, now) is None:
        raise DeniedError("invalid-request", _NOT_LOST)
    latest = await find_latest(work.session, work.recorder.log_id)
    instead = _head(work, latest[1]) if latest else None
    fork = await _find_fork(work, instead, now) if instead else None
    if lost.origin != now.origin or fork:
        raise DeniedError("invalid-request", fork or f"树头文件属于另一日志 it is the head of {lost.origin}")
    return Loss(lost, instead, size)


async def accept_loss(units: UnitsOfWork, actor: Actor, store: HeadStore, reason: str) -> Path:
    """Record the loss, let the newest checkpoint that the log has stand as the last signed, return where the lost lies.

    A run that ended between the two is simply done again. Raises DeniedError and ForkError as find_loss, DeniedError
    also for what is no reason, ForkError also where the head is moved by somebody else meanwhile.
    """
    demand_reason(reason)
    async with units.begin("audit.accept-loss", actor) as work:
        loss = await find_loss(work, store)
        told = {
            "entries": loss.entries, "lost": loss.lost.size, "root": loss.lost.root.hex(), "note": loss.lost.note,
            "reason": reason,
        }  # fmt: skip
        await work.record("audit.loss_accepted", told, outcome="accepted")
    return store.set_aside(loss.lost, loss.instead)


async def _find_fork(work: UnitOfWork, head: Head, now: Checkpoint) -> str | None:
    """Tell what is wrong where the log does not extend a head."""
    try:
        await verify_extends(work.session, work.recorder.log_id, head, now)
    except ForkError as fault:
        return str(fault)
    return None


def _head(work: UnitOfWork, note: str) -> Head:
    """Make a head of one of our own checkpoints. Raises NoteError where it is none."""
    origin = work.recorder.origin
    signed = verify_checkpoint(note, verifier_key(origin, public_bytes(work.keys.audit_key())))
    return Head(origin, signed.size, signed.root, note)
