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
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from gateway.gateway import Gateway
from gateway.intake.arrival import take_file
from gateway.intake.signatures import verify_batch_jws
from gateway.intake.tables import Upload
from gateway.intake.take_in import Sender, digest_of
from gateway.intake.uploads import LIFE_HOURS, file_of, get_upload
from gateway.runtime.denial import DeniedError
from gateway.web.checksum import Checksum

SYNCED_EVERY = 8 * 1024 * 1024
_ADVANCE = text("""
    UPDATE upload SET received = :received, expires_at = now() + make_interval(hours => :hours)
    WHERE upload_id = :id AND state = 'open'
""")
_STORED = text("UPDATE upload SET state = 'stored', batch_id = :batch WHERE upload_id = :id AND state = 'open'")
_BATCH = text("SELECT batch_id FROM batch WHERE (agency, dataset, sender_batch) = (:agency, :dataset, :sender)")
_REFUSED = text("UPDATE upload SET state = 'refused', fault = :fault WHERE upload_id = :id AND state = 'open'")


async def append(
    gateway: Gateway,
    client_id: str,
    upload_id: UUID,
    offset: int,
    chunks: AsyncIterator[bytes],
    checksum: Checksum | None,
) -> Upload:
    """Append a piece at its offset; the last one completes the upload. Returns it as it stands. Raises DeniedError."""
    upload = await get_upload(gateway, client_id, upload_id)
    if upload.state == "stored" and offset == upload.length:
        return upload
    with _locked(gateway, upload_id) as file:
        upload = await get_upload(gateway, client_id, upload_id)
        if upload.state == "refused":
            raise DeniedError("upload-refused", upload.fault or "")
        if offset != upload.received:
            raise DeniedError("offset-mismatch", f"Upload-Offset is {upload.received}: go on from there 请从此处续传。")
        if upload.state == "open":
            if file.seek(0, os.SEEK_END) < upload.received:  # another host's disk, or the spool was emptied
                raise _lost()
            await _write(gateway, upload, file, chunks, checksum)
            if upload.received == upload.length:
                await _complete(gateway, upload)
                upload = await get_upload(gateway, client_id, upload_id)
    return upload


async def _write(
    gateway: Gateway, upload: Upload, file: BinaryIO, chunks: AsyncIterator[bytes], checksum: Checksum | None
) -> None:
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
                await _advance(gateway, upload, file, written)
        if checksum:
            checksum.check()
    except DeniedError:
        if not checksum:
            await _advance(gateway, upload, file, written)
        raise
    await _advance(gateway, upload, file, written)


async def _advance(gateway: Gateway, upload: Upload, file: BinaryIO, written: int) -> None:
    if written == upload.received:
        return
    file.flush()
    await asyncio.to_thread(os.fdatasync, file.fileno())
    async with gateway.database.begin("upload.advance") as session:
        values = {"id": upload.upload_id, "received": written, "hours": LIFE_HOURS}
        if (await session.execute(_ADVANCE, values)).rowcount != 1:  # type: ignore[attr-defined]
            raise DeniedError("upload-not-found", "The upload was ended meanwhile 上传已被终止。")
    upload.received = written


async def _complete(gateway: Gateway, upload: Upload) -> None:
    path, dataset, signature = file_of(gateway, upload.upload_id), get_dataset(upload.dataset), upload.signature
    digest = await asyncio.to_thread(digest_of, path)

    async def mark(session: AsyncSession) -> None:
        names = {"agency": dataset.agency, "dataset": upload.dataset, "sender": upload.sender_batch}
        if batch := (await session.execute(_BATCH, names)).scalar_one_or_none():  # none where it is held
            await session.execute(_STORED, {"id": upload.upload_id, "batch": batch})

    try:
        if upload.digest not in {None, digest}:
            raise _other_file()
        if signature:
            await verify_batch_jws(gateway, upload.client_id, signature, upload.dataset, upload.sender_batch, digest)
        sender = Sender(upload.client_id, upload.sender_batch, "upload", signature)
        _, new = await take_file(gateway, sender, dataset, path, digest, then=mark)
    except DeniedError as fault:
        async with gateway.database.begin("upload.refuse") as session:
            await session.execute(_REFUSED, {"id": upload.upload_id, "fault": str(fault)})
        path.unlink(missing_ok=True)
        raise
    if not new:
        async with gateway.database.begin("upload.stored") as session:
            await mark(session)
    path.unlink(missing_ok=True)


@contextmanager
def _locked(gateway: Gateway, upload_id: UUID) -> Iterator[BinaryIO]:
    """Hold an upload's file alone. Raises DeniedError where another request writes to it."""
    try:
        file = file_of(gateway, upload_id).open("r+b")
    except FileNotFoundError:
        file = file_of(gateway, upload_id).open("w+b")  # stored or refused meanwhile: the row says so
        file_of(gateway, upload_id).unlink(missing_ok=True)
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            detail = "另一个请求正在写入，请稍后 Another request is writing to it: try again in a moment."
            raise DeniedError("upload-busy", detail, headers={"Retry-After": "1"}) from fault
        yield file


def _beyond_length() -> DeniedError:
    return DeniedError("invalid-request", "超过声明的长度 More came than Upload-Length announced.")


def _other_file() -> DeniedError:
    return DeniedError("digest-mismatch", "文件与 Repr-Digest 不符 The file is not what Repr-Digest said.")


def _lost() -> DeniedError:
    """Say that the spool was emptied, or is another host's."""
    return DeniedError("upload-not-found", "已传内容丢失，请重新上传 What had arrived is lost: begin anew.")
