"""What happens to records once they are in: acts of agencies, history, lists of keys."""

import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from connectors.decoding.decode import decode
from connectors.model.calendar import day_of
from connectors.personal.sealing import Protector
from connectors.records.acts import ActRequest
from connectors.records.life import ActKind
from gateway.identity.caller import working
from gateway.intake.admission import admit_submission, known_dataset
from gateway.intake.routes import BatchId, DatasetName, Pusher, TheIntake
from gateway.intake.signatures import AgencySignature
from gateway.records.act_lists import KeyList, act_on_list
from gateway.records.acts import act_on_record
from gateway.records.documents import act_document
from gateway.records.ended_lists import ReturnRequest, return_ended
from gateway.records.history import AsOf, read_history
from gateway.runtime.clock import now
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.runtime.work import UnitOfWork
from gateway.web.body import receive
from gateway.web.dependencies import TheSettings, Units, part
from gateway.web.router import OWN_LIMIT, Router
from gateway.web.values import Day

router = Router(prefix="/v1", tags=["记录 Records"])
ByAgency = Annotated[UnitOfWork, Depends(working("datasets"), scope="function")]
Reading = Annotated[UnitOfWork, Depends(working("datasets", "audit", "records"), scope="function")]
TheProtector = Annotated[Protector, Depends(part("protector"))]
Reason = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST, description="原因 Why; no names of persons.")]
Document = Annotated[str | None, Field(max_length=200, description="文书号 The document it rests on.")]
KnownAt = Annotated[
    AwareDatetime | None, Query(description="当时已知 As known at this moment (RFC 3339 with its offset).")
]
Effective = Annotated[Day | None, Field(description="生效日 The day it takes effect; today where none is given.")]
AsOfDay = Annotated[date | None, Query(description="截至日 As of this day (Asia/Shanghai).")]


class Act(BaseModel):
    """What an agency does with a record of its own."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["withdraw", "reinstate", "repair", "object", "uphold", "reject"]
    effective_on: Effective = None
    reason: Reason
    document: Document = None
    hide: Annotated[bool, Field(description="异议期间暂停公示 Hide it while the objection is open.")] = False


class ListAct(BaseModel):
    """What an agency does with every key of a list."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["withdraw", "repair", "reinstate"] = "withdraw"
    effective_on: Effective = None
    reason: Reason
    document: Document = None


@router.get("/records/{record_id}/history", summary="记录的历史 A record's versions and acts")
async def history(
    record_id: UUID, work: Reading, protector: TheProtector, as_of: AsOfDay = None, known_at: KnownAt = None
) -> dict[str, Any]:
    """Return every version and act, also of what is no longer shown: for the agency, the enterprise and auditors."""
    return await read_history(work, protector, record_id, AsOf(as_of, known_at))


@router.post("/records/{record_id}/acts", status_code=201, summary="撤回、修复、处理异议 Act upon a record")
async def act(record_id: UUID, asked: Act, work: ByAgency) -> dict[str, Any]:
    """Withdraw, reinstate or repair a record, note or decide an objection; it acts on every answer from now on."""
    effective = asked.effective_on or day_of(work.now)
    request = ActRequest(ActKind(asked.kind), effective, asked.reason, asked.document, asked.hide)
    return act_document(await act_on_record(work, record_id, request))


class Return(BaseModel):
    """Why an agency takes back what a list of its own has ended."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    document: Document = None


@router.post("/batches/{batch_id}/reinstate", summary="恢复一份清单终止的记录 Bring back what a full list ended")
async def reinstate(batch_id: UUID, asked: Return, work: ByAgency) -> dict[str, Any]:
    """Bring back every record that a batch of a full list ended, as far as it is still ended."""
    returned = await return_ended(work, batch_id, ReturnRequest(asked.reason, asked.document))
    return {"batch": str(batch_id), "returned": returned}


@router.post(
    "/datasets/{dataset}/withdrawals",
    status_code=201,
    max_body_size=OWN_LIMIT,
    summary="按清单撤回或修复 Withdraw or repair by list",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def withdraw_list(
    dataset: DatasetName,
    request: Request,
    units: Units,
    intake: TheIntake,
    settings: TheSettings,
    agency: Pusher,
    batch_id: BatchId,
    asked: Annotated[ListAct, Query()],
) -> Response:
    """Act upon every key of a list (CSV, XLSX, JSON …: rows with the key's columns). Sent again unchanged: 200.

    It is signed like a submission: by Batch-Signature or RFC 9421, and must be where the agency's submissions must.
    """
    own, effective = known_dataset(dataset), asked.effective_on or day_of(now())
    wanted = ActRequest(ActKind(asked.kind), effective, asked.reason, asked.document)
    signature = AgencySignature(request)
    async with units.begin("act-list.admit", agency) as work:
        await admit_submission(work, own, signed=signature.given)
        await signature.check_head(work)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as file:
        path = Path(file.name)
        received = await receive(request, path, settings.max_upload_bytes)
        verified = await signature.verify(units, agency, dataset, batch_id, received)
        keys = KeyList(own, batch_id, received.digest, partial(decode, path), verified)
        stored, new = await act_on_list(units, intake.protector, agency, keys, wanted)
    told = {
        "act_batch": str(stored.act_batch), "kind": stored.kind, "rows": stored.row_count, "done": stored.done,
        "already": stored.already, "unknown": stored.unknown, "refused": stored.refused,
        "entry": str(stored.event_id),
    }  # fmt: skip
    return JSONResponse(told, 201 if new else 200)
