"""What an agency does: push a batch, and see what came of it."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi import Path as PathParameter
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue import UnknownDatasetError, get_dataset
from connectors.corrections import CorrectionError
from connectors.datasets import Dataset
from connectors.errors import ConnectorError
from connectors.file_source import FileSource
from connectors.tables import Batch
from gateway.api.dependencies import Gw, Transaction
from gateway.identity.caller import Caller, require
from gateway.identity.client_keys import current_keys
from gateway.intake import BatchConflictError, Sender, digest_of, take_in
from gateway.problems import ProblemError, problem
from gateway.quality.corrections import count_corrected
from gateway.quality.held import HeldError
from gateway.quality.tables import HeldDelivery
from gateway.state import Gateway
from signing.errors import SignatureError
from signing.jws import verify_jws

router = APIRouter(prefix="/v1", tags=["push 报送"])
SIGNATURE_TYPE = "xinqiao-batch-signature+jws"
SENDERS_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$"
Pusher = Annotated[Caller, Depends(require("datasets"), scope="function")]
Reader = Annotated[Caller, Depends(require("datasets", "audit"), scope="function")]
BatchId = Annotated[str, Header(alias="Batch-Id", pattern=SENDERS_ID, description="批次号 The sender's own id.")]
Signature = Annotated[
    str | None, Header(alias="Batch-Signature", description="JWS over {batch, dataset, sha256}, by the agency's key.")
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
    signature: Signature = None,
    corrects: Corrects = None,
) -> dict[str, Any] | Response:
    """Take in CSV, XLSX, XLS, JSON, NDJSON or XML, told by content; all or nothing. Sent again unchanged: 200.

    With `Corrects`, only the corrected rows of that batch's file of refused rows are taken in.
    """
    wanted = _dataset(dataset)
    if agency.client_id != wanted.agency:
        raise ProblemError("dataset-not-yours", 403, f"The dataset {dataset} belongs to another agency.")
    spool = gateway.settings.instance_home / "spool"
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=spool) as file:
        path = Path(file.name)
        await _receive(request, path, gateway.settings.max_upload_bytes)
        digest = await asyncio.to_thread(digest_of, path)
        if signature is not None:
            await _verify_signature(gateway, agency, batch_id, dataset, digest, signature)
        sender = Sender(agency.client_id, batch_id, "push", signature, corrects)
        try:
            batch, new = await take_in(gateway, sender, wanted, digest, FileSource({"path": path}).open, file=path)
        except HeldError as fault:
            request.app.state.metrics.count("batch", "held")
            return problem(request, "delivery-held", 202, str(fault), **held_document(fault.held))
        except CorrectionError as fault:
            raise ProblemError("correction-refused", 422, str(fault)) from fault
        except ConnectorError as fault:
            raise ProblemError("malformed-delivery", 422, str(fault)) from fault
        except BatchConflictError as fault:
            raise ProblemError("batch-conflict", 409, str(fault)) from fault
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


def held_document(held: HeldDelivery) -> dict[str, Any]:
    """Return a held delivery as the API shows it."""
    return {
        "held": str(held.held_id), "agency": held.agency, "dataset": held.dataset, "sender_batch": held.sender_batch,
        "digest": held.digest.hex(), "way": held.way, "sent_by": held.actor, "state": held.status,
        "findings": held.findings, "held_at": held.held_at.isoformat(), "expires_at": held.expires_at.isoformat(),
        "decided_by": held.decided_by, "batch": str(held.batch_id) if held.batch_id else None,
    }  # fmt: skip


def _dataset(name: str) -> Dataset:
    try:
        return get_dataset(name)
    except UnknownDatasetError as fault:
        raise ProblemError("unknown-dataset", 404, str(fault)) from fault


async def _receive(request: Request, path: Path, most: int) -> None:
    """Write the body to disk as it arrives. Raises ProblemError beyond the limit."""
    received = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            received += len(chunk)
            if received > most:
                raise ProblemError("delivery-too-large", 413, f"A delivery holds at most {most} bytes: split it.")
            file.write(chunk)


async def _verify_signature(
    gateway: Gateway, agency: Caller, batch_id: str, dataset: str, digest: bytes, signature: str
) -> None:
    async with gateway.database.begin("agency.key") as session:
        keys = await current_keys(session, agency.client_id)
    try:
        signed = verify_jws(signature, keys, SIGNATURE_TYPE)
    except SignatureError as fault:
        raise ProblemError("batch-signature-invalid", 400, f"Batch-Signature: {fault}") from fault
    if signed != {"batch": batch_id, "dataset": dataset, "sha256": digest.hex()}:
        raise ProblemError("batch-signature-invalid", 400, "Batch-Signature was made over another delivery.")


async def get_batch(session: AsyncSession, batch_id: UUID, caller: Caller) -> Batch:
    """Return a batch, to an agency only its own. Raises ProblemError."""
    batch = await session.get(Batch, batch_id)
    if batch is None or (caller.kind == "agency" and batch.agency != caller.client_id):
        raise ProblemError("batch-not-found", 404, "You have no such batch.")
    return batch
