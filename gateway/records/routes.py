"""A record with its proof: the bytes that were sealed, and all that vouches for them."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.portfolio import is_shown
from connectors.store.subjects import find_subject
from connectors.store.tables import Batch, Record
from gateway.identity.caller import require
from gateway.records.proof import make_proof
from gateway.records.proof_file import file_bytes
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Gw, Transaction
from signing.jws import key_id_of

router = APIRouter(prefix="/v1", tags=["push 报送"])
Reader = Annotated[Actor, Depends(require("datasets", "audit", "records"), scope="function")]


@router.get("/records/{record_id}/proof", summary="A record's proof 记录的证明")
async def proof(record_id: UUID, gateway: Gw, session: Transaction, caller: Reader) -> dict[str, Any]:
    """Return the canonical bytes (UTF-8 JSON), leaf index, path in hex (RFC 6962 2.1.1), statement and its key.

    `agency_signature` is the agency's own, `entry` the audit entry's proof, null until a checkpoint covers it.
    """
    record, batch = await _get_record(session, record_id, caller)
    return {
        "record": str(record_id),
        "version": record.version,
        "status": record.status,
        "superseded_at": record.superseded_at.isoformat() if record.superseded_at else None,
        "key": next(jwk for jwk in gateway.keys.publics("batch") if jwk["kid"] == key_id_of(batch.statement)),
        **await make_proof(gateway, session, record, batch),
    }


@router.get(
    "/records/{record_id}/proof-file",
    summary="A record's proof as a file 记录证明文件",
    responses={200: {"content": {"application/json": {}}}},
    response_class=Response,
)
async def proof_file(record_id: UUID, gateway: Gw, session: Transaction, caller: Reader) -> Response:
    """Return the file that `xinqiao verify` checks offline; every byte of it is signed or leads to what is."""
    record, batch = await _get_record(session, record_id, caller)
    content = file_bytes(await make_proof(gateway, session, record, batch))
    headers = {"Content-Disposition": f'attachment; filename="proof-{record_id}.json"'}
    return Response(content, media_type="application/json", headers=headers)


async def _get_record(session: AsyncSession, record_id: UUID, caller: Actor) -> tuple[Record, Batch]:
    record = await session.get(Record, record_id)
    if record is None or not await _may_see(session, record, caller):
        raise DeniedError("record-not-found", "You have no such record.")
    if record.canonical is None:
        raise DeniedError("record-erased", "It was kept long enough; only its digest is left 已超过保存期限。")
    return record, await session.get_one(Batch, record.batch_id)


async def _may_see(session: AsyncSession, record: Record, caller: Actor) -> bool:
    """The agency's own and auditors see all; an enterprise, what may be shown of it."""
    if caller.kind != "signatory":
        return caller.kind != "agency" or record.agency == caller.client_id
    subject = await find_subject(session, "uscc", caller.subject or "")
    mine = subject is not None and record.subject_id == subject.subject_id
    return mine and await is_shown(session, record.record_id, day_of(datetime.now(UTC)))
