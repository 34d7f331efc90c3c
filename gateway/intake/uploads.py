"""Uploads that arrive in pieces: opened within bounds, found, ended, expired."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from audit.events import Event
from gateway.gateway import Gateway
from gateway.intake.tables import Upload
from gateway.runtime.denial import DeniedError

MOST_OPEN = 10  # of one agency
LIFE_HOURS = 24  # after the last byte
SPARE_BYTES = 1024 * 1024 * 1024
_ALONE = text("SELECT pg_advisory_xact_lock(7135, hashtext(:client))")  # an agency opens one after the other
_OPEN = text("SELECT count(*), coalesce(sum(length), 0) FROM upload WHERE client_id = :client AND state = 'open'")
_SAME = text("""
    SELECT upload_id FROM upload WHERE state = 'open' AND expires_at > now()
        AND (client_id, dataset, sender_batch, length, digest) = (:client, :dataset, :sender, :length, :digest)
    ORDER BY upload_id LIMIT 1
""")
_END = text("DELETE FROM upload WHERE upload_id = :id RETURNING state")
_EXPIRED = text("DELETE FROM upload WHERE expires_at < now() RETURNING upload_id, client_id, state")


@dataclass(frozen=True)
class Wanted:
    """What a client wants to upload: a file of `length` bytes as a batch; its signature and SHA-256 if it told them."""

    client_id: str
    dataset: str
    sender_batch: str
    length: int
    signature: str | None
    digest: bytes | None = None


def file_of(gateway: Gateway, upload_id: UUID) -> Path:
    """Return where an upload lies."""
    return gateway.settings.instance_home / "spool" / "uploads" / str(upload_id)


async def open_upload(gateway: Gateway, wanted: Wanted) -> Upload:
    """Open an upload, or return the one begun for the same file. Raises DeniedError beyond what may be held."""
    most, now = gateway.settings.max_resumable_bytes, datetime.now(UTC)
    if not 0 < wanted.length <= most:
        detail = f"文件最多 {most} 字节，请拆分 Upload-Length must be 1 to {most}: split the file."
        raise DeniedError("delivery-too-large", detail)
    upload_id = uuid7()
    path = file_of(gateway, upload_id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(path.parent).free < wanted.length + SPARE_BYTES:
        raise DeniedError("storage-full", "暂无存储空间，请稍后再试 There is no room on the disk: try again later.")
    async with gateway.database.begin("upload.open") as session:
        await session.execute(_ALONE, {"client": wanted.client_id})
        if begun := await _find_same(session, wanted):
            return begun
        count, held = (await session.execute(_OPEN, {"client": wanted.client_id})).one()
        if count >= MOST_OPEN or held + wanted.length > 2 * most:
            detail = (
                f"未完成的上传最多 {MOST_OPEN} 个、共 {2 * most} 字节 At most {MOST_OPEN} unfinished uploads of "
                f"{2 * most} bytes together: finish or DELETE one."
            )
            raise DeniedError("too-many-uploads", detail)
        told = {"dataset": wanted.dataset, "sender_batch": wanted.sender_batch, "length": wanted.length}
        event = Event("upload.opened", wanted.client_id, payload={"upload": str(upload_id), **told})
        row = Upload(
            upload_id=upload_id, client_id=wanted.client_id, dataset=wanted.dataset, sender_batch=wanted.sender_batch,
            signature=wanted.signature, digest=wanted.digest, length=wanted.length, received=0, state="open",
            created_at=now, expires_at=now + timedelta(hours=LIFE_HOURS),
            event_id=await gateway.audit.record(session, event, now),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        path.touch(mode=0o600)
    return row


async def _find_same(session: AsyncSession, wanted: Wanted) -> Upload | None:
    """Return an open upload of the same file: a client that lost its place finds it again by asking once more."""
    names = {"client": wanted.client_id, "dataset": wanted.dataset, "sender": wanted.sender_batch,
             "length": wanted.length, "digest": wanted.digest}  # fmt: skip
    found = (await session.execute(_SAME, names)).scalar_one_or_none() if wanted.digest else None
    return await session.get(Upload, found) if found else None


async def get_upload(gateway: Gateway, client_id: str, upload_id: UUID) -> Upload:
    """Return a client's own upload. Raises DeniedError where there is none, or none any more."""
    async with gateway.database.begin("upload.get") as session:
        row = await session.get(Upload, upload_id)
    if row is None or row.client_id != client_id or row.expires_at < datetime.now(UTC):
        raise DeniedError("upload-not-found", "没有此上传，或已过期 There is no such upload, or no longer.")
    return row


async def end_upload(gateway: Gateway, client_id: str, upload_id: UUID) -> None:
    """End an upload at the client's wish. Raises DeniedError."""
    upload = await get_upload(gateway, client_id, upload_id)
    async with gateway.database.begin("upload.end") as session:
        await session.execute(_END, {"id": upload_id})
        await _record_end(gateway, session, client_id, upload_id, "ended" if upload.state == "open" else upload.state)
    file_of(gateway, upload_id).unlink(missing_ok=True)


async def purge_uploads(gateway: Gateway) -> None:
    """Forget what has expired, and files that belong to no upload."""
    async with gateway.database.begin("upload.purge") as session:
        for row in (await session.execute(_EXPIRED)).all():
            if row.state == "open":
                await _record_end(gateway, session, row.client_id, row.upload_id, "expired")
        known = {str(one) for one in (await session.execute(text("SELECT upload_id FROM upload"))).scalars()}
    eldest = datetime.now(UTC).timestamp() - LIFE_HOURS * 3600
    folder = file_of(gateway, UUID(int=0)).parent
    for path in folder.iterdir() if folder.exists() else ():
        if path.name not in known and path.stat().st_mtime < eldest:
            path.unlink(missing_ok=True)


async def _record_end(gateway: Gateway, session: AsyncSession, client_id: str, upload_id: UUID, how: str) -> None:
    event = Event("upload.ended", client_id, outcome=how, payload={"upload": str(upload_id)})
    await gateway.audit.record(session, event)
