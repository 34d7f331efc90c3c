"""One file that proves one record to anybody, offline: `gateway/records/proof_check.py` reads it.

The record as it was sealed, its path to the root of its batch, the gateway's statement over that root, the agency's
signature over the delivery where there is one, and the audit entry's path to a checkpoint once it is under one.
"""

import asyncio
import json
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.errors import ProofError
from audit.note import own_lines, public_bytes, verifier_key
from audit.proofs import get_proof
from connectors.store.ingest import load_leaves, path_of
from connectors.store.tables import Batch, Record
from gateway.gateway import Gateway
from gateway.records.proof_file import KEY_MEMBERS, TYPE
from signing.jws import key_id_of

_KEY = text("SELECT public FROM client_key WHERE client_id = :client AND kid = :kid")


async def make_proof(gateway: Gateway, session: AsyncSession, record: Record, batch: Batch) -> dict[str, Any]:
    """Return the proof of a record, every member of which something signs; `entry` is None while not yet published."""
    assert record.canonical is not None  # noqa: S101 - what was erased is refused before
    leaves = await load_leaves(session, record.batch_id)
    signature = _kept(batch.agency_signature)
    return {
        "type": TYPE,
        "canonical": record.canonical.decode(),
        "leaf_index": record.leaf_index,
        "path": await asyncio.to_thread(path_of, leaves, record.leaf_index),
        "statement": batch.statement,
        "agency_signature": signature,
        "agency_key": await _agency_key(session, batch.agency, signature) if signature else None,
        "entry": await _entry(gateway, session, batch.event_id),
    }


async def find_proof(gateway: Gateway, session: AsyncSession, record_id: UUID) -> dict[str, Any] | None:
    """Return the proof of a record by its id, None where there is none or its content was erased."""
    record = await session.get(Record, record_id)
    if record is None or record.canonical is None:
        return None
    return await make_proof(gateway, session, record, await session.get_one(Batch, record.batch_id))


def _kept(signature: str | None) -> str | dict[str, str] | None:
    if signature is None or not signature.startswith("{"):
        return signature
    kept: dict[str, str] = json.loads(signature)
    return kept


async def _agency_key(session: AsyncSession, agency: str, signature: str | dict[str, str]) -> dict[str, str]:
    kid = key_id_of(signature) if isinstance(signature, str) else signature["keyid"]
    public = (await session.execute(_KEY, {"client": agency, "kid": kid})).scalar_one()
    return {name: public[name] for name in KEY_MEMBERS if name in public}


async def _entry(gateway: Gateway, session: AsyncSession, event_id: UUID) -> dict[str, Any] | None:
    try:
        found = await get_proof(session, gateway.audit.log_id, event_id)
    except ProofError:  # no checkpoint covers it yet
        return None
    opened = await gateway.audit.find_payload(session, event_id)
    vkey = verifier_key(gateway.audit.origin, public_bytes(gateway.keys.audit_key()))
    return {
        "index": found.index,
        "leaf": found.leaf.decode(),
        "path": [step.hex() for step in found.path],
        "checkpoint": own_lines(found.note, vkey),
        "salt": opened["salt"] if opened else None,
        "payload": opened["payload"] if opened else None,
    }
