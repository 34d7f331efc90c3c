"""Previewed files as rows: opened within bounds, found by those who may, told how far they are judged, ended.

Only people preview: clerks their own agency's files, those who run the instance any. Interfaces try a file in one call
(POST /v1/datasets/{dataset}/batches:check).
"""

import hashlib
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.model.datasets import Dataset
from gateway.intake.admission import RUNNERS, admit_submission, agency_seen, check_batch_id, known_dataset, sees
from gateway.intake.tables import Preview
from gateway.runtime.database import rowcount
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork

MOST_OPEN = 10  # of one agency
LIFE_HOURS = 24
LONGEST_NAME = 200  # characters of a file's name
_END = text("DELETE FROM preview WHERE preview_id = :id")
_EXPIRED = text("SELECT preview_id FROM preview WHERE expires_at <= :now FOR UPDATE SKIP LOCKED")
_KNOWN = text("SELECT preview_id FROM preview")
_DONE = text("UPDATE preview SET done = :done, rows = :rows WHERE preview_id = :id AND state = 'judging'")
_JUDGING = text("""
    UPDATE preview SET state = 'judging', told = NULL, done = 0, rows = 0
    WHERE preview_id = :id AND state IN ('judging', 'ready', 'refused')
""")
_JUDGED = text("""
    UPDATE preview SET state = :state, told = :told, catalogue = :catalogue
    WHERE preview_id = :id AND state IN ('judging', 'ready', 'refused')
""")
_ANSWERED = text("UPDATE preview SET mapping = :mapping, ignored = :ignored WHERE preview_id = :id")
_OPEN = text("""
    SELECT count(*), coalesce(sum(size), 0) FROM preview
    WHERE agency = :agency AND expires_at > :now AND state NOT IN ('stored', 'held')
""")
_STORED = text("""
    UPDATE preview SET state = 'stored', told = NULL, batch_id = :batch WHERE preview_id = :id AND state = 'ready'
""")
_HELD = text(
    "UPDATE preview SET state = 'held', told = NULL, held_id = :held WHERE preview_id = :id AND state = 'ready'"
)


class PreviewRequest(msgspec.Struct, frozen=True):
    """A file to look at: under which id, for which dataset, as which batch, and what it is called.

    The id is made with the form, so that a form sent twice is one preview.
    """

    preview_id: UUID
    dataset: str
    sender_batch: str
    file_name: str


def preview_file(spool: Path, preview_id: UUID) -> Path:
    """Return where a previewed file lies."""
    return spool / "previews" / str(preview_id)


def catalogue_digest(dataset: Dataset) -> bytes:
    """Return SHA-256 of a dataset and its mappings: what a file is judged by."""
    return hashlib.sha256(msgspec.json.encode(dataset)).digest()


async def open_preview(work: UnitOfWork, request: PreviewRequest, size: int, digest: bytes, most_bytes: int) -> Preview:
    """Open a preview of a file that came, or return the one that the same form opened.

    Raises DeniedError where the file may not come in, or beyond what may wait.
    """
    check_batch_id(request.sender_batch)
    dataset = known_dataset(request.dataset)
    await admit_submission(work, dataset, signed=False)
    _check_person(work)
    await take(work.session, Lock.PREVIEW, dataset.agency)
    if begun := await work.session.get(Preview, request.preview_id):
        if (begun.agency, begun.dataset, begun.digest) != (dataset.agency, dataset.dataset, digest):
            raise _gone()  # somebody else's id, or another file under it
        return begun
    count, held = (await work.session.execute(_OPEN, {"agency": dataset.agency, "now": work.now})).one()
    if count >= MOST_OPEN or held + size > 2 * most_bytes:
        raise DeniedError(
            "too-many-uploads",
            f"未报送的预览最多 {MOST_OPEN} 个、共 {2 * most_bytes} 字节，请先报送或放弃。At most {MOST_OPEN} previews "
            f"of {2 * most_bytes} bytes together: hand one in or give it up.",
        )
    told = {"agency": dataset.agency, "dataset": dataset.dataset, "sender_batch": request.sender_batch}
    payload = {**told, "preview": str(request.preview_id), "digest": digest.hex(), "bytes": size}
    entry = await work.record("preview.opened", payload, outcome="opened", exchange=request.preview_id)
    row = Preview(
        preview_id=request.preview_id, agency=dataset.agency, dataset=dataset.dataset,
        sender_batch=request.sender_batch, file_name=request.file_name[:LONGEST_NAME], size=size, digest=digest,
        actor=work.actor.name, state="judging", catalogue=catalogue_digest(dataset), created_at=work.now,
        expires_at=work.now + timedelta(hours=LIFE_HOURS), event_id=entry,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    return row


async def get_preview(work: UnitOfWork, preview_id: UUID) -> Preview:
    """Return a preview that the actor may look at and decide on. Raises DeniedError."""
    row = await work.session.get(Preview, preview_id)
    if row is None or not sees(work.actor, row.agency) or row.expires_at <= work.now:
        raise _gone()
    _check_person(work)
    return row


async def list_previews(work: UnitOfWork) -> list[Preview]:
    """Return the previews that wait for somebody to confirm them, newest first: those the actor may look at."""
    _check_person(work)
    agency = agency_seen(work.actor)
    conditions = [col(Preview.agency) == agency] if agency else []
    query = select(Preview).where(
        col(Preview.expires_at) > work.now, col(Preview.state).in_(("judging", "ready", "refused")), *conditions
    )
    return list((await work.session.execute(query.order_by(col(Preview.created_at).desc()))).scalars())


async def set_done(session: AsyncSession, preview_id: UUID, done: int, rows: int) -> None:
    """Note how many of a file's rows were judged."""
    await session.execute(_DONE, {"id": preview_id, "done": done, "rows": rows})


async def set_judging(session: AsyncSession, preview_id: UUID) -> None:
    """Note that a file is judged anew."""
    await session.execute(_JUDGING, {"id": preview_id})


async def set_judged(session: AsyncSession, preview_id: UUID, state: str, told: bytes, catalogue: bytes) -> None:
    """Keep what was said of a file; nothing where the preview was ended meanwhile."""
    await session.execute(_JUDGED, {"id": preview_id, "state": state, "told": told, "catalogue": catalogue})


async def set_answers(session: AsyncSession, preview_id: UUID, mapping: bytes | None, ignored: bytes) -> None:
    """Keep the answers given: as a mapping, and the columns that may be lost as JSON."""
    await session.execute(_ANSWERED, {"id": preview_id, "mapping": mapping, "ignored": ignored.decode()})


async def mark_handed_in(session: AsyncSession, preview_id: UUID, batch_id: UUID) -> bool:
    """Note which batch a preview has become; tell whether it was still there to become one."""
    return rowcount(await session.execute(_STORED, {"id": preview_id, "batch": batch_id})) == 1


async def mark_held(session: AsyncSession, preview_id: UUID, held_id: UUID) -> None:
    """Note that a preview was handed in and is held."""
    await session.execute(_HELD, {"id": preview_id, "held": held_id})


async def end_preview(session: AsyncSession, preview_id: UUID) -> bool:
    """Delete a preview's row; tell whether it was there."""
    return rowcount(await session.execute(_END, {"id": preview_id})) == 1


async def expired_previews(session: AsyncSession, now: object) -> list[UUID]:
    """Return the previews whose time is over."""
    return list((await session.execute(_EXPIRED, {"now": now})).scalars())


async def known_previews(session: AsyncSession) -> set[str]:
    """Return the names of the files that belong to a preview."""
    return {str(one) for one in (await session.execute(_KNOWN)).scalars()}


def _check_person(work: UnitOfWork) -> None:
    if work.actor.kind not in RUNNERS and (work.actor.kind != "agency" or work.actor.person is None):
        raise DeniedError(
            "clerk-needed", "由本部门经办人或平台运营人员预览。A clerk of the agency or an operator previews."
        )


def _gone() -> DeniedError:
    return DeniedError("preview-not-found")
