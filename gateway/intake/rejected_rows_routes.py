"""The refused rows of a batch, to be corrected and sent back."""

import os
import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Literal
from uuid import UUID

from fastapi import Depends, Header, Query
from fastapi.responses import StreamingResponse

from connectors.model.two_languages import Language
from gateway.identity.caller import require
from gateway.intake.batches import export_rejected
from gateway.intake.quarantine import MEDIA_TYPES, Form
from gateway.intake.routes import TheIntake
from gateway.intake.submission import Intake
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitsOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["质量 Quality"])
Reader = Annotated[Actor, Depends(require("datasets", "audit"), scope="function")]
CHUNK = 1 << 16
Format = Annotated[
    Literal["xlsx", "csv"] | None, Query(description="xlsx (the default) or csv; Accept: text/csv asks for csv too.")
]


@router.get(
    "/batches/{batch_id}/rejected-rows",
    summary="下载问题数据 Refused rows to correct",
    response_class=StreamingResponse,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}}},
)
async def rejected_rows(
    batch_id: UUID,
    units: Units,
    intake: TheIntake,
    caller: Reader,
    format: Format = None,  # noqa: A002 - the parameter's name
    accept: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """Return row number, column, value, reason and code, then each row as it came; send the corrected file back with
    the header `Corrects`.
    """
    form: Form = format or ("csv" if "text/csv" in accept else "xlsx")
    return await download(units, caller, intake, batch_id, form)


async def download(
    units: UnitsOfWork, actor: Actor, intake: Intake, batch_id: UUID, form: Form, language: Language | None = None
) -> StreamingResponse:
    """Answer with the file: written whole first: no slow reader holds a transaction open. Raises DeniedError."""
    file = tempfile.TemporaryFile(dir=intake.spool)  # noqa: SIM115 - has no name, and goes when the answer has been sent
    try:
        async with units.begin("rejected-rows", actor) as work:
            await export_rejected(work, intake.protector, batch_id, file, form, language)
    except BaseException:
        file.close()
        raise
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
