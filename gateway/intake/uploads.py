"""Uploads that arrive in pieces: opened within bounds, found, ended, expired."""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from gateway.intake.admission import admit_submission, check_batch_id, known_dataset
from gateway.intake.tables import Upload
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork

MOST_OPEN = 10  # of one agency
LIFE_HOURS = 24  # after the last byte
SPARE_BYTES = 1024 * 1024 * 1024
_OPEN = text("SELECT count(*), coalesce(sum(length), 0) FROM upload WHERE client_id = :client AND state = 'open'")
_SAME = text("""
    SELECT upload_id FROM upload WHERE state = 'open' AND expires_at > now()
        AND (client_id, dataset, sender_batch, length, digest) = (:client, :dataset, :sender, :length, :digest)
    ORDER BY upload_id LIMIT 1
""")
_STORED = text("UPDATE upload SET state = 'stored', batch_id = :batch WHERE upload_id = :id AND state = 'open'")
_END = text("DELETE FROM upload WHERE upload_id = :id RETURNING state")
_EXPIRED = text("DELETE FROM upload WHERE expires_at < now() RETURNING upload_id, client_id, state")
_KNOWN = text("SELECT upload_id FROM upload")


@dataclass(frozen=True)
class UploadRequest:
    """A file of `length` bytes to be uploaded as a batch; its signature and SHA-256 if the client told them."""

    dataset: str
    sender_batch: str
    length: int
    signature: str | None
    digest: bytes | None = None


def upload_file(spool: Path, upload_id: UUID) -> Path:
    """Return where an upload lies."""
    return spool / "uploads" / str(upload_id)


async def open_upload(work: UnitOfWork, spool: Path, request: UploadRequest, most_bytes: int) -> Upload:
    """Open an upload, or return the one begun for the same file.

    Raises DeniedError where the submission may not come in, or beyond what may be held.
    """
    session, client = work.session, work.actor.client_id
    check_batch_id(request.sender_batch)
    await admit_submission(work, known_dataset(request.dataset), signed=request.signature is not None)
    upload_id = uuid7()
    path = upload_file(spool, upload_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check_room(path.parent, request.length, most_bytes)
    await take(session, Lock.UPLOAD, client)
    if begun := await _find_same(session, client, request):
        return begun
    count, held = (await session.execute(_OPEN, {"client": client})).one()
    if count >= MOST_OPEN or held + request.length > 2 * most_bytes:
        raise DeniedError(
            "too-many-uploads",
            f"未完成的上传最多 {MOST_OPEN} 个、共 {2 * most_bytes} 字节。At most {MOST_OPEN} unfinished uploads of "
            f"{2 * most_bytes} bytes together: finish or DELETE one.",
        )
    told = {"dataset": request.dataset, "sender_batch": request.sender_batch, "length": request.length}
    entry = await work.record("upload.opened", {"upload": str(upload_id), **told}, outcome="opened")
    row = Upload(
        upload_id=upload_id, client_id=client, dataset=request.dataset, sender_batch=request.sender_batch,
        signature=request.signature, digest=request.digest, length=request.length, received=0, state="open",
        created_at=work.now, expires_at=work.now + timedelta(hours=LIFE_HOURS), event_id=entry,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    path.touch(mode=0o600)
    return row


def _check_room(folder: Path, length: int, most_bytes: int) -> None:
    if not 0 < length <= most_bytes:
        raise DeniedError(
            "delivery-too-large",
            f"文件最多 {most_bytes} 字节，请拆分。Upload-Length must be 1 to {most_bytes}: split the file.",
        )
    if shutil.disk_usage(folder).free < length + SPARE_BYTES:
        raise DeniedError("storage-full", "暂无存储空间，请稍后再试。There is no room on the disk: try again later.")


async def _find_same(session: AsyncSession, client: str, request: UploadRequest) -> Upload | None:
    """Return an open upload of the same file: a client that lost its place finds it again by asking once more."""
    names = {"client": client, "dataset": request.dataset, "sender": request.sender_batch,
             "length": request.length, "digest": request.digest}  # fmt: skip
    found = (await session.execute(_SAME, names)).scalar_one_or_none() if request.digest else None
    return await session.get(Upload, found) if found else None


async def get_upload(work: UnitOfWork, upload_id: UUID) -> Upload:
    """Return an upload of the acting client. Raises DeniedError where there is none, or none any more."""
    row = await work.session.get(Upload, upload_id)
    if row is None or row.client_id != work.actor.client_id or row.expires_at < work.now:
        raise _gone()
    return row


def _gone() -> DeniedError:
    return DeniedError("upload-not-found", "没有此上传，或已过期。There is no such upload, or no longer.")


async def mark_stored(work: UnitOfWork, upload_id: UUID, batch_id: UUID) -> None:
    """Note which batch an upload has become."""
    await work.session.execute(_STORED, {"id": upload_id, "batch": batch_id})


async def end_upload(units: UnitsOfWork, actor: Actor, spool: Path, upload_id: UUID) -> None:
    """End an upload at the client's request. Raises DeniedError."""
    async with units.begin("upload.end", actor) as work:
        await get_upload(work, upload_id)
        state = (await work.session.execute(_END, {"id": upload_id})).scalar_one_or_none()
        if state is None:
            raise _gone()  # somebody else has just ended it
        await _record_end(work, upload_id, "ended" if state == "open" else state)
    upload_file(spool, upload_id).unlink(missing_ok=True)


async def purge_uploads(units: UnitsOfWork, spool: Path) -> None:
    """Forget what has expired, and files that belong to no upload."""
    async with units.begin("upload.purge", PROGRAM) as work:
        for row in (await work.session.execute(_EXPIRED)).all():
            if row.state == "open":
                await _record_end(work, row.upload_id, "expired", row.client_id)
        known = {str(one) for one in (await work.session.execute(_KNOWN)).scalars()}
    await asyncio.to_thread(_sweep, upload_file(spool, UUID(int=0)).parent, known)


def _sweep(folder: Path, known: set[str]) -> None:
    eldest = now().timestamp() - LIFE_HOURS * 3600
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in known and path.stat().st_mtime < eldest:
            path.unlink(missing_ok=True)


async def _record_end(work: UnitOfWork, upload_id: UUID, how: str, client: str | None = None) -> None:
    await work.record("upload.ended", {"upload": str(upload_id)}, outcome=how, actor=client)
