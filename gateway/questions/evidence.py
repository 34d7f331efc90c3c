"""Making the file that proves who asked about an enterprise: what was found, with all that vouches for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from audit.note import own_lines, public_bytes, verifier_key
from audit.proofs import find_latest, find_proofs
from connectors.personal.sealing import Protector
from consent.reading import read_terms
from consent.store import list_versions
from consent.tables import ConsentVersion
from gateway.evidence.entries import demand_auditor
from gateway.identity.clients.client_keys import keys_of_signatories
from gateway.questions.documents import asked_document
from gateway.questions.file import PROVES, STATEMENT_TYPE, TYPE, contents_digest
from gateway.questions.who import Found, Wanted, find_asked, subject_named
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex
from signing.jws import key_id_of, sign_jws


@dataclass(frozen=True)
class Proof:
    """The file, and the id of the last question in it where there are more."""

    file: dict[str, Any]
    next: UUID | None


async def prove_who(work: UnitOfWork, protector: Protector, wanted: Wanted) -> Proof | Denial:
    """Return a page of who asked as a file that proves it; that it was made is recorded, with the statement's digest.

    What no checkpoint covers yet is in the statement without its proof. Raises DeniedError for whoever is no auditor,
    for a filter that nothing can match, and before the first checkpoint.
    """
    demand_auditor(work)
    latest = await find_latest(work.session, work.recorder.log_id)  # first: what it covers is then among what is found
    meant, found = await find_asked(work, protector, wanted)
    subject = await subject_named(work, meant)
    if isinstance(found, Denial):
        payload = {"filter": wanted.members(), "found": 0, "entries": 0, "statement": None}
        await work.record("questions.proved", payload, subject=subject, outcome=found.reason)
        return found
    if latest is None:
        raise DeniedError("not-yet-published")
    file = await _make(work, wanted, found, latest, entry := uuid7())
    statement = sha256_hex(file["statement"].encode())
    payload = {
        "filter": wanted.members(), "found": len(found.asked), "entries": len(file["entries"]), "statement": statement,
    }  # fmt: skip
    await work.record("questions.proved", payload, subject=subject, outcome="proved", event_id=entry)
    return Proof(file, found.next)


async def _make(work: UnitOfWork, wanted: Wanted, found: Found, latest: tuple[int, str], entry: UUID) -> dict[str, Any]:
    questions = [asked_document(one) for one in found.asked]
    versions = await _find_versions(work, found)
    keys = await keys_of_signatories(work.session, read_terms(versions[0][0].terms).uscc) if versions else {}
    consents = [_consent(rows, keys) for rows in versions]
    named = [UUID(one["entry"]) for question in questions for one in (*question["entries"], *question["usage"])]
    named += [row.event_id for rows in versions for row in rows]
    entries = await _entries(work, sorted(set(named)), latest)
    vkey = verifier_key(work.recorder.origin, public_bytes(work.keys.audit_key()))
    file: dict[str, Any] = {
        "type": TYPE,
        "checkpoint": own_lines(latest[1], vkey),  # what a single verifier can check to the last byte
        "entries": [one for _, one in entries],
        "consents": consents,
    }
    proved = {event_id for event_id, _ in entries}
    statement = {
        "v": 1,
        "iss": work.issuer,
        "proves": PROVES,
        "about": {
            "subject": str(found.subject.subject_id) if found.subject else None,
            "uscc": found.subject.uscc if found.subject else None,
            "codes": list(found.codes),
        },
        "filter": {name: value for name, value in wanted.members().items() if name != "about"},
        "questions": questions,
        "next": str(found.next) if found.next else None,
        "consents": [str(rows[0].consent_id) for rows in versions],
        "unproved": sorted(str(one) for one in set(named) - proved),
        "contents": contents_digest(file),
        "asked_at": work.now.isoformat(),
        "asked_by": work.actor.name,
        "entry": str(entry),
    }
    return {**file, "statement": sign_jws(statement, work.keys.signing("answer"), STATEMENT_TYPE)}


async def _entries(
    work: UnitOfWork, named: Sequence[UUID], latest: tuple[int, str]
) -> list[tuple[UUID, dict[str, Any]]]:
    """Return those that the newest checkpoint covers, in the order of the tree, opened as far as they can be."""
    proofs = await find_proofs(work.session, work.recorder.log_id, named, latest)
    opened = await work.recorder.find_payloads(work.session, list(proofs))
    entries = [
        (
            event_id,
            {
                "index": proof.index,
                "leaf": proof.leaf.decode(),
                "path": [step.hex() for step in proof.path],
                **opened.get(event_id, {"salt": None, "payload": None}),
            },
        )
        for event_id, proof in proofs.items()
    ]
    return sorted(entries, key=lambda one: int(one[1]["index"]))


async def _find_versions(work: UnitOfWork, found: Found) -> list[list[ConsentVersion]]:
    """Return every version of each consent that the questions name and this enterprise was asked for.

    One of another enterprise, which a denied question may name, is not its auditor's to see here.
    """
    ids = sorted({one.question.consent[0] for one in found.asked if one.question.consent})
    versions = [await list_versions(work.session, consent_id) for consent_id in ids]
    return [rows for rows in versions if rows and read_terms(rows[0].terms).uscc in found.codes]


def _consent(rows: Sequence[ConsentVersion], keys: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    """Return what was signed of a consent; the key beside an approval is the signatory's, as it is registered."""
    versions = [
        {
            "entry": str(row.event_id),
            "status": row.status,
            "approval": row.approval,
            "key": keys.get(key_id_of(row.approval) or "") if row.approval else None,
            "receipt": row.receipt,
        }
        for row in rows
    ]
    return {"terms": rows[0].terms.decode(), "versions": versions}
