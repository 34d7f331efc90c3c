"""A record with its proof: the bytes that were sealed, and all that vouches for them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Response

from gateway.identity.caller import working
from gateway.records.proof import prove_record
from gateway.records.proof_file import file_bytes
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router
from signing.jws import key_id_of

router = Router(prefix="/v1", tags=["提交 Submit"])
Reading = Annotated[UnitOfWork, Depends(working("datasets", "audit", "records"), scope="function")]


@router.get("/records/{record_id}/proof", summary="记录的证明 A record's proof")
async def proof(record_id: UUID, work: Reading) -> dict[str, Any]:
    """Return the canonical bytes (UTF-8 JSON), leaf index, path in hex (RFC 6962 2.1.1), statement and its key.

    `agency_signature` is the agency's own, `entry` the audit entry's proof, null until a checkpoint covers it.
    """
    found = await prove_record(work, record_id, "proof")
    record, kid = found.record, key_id_of(found.batch.statement)
    return {
        "record": str(record_id),
        "version": record.version,
        "status": record.status,
        "superseded_at": record.superseded_at.isoformat() if record.superseded_at else None,
        "key": next(jwk for jwk in work.keys.publics("batch") if jwk["kid"] == kid),
        **found.proof,
    }


@router.get(
    "/records/{record_id}/proof-file",
    summary="记录证明文件 A record's proof as a file",
    responses={200: {"content": {"application/json": {}}}},
    response_class=Response,
)
async def proof_file(record_id: UUID, work: Reading) -> Response:
    """Return the file that `xinqiao verify` checks offline; every byte of it is signed or leads to what is."""
    content = file_bytes((await prove_record(work, record_id, "file")).proof)
    headers = {"Content-Disposition": f'attachment; filename="proof-{record_id}.json"'}
    return Response(content, media_type="application/json", headers=headers)
