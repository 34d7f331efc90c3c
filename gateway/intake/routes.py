"""What an agency does: push a batch, and see what came of it."""

import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi import Path as PathParameter
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import UnknownDatasetError, get_dataset
from connectors.model.datasets import Dataset
from connectors.store.tables import Batch
from gateway.identity.caller import require
from gateway.intake.arrival import take_file
from gateway.intake.corrections import count_corrected
from gateway.intake.signatures import AgencySignature
from gateway.intake.take_in import Sender
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.spool import spool_of
from gateway.web.body import receive
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/v1", tags=["push 报送"])
SENDERS_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"
Pusher = Annotated[Actor, Depends(require("datasets"), scope="function")]
Reader = Annotated[Actor, Depends(require("datasets", "audit"), scope="function")]
BatchId = Annotated[str, Header(alias="Batch-Id", pattern=SENDERS_ID, description="批次号 The sender's own id.")]
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
DatasetName = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


@router.post(
    "/datasets/{dataset}/batches",
    status_code=201,
    summary="Push a batch 报送一个批次",
    response_model=None,
    responses={202: {"description": "Held: it looks unlike earlier deliveries, and a person has to look at it."}},
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def push(
    dataset: DatasetName,
    request: Request,
    response: Response,
    gateway: Gw,
    agency: Pusher,
    batch_id: BatchId,
    _signature: Signature = None,
    corrects: Corrects = None,
) -> dict[str, Any]:
    """Take in CSV, XLSX, XLS, JSON, NDJSON or XML, told by content; all or nothing. Sent again unchanged: 200.

    The body may be packed (Content-Encoding: gzip) and chunked; Content-Digest (RFC 9530, sha-256) is compared. With
    `Corrects`, only the corrected rows of that batch's file of refused rows are taken in.
    """
    wanted = get_own_dataset(dataset, agency)
    signature = AgencySignature(gateway, request, agency.client_id)
    await signature.check_head()
    with tempfile.NamedTemporaryFile(dir=spool_of(gateway)) as file:
        path = Path(file.name)
        received = await receive(request, path, gateway.settings.max_upload_bytes)
        kept = await signature.verify(dataset, batch_id, received)
        sender = Sender(agency.client_id, batch_id, "push", kept, corrects)
        batch, new = await take_file(gateway, sender, wanted, path, received.digest)
    corrected = 0
    if batch.rejected:
        async with gateway.database.begin("batch.corrected") as session:
            corrected = await count_corrected(session, batch)
    request.app.state.metrics.count("batch", "stored" if new else "known")
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"/v1/batches/{batch.batch_id}"
    return batch_document(batch, corrected)


@router.get("/batches/{batch_id}", summary="A batch 查看批次")
async def show(batch_id: UUID, session: Transaction, caller: Reader) -> dict[str, Any]:
    """Return the counts, the refusals by reason, how many were corrected since, and the sealed statement."""
    batch = await get_batch(session, batch_id, caller)
    return batch_document(batch, await count_corrected(session, batch))


def batch_document(batch: Batch, corrected: int = 0) -> dict[str, Any]:
    """Return a batch as the API shows it; `corrected` of its refused rows were brought in order since."""
    names = ("accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
    return {
        "batch": str(batch.batch_id),
        "agency": batch.agency,
        "dataset": batch.dataset,
        "sender_batch": batch.sender_batch,
        "digest": batch.digest.hex(),
        "received_at": batch.received_at.isoformat(),
        "rows": batch.row_count,
        **{name: getattr(batch, name) for name in names},
        "corrected": corrected,
        "open": batch.rejected - corrected,
        "corrects": str(batch.corrects) if batch.corrects else None,
        "reasons": batch.reasons,
        "statement": batch.statement,
    }


def get_own_dataset(name: str, agency: Actor) -> Dataset:
    """Return a dataset of the caller's own. Raises DeniedError."""
    try:
        wanted = get_dataset(name)
    except UnknownDatasetError as fault:
        raise DeniedError("unknown-dataset", str(fault)) from fault
    if agency.client_id != wanted.agency:
        raise DeniedError("dataset-not-yours", f"The dataset {name} belongs to another agency.")
    return wanted


async def get_batch(session: AsyncSession, batch_id: UUID, caller: Actor) -> Batch:
    """Return a batch, to an agency only its own. Raises DeniedError."""
    batch = await session.get(Batch, batch_id)
    if batch is None or (caller.kind == "agency" and batch.agency != caller.client_id):
        raise DeniedError("batch-not-found", "You have no such batch.")
    return batch
