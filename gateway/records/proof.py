"""One file that proves one record to anybody, offline: `gateway/records/proof_check.py` reads it.

The record as it was sealed, its path to the root of its batch, the gateway's statement over that root, the agency's
signature over what it handed in where there is one, and the audit entry's path to a checkpoint once it is under one.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from audit.errors import ProofError
from audit.note import own_lines, public_bytes, verifier_key
from audit.proofs import get_proof
from connectors.store.sealed import SealedRecord, get_sealed, load_path
from gateway.identity.clients.client_keys import find_key
from gateway.records.access import get_shown
from gateway.records.proof_file import KEY_MEMBERS, TYPE
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from signing.jws import key_id_of


@dataclass(frozen=True)
class ProvedRecord(SealedRecord):
    """A record, its batch, and the proof as a file has it."""

    proof: dict[str, Any]


async def prove_record(work: UnitOfWork, record_id: UUID, form: Literal["proof", "file"]) -> ProvedRecord:
    """Return the proof of a record, every member of which something signs; `entry` is None while not yet published.

    That it was given, and in which form, is recorded. Raises DeniedError where the record is not the actor's to have
    proved, and where its content was kept long enough and erased.
    """
    await get_shown(work, record_id)
    sealed = await get_sealed(work.session, record_id)
    record, batch = sealed.record, sealed.batch
    if record.canonical is None:
        raise DeniedError("record-erased")
    signature = _as_it_was_made(batch.agency_signature)
    proof = {
        "type": TYPE,
        "canonical": record.canonical.decode(),
        "leaf_index": record.leaf_index,
        "path": await load_path(work.session, record),
        "statement": batch.statement,
        "agency_signature": signature,
        "agency_key": await _agency_key(work, batch.agency, signature) if signature else None,
        "entry": await _entry(work, batch.event_id),
    }
    payload = {"record": str(record_id), "form": form}
    await work.record("record.proved", payload, subject=record.subject_id, outcome="read")
    return ProvedRecord(record, batch, proof)


def _as_it_was_made(signature: str | None) -> str | dict[str, str] | None:
    """Return an agency's signature: a JWS as text, what is kept of one by RFC 9421 as an object."""
    if signature is None or not signature.startswith("{"):
        return signature
    kept: dict[str, str] = json.loads(signature)
    return kept


async def _agency_key(work: UnitOfWork, agency: str, signature: str | dict[str, str]) -> dict[str, str]:
    kid = key_id_of(signature) if isinstance(signature, str) else signature["keyid"]
    public = await find_key(work.session, agency, str(kid))
    assert public is not None, "what was verified was signed with a key of the agency"  # noqa: S101
    return {name: public[name] for name in KEY_MEMBERS if name in public}


async def _entry(work: UnitOfWork, event_id: UUID) -> dict[str, Any] | None:
    try:
        found = await get_proof(work.session, work.recorder.log_id, event_id)
    except ProofError:  # no checkpoint covers it yet
        return None
    opened = await work.recorder.find_payload(work.session, event_id)
    vkey = verifier_key(work.recorder.origin, public_bytes(work.keys.audit_key()))
    return {
        "index": found.index,
        "leaf": found.leaf.decode(),
        "path": [step.hex() for step in found.path],
        "checkpoint": own_lines(found.note, vkey),
        "salt": opened["salt"] if opened else None,
        "payload": opened["payload"] if opened else None,
    }
