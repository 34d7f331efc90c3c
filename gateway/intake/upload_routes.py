"""Uploads that survive a broken connection: tus 1.0 (core, creation, termination, checksum, expiration).

The last piece makes the batch; GET tells which. docs/decisions/0014-deliveries-arriving.md says why this standard.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from email.utils import format_datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from gateway.identity.caller import working
from gateway.intake.pieces import append
from gateway.intake.routes import BatchId, DatasetName, Pusher, Signature, TheIntake
from gateway.intake.tables import Upload
from gateway.intake.uploads import UploadRequest, end_upload, get_upload, open_upload
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.body import chunks_of, read_digest
from gateway.web.checksum import ALGORITHMS, Checksum
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/v1", tags=["提交 Submit"])
VERSION = "1.0.0"
TUS = {"Tus-Resumable": VERSION}
PIECE_TYPE = "application/offset+octet-stream"
EXTENSIONS = "creation,termination,checksum,expiration"
Version = Annotated[str, Header(alias="Tus-Resumable", description="1.0.0")]
Length = Annotated[int, Header(alias="Upload-Length", ge=1, le=1 << 50, description="文件字节数 The file's bytes.")]
Offset = Annotated[
    int, Header(alias="Upload-Offset", ge=0, le=1 << 50, description="本段的起点 Where this piece begins.")
]
Work = Annotated[UnitOfWork, Depends(working("datasets"), scope="function")]
Sum = Annotated[str | None, Header(alias="Upload-Checksum", max_length=200, description="sha256 BASE64")]


@router.options("/uploads", status_code=204, summary="断点续传能力 What uploads can do")
async def options(settings: TheSettings) -> Response:
    """Return version, extensions, the largest file and the checksums."""
    told = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Checksum-Algorithm": ",".join(ALGORITHMS)}
    return Response(status_code=204, headers={**TUS, **told, "Tus-Max-Size": str(settings.max_resumable_bytes)})


@router.post("/datasets/{dataset}/uploads", status_code=201, summary="开始上传 Begin an upload")
async def create(
    dataset: DatasetName,
    request: Request,
    work: Work,
    intake: TheIntake,
    settings: TheSettings,
    *,
    batch_id: BatchId,
    length: Length,
    version: Version,
    signature: Signature = None,
) -> Response:
    """Open an upload of one batch; send its pieces to Location. A signature is over the whole file, as with a push.

    With Repr-Digest (RFC 9530, sha-256) the file is compared when whole, and asking again finds what was begun.
    """
    with _tus(version):
        wanted = UploadRequest(dataset, batch_id, length, signature, read_digest(request, "Repr-Digest"))
        upload = await open_upload(work, intake.spool, wanted, settings.max_resumable_bytes)
    return Response(status_code=201, headers={"Location": f"/v1/uploads/{upload.upload_id}", **_state(upload)})


@router.head("/uploads/{upload_id}", include_in_schema=False)  # one operation in the interface's description, not two
@router.get("/uploads/{upload_id}", summary="上传进度 How far an upload is")
async def show(upload_id: UUID, work: Work, response: Response) -> dict[str, Any]:
    """Return how much has arrived, and the batch once there is one."""
    with _tus(VERSION):
        upload = await get_upload(work, upload_id)
    response.headers.update({"Cache-Control": "no-store", "Upload-Length": str(upload.length), **_state(upload)})
    return {
        "upload": str(upload_id), "dataset": upload.dataset, "sender_batch": upload.sender_batch,
        "length": upload.length, "received": upload.received, "state": upload.state, "fault": upload.fault,
        "batch": str(upload.batch_id) if upload.batch_id else None, "expires_at": upload.expires_at.isoformat(),
    }  # fmt: skip


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    max_body_size=OWN_LIMIT,
    summary="上传一段 Send a piece",
    openapi_extra={"requestBody": {"required": True, "content": {PIECE_TYPE: {}}}},
)
async def piece(
    upload_id: UUID,
    request: Request,
    units: Units,
    intake: TheIntake,
    agency: Pusher,
    offset: Offset,
    version: Version,
    checksum: Sum = None,
) -> Response:
    """Append a piece. The last one takes the batch in and answers when that is done, with Content-Location."""
    with _tus(version):
        if request.headers.get("content-type", "").lower() != PIECE_TYPE:
            raise DeniedError("unsupported-encoding", f"Content-Type 须为 must be {PIECE_TYPE}.")
        announced = Checksum(checksum) if checksum else None
        upload = await append(units, agency, intake, upload_id, offset, chunks_of(request), announced)
    return Response(status_code=204, headers=_state(upload))


@router.delete("/uploads/{upload_id}", status_code=204, summary="终止上传 End an upload")
async def end(upload_id: UUID, units: Units, intake: TheIntake, agency: Pusher, version: Version) -> Response:
    """Throw away what has arrived; a batch that was stored stays."""
    with _tus(version):
        await end_upload(units, agency, intake.spool, upload_id)
    return Response(status_code=204, headers=TUS)


def _state(upload: Upload) -> dict[str, str]:
    told = {**TUS, "Upload-Offset": str(upload.received)}
    if upload.state == "open":
        told["Upload-Expires"] = format_datetime(upload.expires_at.astimezone(UTC), usegmt=True)
    if upload.batch_id:
        told["Content-Location"] = f"/v1/batches/{upload.batch_id}"
    return told


@contextmanager
def _tus(version: str) -> Iterator[None]:
    """Name the version in refusals too; refuse another one (tus 1.0, Tus-Version)."""
    if version != VERSION:
        headers = {"Tus-Version": VERSION, **TUS}
        raise DeniedError("unsupported-version", f"请带 send Tus-Resumable: {VERSION}", headers=headers)
    try:
        yield
    except DeniedError as fault:
        fault.denial = replace(fault.denial, headers={**fault.denial.headers, **TUS})
        raise
