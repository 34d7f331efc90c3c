"""The pieces of an upload: each appended at its place, the last one making the batch.

1. What `received` says is on the disk for certain: the file is synced before the row is written, and what lies beyond
   it in the file is thrown away before the next piece. A process may die anywhere.
2. One writer per upload: a lock on the file, which a killed process lets go.
3. The upload is marked stored in the transaction that stores its batch; asked again, the batch is the same one.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import text

from gateway.intake.admission import known_dataset
from gateway.intake.signatures import verify_batch_jws
from gateway.intake.submission import Intake, digest_of, from_file
from gateway.intake.tables import Upload
from gateway.intake.take_in import take_in
from gateway.intake.uploads import LIFE_HOURS, get_upload, upload_file
from gateway.runtime.actor import Actor
from gateway.runtime.database import rowcount
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork
from gateway.web.checksum import Checksum

SYNCED_EVERY = 8 * 1024 * 1024
_ADVANCE = text("""
    UPDATE upload SET received = :received, expires_at = now() + make_interval(hours => :hours)
    WHERE upload_id = :id AND state = 'open'
""")
_REFUSED = text("UPDATE upload SET state = 'refused', fault = :fault WHERE upload_id = :id AND state = 'open'")


async def append(
    units: UnitsOfWork,
    actor: Actor,
    intake: Intake,
    upload_id: UUID,
    offset: int,
    chunks: AsyncIterator[bytes],
    checksum: Checksum | None,
) -> Upload:
    """Append a piece at its offset; the last one completes the upload. Returns it as it stands. Raises DeniedError."""
    upload = await _get(units, actor, upload_id)
    if upload.state == "stored" and offset == upload.length:
        return upload
    with _locked(upload_file(intake.spool, upload_id)) as file:
        upload = await _get(units, actor, upload_id)
        if upload.state == "refused":
            raise DeniedError("upload-refused", upload.fault or "")
        if offset != upload.received:
            detail = f"请从 {upload.received} 处续传。Upload-Offset is {upload.received}: go on from there."
            raise DeniedError("offset-mismatch", detail)
        if upload.state == "open":
            if file.seek(0, os.SEEK_END) < upload.received:  # another host's disk, or the spool was emptied
                raise _lost()
            await _write(units, actor, upload, file, chunks, checksum)
            if upload.received == upload.length:
                await _complete(units, actor, intake, upload)
                upload = await _get(units, actor, upload_id)
    return upload


async def _get(units: UnitsOfWork, actor: Actor, upload_id: UUID) -> Upload:
    async with units.begin("upload.get", actor) as work:
        return await get_upload(work, upload_id)


async def _write(
    units: UnitsOfWork, actor: Actor, upload: Upload, file: BinaryIO, chunks: AsyncIterator[bytes],
    checksum: Checksum | None,
) -> None:  # fmt: skip
    """Write a piece after what is certain; with a checksum it counts whole or not at all."""
    file.truncate(upload.received)
    file.seek(upload.received)
    written = upload.received
    try:
        async for chunk in chunks:
            if written + len(chunk) > upload.length:
                raise _beyond_length()
            file.write(chunk)
            written += len(chunk)
            if checksum:
                checksum.update(chunk)
            elif written - upload.received >= SYNCED_EVERY:
                await _advance(units, actor, upload, file, written)
        if checksum:
            checksum.check()
    except DeniedError:
        if not checksum:
            await _advance(units, actor, upload, file, written)
        raise
    await _advance(units, actor, upload, file, written)


async def _advance(units: UnitsOfWork, actor: Actor, upload: Upload, file: BinaryIO, written: int) -> None:
    if written == upload.received:
        return
    file.flush()
    await asyncio.to_thread(os.fdatasync, file.fileno())
    async with units.begin("upload.advance", actor) as work:
        values = {"id": upload.upload_id, "received": written, "hours": LIFE_HOURS}
        if rowcount(await work.session.execute(_ADVANCE, values)) != 1:
            raise DeniedError("upload-not-found", "上传已被终止。The upload was ended meanwhile.")
    upload.received = written


async def _complete(units: UnitsOfWork, actor: Actor, intake: Intake, upload: Upload) -> None:
    """Take the whole file in; where it is refused or held, the upload is refused, and says why."""
    path = upload_file(intake.spool, upload.upload_id)
    digest = await asyncio.to_thread(digest_of, path)
    try:
        if upload.digest not in {None, digest}:
            raise _other_file()
        if upload.signature:
            async with units.begin("upload.verify", actor) as work:
                await verify_batch_jws(work, upload.signature, upload.dataset, upload.sender_batch, digest)
        submission = from_file(
            path, known_dataset(upload.dataset), upload.sender_batch, digest, "upload", signature=upload.signature,
            upload_id=upload.upload_id,
        )  # fmt: skip
        await take_in(units, actor, intake, submission)
    except DeniedError as fault:
        async with units.begin("upload.refuse", actor) as work:
            await work.session.execute(_REFUSED, {"id": upload.upload_id, "fault": str(fault)})
        path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Hold an upload's file alone. Raises DeniedError where another request writes to it."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        file = path.open("w+b")  # stored or refused meanwhile: the row says so
        path.unlink(missing_ok=True)
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            detail = "另一个请求正在写入，请稍后。Another request is writing to it: try again in a moment."
            raise DeniedError("upload-busy", detail, headers={"Retry-After": "1"}) from fault
        yield file


def _beyond_length() -> DeniedError:
    return DeniedError("invalid-request", "超过声明的长度。More came than Upload-Length announced.")


def _other_file() -> DeniedError:
    return DeniedError("digest-mismatch", "文件与 Repr-Digest 不符。The file is not what Repr-Digest said.")


def _lost() -> DeniedError:
    """Say that the spool was emptied, or is another host's."""
    return DeniedError("upload-not-found", "已传内容丢失，请重新上传。What had arrived is lost: begin anew.")
