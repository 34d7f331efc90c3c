"""Entries of the log as auditors read them: by filter, and one with its proof. Each reading is an entry itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from audit.errors import ProofError
from audit.proofs import EntryProof, get_proof
from audit.search import Filter, FoundEvent, search
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

AUDITORS = frozenset({"auditor", "machine"})


@dataclass(frozen=True)
class OpenedEntry:
    """An entry's proof, and the salt and payload its commitment is over; None once they are erased."""

    proof: EntryProof
    opened: dict[str, str] | None


async def search_entries(
    work: UnitOfWork, asked: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[FoundEvent]:
    """Return up to `limit` events beyond `after`, each with what it is searched by that differs from its leaf.

    `asked` are members of audit's Filter. Raises DeniedError for whoever is no auditor.
    """
    demand_auditor(work)
    found = await search(work.session, work.recorder.log_id, Filter(**asked), after, limit)
    payload = {"filter": {name: str(value) for name, value in asked.items()}, "found": len(found)}
    await work.record("audit.read", payload, outcome="read")
    return found


async def prove_entry(work: UnitOfWork, event_id: UUID) -> OpenedEntry:
    """Return an entry with its proof, opened as far as it was not erased.

    Raises DeniedError for whoever is no auditor, and where no published checkpoint covers the entry.
    """
    demand_auditor(work)
    try:
        proof = await get_proof(work.session, work.recorder.log_id, event_id)
    except ProofError as fault:
        raise DeniedError("not-yet-proved") from fault
    opened = await work.recorder.find_payload(work.session, event_id)
    await work.record("audit.proved", {"entry": str(event_id)}, outcome="opened" if opened else "erased")
    return OpenedEntry(proof, opened)


def demand_auditor(work: UnitOfWork) -> None:
    """Raise DeniedError unless an auditor acts, or whoever runs commands at this machine."""
    if work.actor.kind not in AUDITORS:
        raise DeniedError("insufficient-scope", "只有审计员可以查看。Only auditors read the log's entries.")
