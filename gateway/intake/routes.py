"""What an agency does: push a batch, and see what came of it."""

import re
import tempfile
from pathlib import Path
from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, Response

from connectors.model.batch_ids import BATCH_ID, is_batch_id
from connectors.store.corrections import count_corrected
from connectors.store.tables import Batch
from gateway.identity.caller import require, working
from gateway.identity.doorkeeper import Doorkeeper
from gateway.intake.admission import admit_submission, known_dataset
from gateway.intake.batches import read_batch, unpacked_of
from gateway.intake.documents import batch_document
from gateway.intake.gate import is_large
from gateway.intake.signatures import AgencySignature
from gateway.intake.submission import Intake, from_file
from gateway.intake.take_in import take_in
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from gateway.web.body import receive
from gateway.web.dependencies import part
from gateway.web.router import OWN_LIMIT, Router

router = Router(prefix="/v1", tags=["提交 Submit"])
pusher = require("datasets")
Pusher = Annotated[Actor, Depends(pusher, scope="function")]
TheIntake = Annotated[Intake, Depends(part("intake"))]
Reading = Annotated[UnitOfWork, Depends(working("datasets", "audit"), scope="function")]
BatchId = Annotated[str, Header(alias="Batch-Id", pattern=BATCH_ID, description="批次号 The sender's own id.")]
Signature = Annotated[
    str | None,
    Header(
        alias="Batch-Signature",
        description="JWS over {batch, dataset, sha256} by the agency's key; or Signature-Input (RFC 9421).",
    ),
]
Corrects = Annotated[
    UUID | None, Header(description="更正的批次 The batch whose refused rows come back corrected, in the file it gave.")
]
_DATASET = re.compile(r"^[a-z][a-z0-9_]{0,63}$")
DatasetName = Annotated[str, PathParameter(pattern=_DATASET.pattern)]


class Door(Doorkeeper, Protocol):
    """The open instance as submissions see it."""

    @property
    def intake(self) -> Intake:
        """What takes submissions in."""


@router.post(
    "/datasets/{dataset}/batches",
    status_code=201,
    max_body_size=OWN_LIMIT,
    summary="提交一个批次 Submit a batch",
    response_model=None,
    responses={202: {"description": "Held: it looks unlike earlier ones, and a person has to look at it."}},
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def push(
    dataset: DatasetName,
    request: Request,
    agency: Pusher,
    *,
    batch_id: BatchId,
    _signature: Signature = None,
    corrects: Corrects = None,
) -> JSONResponse:
    """Take in CSV, XLSX, XLS, JSON, NDJSON or XML, told by content; all or nothing. Sent again unchanged: 200.

    The body may be packed (Content-Encoding: gzip) and chunked; Content-Digest (RFC 9530, sha-256) is compared. With
    `Corrects`, only the corrected rows of that batch's file of refused rows are taken in.
    """
    return await _answer(request, agency, dataset, batch_id, corrects)


async def push_in_front(request: Request) -> Response | None:
    """Answer as `push` does; None for corrected rows, and where a parameter has not its form: `push` then says so."""
    agency, dataset = await pusher(request), request.path_params["dataset"]
    batch_id = request.headers.get("batch-id", "")
    if not (_DATASET.fullmatch(dataset) and is_batch_id(batch_id)) or "corrects" in request.headers:
        return None
    return await _answer(request, agency, dataset, batch_id)


async def _answer(
    request: Request, agency: Actor, dataset: str, batch_id: str, corrects: UUID | None = None
) -> JSONResponse:
    opened: Door = request.app.state.gateway
    wanted, signature = known_dataset(dataset), AgencySignature(request)
    # What is small and unsigned is judged where it is stored, as everything is; the rest before its body is read too.
    if signature.given or is_large(request.headers.get("content-length")):
        async with opened.units.begin("batch.admit", agency) as work:
            await admit_submission(work, wanted, signed=signature.given)
            await signature.check_head(work)
    with tempfile.NamedTemporaryFile(dir=opened.intake.spool) as file:
        path = Path(file.name)
        received = await receive(request, path, opened.settings.max_upload_bytes)
        kept = await signature.verify(opened.units, agency, dataset, batch_id, received)
        submission = from_file(path, wanted, batch_id, received.digest, "push", signature=kept, corrects=corrects)
        batch, new = await take_in(opened.units, agency, opened.intake, submission)
    corrected, unpacked = 0, list[Batch]()
    if batch.rejected or wanted.unpack:
        async with opened.units.begin("batch.corrected", agency) as work:
            corrected, unpacked = await count_corrected(work.session, batch), await unpacked_of(work.session, batch)
    request.app.state.metrics.count("batch", "stored" if new else "known")
    # As a response: FastAPI would go through every member of the document, to find that each is JSON already.
    told, headers = batch_document(batch, corrected, unpacked), {"Location": f"/v1/batches/{batch.batch_id}"}
    return JSONResponse(told, status_code=201 if new else 200, headers=headers)


@router.get("/batches/{batch_id}", summary="查看批次 A batch")
async def show(batch_id: UUID, work: Reading) -> dict[str, Any]:
    """Return the counts, the refusals by reason, how many were corrected since, and the sealed statement.

    `unpacked`: the batches of other datasets that its rows held; their rows add up to those that were not refused.
    """
    return batch_document(*await read_batch(work, batch_id))
