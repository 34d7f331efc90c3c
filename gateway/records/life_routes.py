"""What happens to records after delivery: acts of agencies, objections of enterprises, history, withdrawal lists."""

import tempfile
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.decoding.decode import decode
from connectors.errors import ConnectorError
from connectors.model.calendar import day_of
from connectors.records.acts import Wish, find_histories, find_record, key_of, load_history
from connectors.records.life import ActError, ActKind
from connectors.store.subjects import Subject, find_subject
from gateway.identity.caller import require
from gateway.intake.routes import BatchId, DatasetName, Pusher, get_own_dataset
from gateway.intake.signatures import AgencySignature
from gateway.intake.take_in import BatchConflictError
from gateway.records.act_lists import act_on_list
from gateway.records.acts import act_on
from gateway.records.history import act_document, history_document
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.spool import spool_of
from gateway.web.body import receive
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/v1", tags=["records 记录"])
Signatory = Annotated[Actor, Depends(require("records"), scope="function")]
Historian = Annotated[Actor, Depends(require("datasets", "audit", "records"), scope="function")]
Reason = Annotated[str, Field(min_length=2, max_length=500, description="原因 Why; no names of persons.")]
Document = Annotated[str | None, Field(max_length=200, description="文书号 The document it rests on.")]
KnownAt = Annotated[datetime | None, Query(description="当时已知 As known at this moment (RFC 3339 with its offset).")]
AsOf = Annotated[date | None, Query(description="截至日 As of this day (Asia/Shanghai).")]


class Act(BaseModel):
    """What an agency does with a record of its own."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["withdraw", "reinstate", "repair", "object", "uphold", "reject"]
    effective_on: date | None = None
    reason: Reason
    document: Document = None
    hide: Annotated[bool, Field(description="异议期间暂停公示 Hide it while the objection is open.")] = False


class ListAct(BaseModel):
    """What an agency does with every key of a list."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["withdraw", "repair", "reinstate"] = "withdraw"
    effective_on: date | None = None
    reason: Reason
    document: Document = None


class Objection(BaseModel):
    """An enterprise's objection."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    document: Document = None


@router.get("/records", summary="Records of one's own enterprise 本企业记录")
async def own_records(gateway: Gw, session: Transaction, signatory: Signatory) -> dict[str, Any]:
    """Return what may be shown of the signatory's enterprise, as of today, with what was done."""
    subject, today = await _subject(session, signatory), day_of(datetime.now(UTC))
    histories = await find_histories(session, subject.subject_id) if subject else []
    shown = [await history_document(gateway, session, h, today, None, opens=True) for h in histories]
    return {
        "records": [
            {"dataset": item["dataset"], "agency": item["agency"], **version}
            for item in shown
            for version in item["versions"]
            if version["visible"]
        ]
    }


@router.get("/records/{record_id}/history", summary="A record's versions and acts 记录的历史")
async def history(
    record_id: UUID, gateway: Gw, session: Transaction, caller: Historian, as_of: AsOf = None, known_at: KnownAt = None
) -> dict[str, Any]:
    """Return every version and act, also of what is no longer shown: for the agency, the enterprise and auditors."""
    if known_at is not None and known_at.tzinfo is None:
        raise DeniedError("invalid-request", "known_at needs its offset 须带时区: 2026-01-01T00:00:00+08:00")
    record = await find_record(session, record_id)
    subject = await _subject(session, caller) if caller.kind == "signatory" else None
    foreign = record is not None and (
        (caller.kind == "agency" and record["agency"] != caller.client_id)
        or (caller.kind == "signatory" and (subject is None or record["subject_id"] != subject.subject_id))
    )
    if record is None or foreign:
        raise DeniedError("record-not-found", "You have no such record 没有此记录。")
    found = await load_history(session, key_of(record))
    if subject:  # another enterprise's version under the same number is not theirs to read
        found = found.of(subject.subject_id)
    day = as_of or day_of(known_at or datetime.now(UTC))
    # Auditors see ids and seals; what is sealed is opened for those it is about and those it came from.
    return await history_document(gateway, session, found, day, known_at, opens=caller.kind != "auditor")


@router.post("/records/{record_id}/acts", status_code=201, summary="Act upon a record 撤回、修复、处理异议")
async def act(record_id: UUID, wanted: Act, gateway: Gw, session: Transaction, agency: Pusher) -> dict[str, Any]:
    """Withdraw, reinstate or repair a record, note or decide an objection; it acts on every answer from now on."""
    effective = wanted.effective_on or day_of(datetime.now(UTC))
    wish = Wish(ActKind(wanted.kind), "agency", agency.name, effective, wanted.reason, wanted.document, wanted.hide)
    try:
        done = await act_on(gateway, session, record_id, wish, agency=agency.client_id)
    except ActError as fault:
        raise DeniedError(fault.slug, str(fault)) from fault
    if done is None:
        raise DeniedError("record-not-found", "You have no such record 没有此记录。")
    return act_document(done)


@router.post("/records/{record_id}/objections", status_code=201, summary="Object to a record 提出异议")
async def object_to(
    record_id: UUID, wanted: Objection, gateway: Gw, session: Transaction, signatory: Signatory
) -> dict[str, Any]:
    """Object to a record about one's own enterprise: it stays visible, marked, until the agency decides."""
    subject = await _subject(session, signatory)
    wish = Wish(ActKind.OBJECT, "signatory", signatory.name, day_of(datetime.now(UTC)), wanted.reason, wanted.document)
    try:
        done = subject and await act_on(gateway, session, record_id, wish, subject=subject.subject_id)
    except ActError as fault:
        raise DeniedError(fault.slug, str(fault)) from fault
    if not done:
        raise DeniedError("record-not-found", "You have no such record 没有此记录。")
    return act_document(done)


@router.post(
    "/datasets/{dataset}/withdrawals",
    status_code=201,
    summary="Withdraw or repair by list 按清单撤回或修复",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def withdraw_list(
    dataset: DatasetName,
    request: Request,
    response: Response,
    gateway: Gw,
    agency: Pusher,
    batch_id: BatchId,
    wanted: Annotated[ListAct, Query()],
) -> dict[str, Any]:
    """Act upon every key of a list (CSV, XLSX, JSON …: rows with the key's columns). Sent again unchanged: 200.

    It is signed like a delivery: by Batch-Signature or RFC 9421, and must be where the agency's deliveries must.
    """
    own, effective = get_own_dataset(dataset, agency), wanted.effective_on or day_of(datetime.now(UTC))
    wish = Wish(ActKind(wanted.kind), "agency", agency.name, effective, wanted.reason, wanted.document)
    signature = AgencySignature(gateway, request, agency.client_id)
    await signature.check_head()
    with tempfile.NamedTemporaryFile(dir=spool_of(gateway)) as file:
        path = Path(file.name)
        received = await receive(request, path, gateway.settings.max_upload_bytes)
        kept = await signature.verify(dataset, batch_id, received)
        try:
            stored, new = await act_on_list(gateway, own, batch_id, received.digest, partial(decode, path), wish, kept)
        except BatchConflictError as fault:
            raise DeniedError("batch-conflict", str(fault)) from fault
        except ConnectorError as fault:
            raise DeniedError("malformed-delivery", str(fault)) from fault
    response.status_code = 201 if new else 200
    return {
        "act_batch": str(stored.act_batch), "kind": stored.kind, "rows": stored.row_count, "done": stored.done,
        "already": stored.already, "unknown": stored.unknown, "refused": stored.refused,
        "entry": str(stored.event_id),
    }  # fmt: skip


async def _subject(session: AsyncSession, caller: Actor) -> Subject | None:
    return await find_subject(session, "uscc", caller.subject) if caller.subject else None
