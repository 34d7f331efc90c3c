"""A record with its proof: the bytes that were sealed, and the path to the root its batch's statement signs."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from connectors.ingest import load_leaves, path_of
from connectors.tables import Batch, Record
from gateway.api.dependencies import Gw, Transaction
from gateway.identity.caller import Caller, require
from gateway.problems import ProblemError
from signing.jws import key_id_of

router = APIRouter(prefix="/v1", tags=["push 报送"])
Reader = Annotated[Caller, Depends(require("datasets", "audit"), scope="function")]


@router.get("/records/{record_id}/proof", summary="A record's inclusion proof 记录的包含证明")
async def proof(record_id: UUID, gateway: Gw, session: Transaction, caller: Reader) -> dict[str, Any]:
    """Return the canonical bytes (UTF-8 JSON), leaf index, path in hex (RFC 6962 2.1.1), statement and its key."""
    record = await session.get(Record, record_id)
    if record is None or (caller.kind == "agency" and record.agency != caller.client_id):
        raise ProblemError("record-not-found", 404, "You have no such record.")
    batch = await session.get_one(Batch, record.batch_id)
    leaves = await load_leaves(session, record.batch_id)
    return {
        "record": str(record_id),
        "version": record.version,
        "status": record.status,
        "superseded_at": record.superseded_at.isoformat() if record.superseded_at else None,
        "canonical": record.canonical.decode(),
        "leaf_index": record.leaf_index,
        "path": await asyncio.to_thread(path_of, leaves, record.leaf_index),
        "statement": batch.statement,
        "key": next(jwk for jwk in gateway.keys.publics("batch") if jwk["kid"] == key_id_of(batch.statement)),
    }
