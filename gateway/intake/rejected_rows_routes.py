"""The refused rows of a batch, to be corrected and sent back."""

import os
import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse

from gateway.gateway import Gateway
from gateway.identity.caller import require
from gateway.intake.quarantine import MEDIA_TYPES, Form, write_rejected
from gateway.intake.routes import get_batch
from gateway.runtime.actor import Actor
from gateway.runtime.spool import spool_of
from gateway.web.dependencies import Gw

router = APIRouter(prefix="/v1", tags=["quality 质量"])
Reader = Annotated[Actor, Depends(require("datasets", "audit"), scope="function")]
CHUNK = 1 << 16
Format = Annotated[
    Literal["xlsx", "csv"] | None, Query(description="xlsx (the default) or csv; Accept: text/csv asks for csv too.")
]


@router.get(
    "/batches/{batch_id}/rejected-rows",
    summary="Refused rows to correct 下载问题数据",
    response_class=StreamingResponse,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}},
)
async def rejected_rows(
    batch_id: UUID,
    gateway: Gw,
    caller: Reader,
    format: Format = None,  # noqa: A002 - the parameter's name
    accept: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """Return row number, column, value, reason and code, then each row as it came; send the corrected file back with
    the header `Corrects`.
    """
    async with gateway.database.begin("batch.find") as session:
        await get_batch(session, batch_id, caller)
    form: Form = format or ("csv" if "text/csv" in accept else "xlsx")
    return await download(gateway, batch_id, form)


async def download(gateway: Gateway, batch_id: UUID, form: Form) -> StreamingResponse:
    """Answer with the file: written whole first, so that no slow reader holds a transaction open."""
    file = tempfile.TemporaryFile(dir=spool_of(gateway))  # noqa: SIM115 - has no name, and goes when the answer has been sent
    async with gateway.database.begin("rejected-rows") as session:
        await write_rejected(session, batch_id, file, form, gateway.protector)
    headers = {
        "Content-Disposition": f'attachment; filename="rejected-{batch_id}.{form}"',
        "Content-Length": str(file.seek(0, os.SEEK_END)),
    }
    return StreamingResponse(_chunks(file), media_type=MEDIA_TYPES[form], headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
