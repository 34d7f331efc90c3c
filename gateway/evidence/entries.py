"""Entries of the log as auditors read them: by filter, and one with its proof. Each reading is an entry itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from audit.browsing import LogPage, Turn, turn_pages
from audit.errors import ProofError
from audit.proofs import EntryProof, find_latest, find_proofs, get_proof
from audit.search import Filter, FoundEvent, find_event, search
from audit.stored import leaf_members
from connectors.personal.sealing import Protector
from connectors.store.subjects import Subject, find_candidates
from gateway.evidence.subjects import find_meant
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.events import EVENTS
from gateway.runtime.filters import demand_one_of, demand_period
from gateway.runtime.work import UnitOfWork

AUDITORS = frozenset({"auditor", "machine"})
_NOT_FOUND = (
    "没有企业以此代码或名称为人所知；被拒绝的查询见 /v1/audit/questions。No enterprise is known by this code or name. "
    "What was asked about it and denied is found at /v1/audit/questions."
)


@dataclass(frozen=True)
class OpenedEntry:
    """An entry's proof, and the salt and payload its commitment is over; None once they are erased."""

    proof: EntryProof
    opened: dict[str, str] | None


async def search_entries(
    work: UnitOfWork, protector: Protector, asked: Mapping[str, Any], after: UUID | None, limit: int
) -> Sequence[FoundEvent] | Denial:
    """Return up to `limit` events beyond `after`, each with what it is searched by that differs from its leaf.

    `asked` are members of audit's Filter; its `subject` is a code, a name or a subject's id. That somebody looked is
    recorded, where nobody or several are known by it, too. Raises DeniedError for whoever is no auditor.
    """
    demand_auditor(work)
    wanted = await _read_filter(work, protector, asked)
    if isinstance(wanted, Denial):
        await _record_read(work, asked, wanted)
        return wanted
    found = await search(work.session, work.recorder.log_id, wanted, after, limit)
    await _record_read(work, asked, found)
    return found


async def browse_entries(
    work: UnitOfWork, protector: Protector, asked: Mapping[str, Any], turn: Turn, limit: int, *, through: bool = False
) -> LogPage | Denial:
    """Return a page of up to `limit` events, newest first, by the same filters; that somebody looked is recorded.

    `through` goes on where a page alone would stop looking: for a file, which has no next page.
    Raises DeniedError for whoever is no auditor, and for a filter that nothing can match.
    """
    demand_auditor(work)
    demand_period(asked.get("since"), asked.get("until"))
    demand_one_of("type", asked.get("type"), EVENTS)
    wanted = await _read_filter(work, protector, asked)
    if isinstance(wanted, Denial):
        await _record_read(work, asked, wanted)
        return wanted
    page = await turn_pages(work.session, work.recorder.log_id, wanted, turn, limit)
    found = list(page.found)
    while through and page.stopped and len(found) < limit:
        page = await turn_pages(work.session, work.recorder.log_id, wanted, Turn(page.older), limit - len(found))
        found += page.found
    await _record_read(work, asked, found)
    return replace(page, found=found)


async def _read_filter(work: UnitOfWork, protector: Protector, asked: Mapping[str, Any]) -> Filter | Denial:
    wanted = dict(asked)
    if "subject" in wanted:
        meant = await find_meant(work.session, protector, wanted["subject"])
        if denial := meant.ambiguous():
            return denial
        if meant.subject is not None:
            wanted["subject"] = str(meant.subject.subject_id)
        elif meant.kind != "subject":  # an id that no subject has is searched for as it is
            return Denial("subject-not-found", _NOT_FOUND)
    return Filter(**wanted)


async def _record_read(work: UnitOfWork, asked: Mapping[str, Any], found: Sequence[FoundEvent] | Denial) -> None:
    count, outcome = (0, found.reason) if isinstance(found, Denial) else (len(found), "read")
    payload = {"filter": {name: str(value) for name, value in asked.items()}, "found": count}
    await work.record("audit.read", payload, outcome=outcome)


@dataclass(frozen=True)
class ShownEntry:
    """An entry as an auditor looks at it: the event, whom it is about, its proof once a checkpoint covers it, its
    payload as it is written; None where that was erased.
    """

    event: FoundEvent
    subject: Subject | None
    proof: EntryProof | None
    payload: str | None


async def show_entry(work: UnitOfWork, event_id: UUID) -> ShownEntry:
    """Return an entry, covered by a checkpoint or not. That it was opened is recorded.

    Raises DeniedError for whoever is no auditor, and of no event.
    """
    demand_auditor(work)
    session, log = work.session, work.recorder.log_id
    event = await find_event(session, log, event_id)
    if event is None:
        raise DeniedError("not-found")
    latest = await find_latest(session, log)
    proofs = await find_proofs(session, log, [event_id], latest) if latest else {}
    opened = await work.recorder.find_payload(session, event_id)
    named = leaf_members(event.leaf).get("subject")
    known = await find_candidates(session, "subject", named, 1) if named else []
    await work.record("audit.proved", {"entry": str(event_id)}, outcome="opened" if opened else "erased")
    return ShownEntry(
        event, known[0][0] if known else None, proofs.get(event_id), opened["payload"] if opened else None
    )


async def prove_entry(work: UnitOfWork, event_id: UUID, *, opening: bool = True) -> OpenedEntry:
    """Return an entry with its proof, and where `opening` is wanted, opened as far as it was not erased.

    Raises DeniedError for whoever is no auditor, and where no published checkpoint covers the entry.
    """
    demand_auditor(work)
    try:
        proof = await get_proof(work.session, work.recorder.log_id, event_id)
    except ProofError as fault:
        raise DeniedError("not-yet-proved") from fault
    if not opening:
        await work.record("audit.proved", {"entry": str(event_id)}, outcome="closed")
        return OpenedEntry(proof, None)
    opened = await work.recorder.find_payload(work.session, event_id)
    await work.record("audit.proved", {"entry": str(event_id)}, outcome="opened" if opened else "erased")
    return OpenedEntry(proof, opened)


def demand_auditor(work: UnitOfWork) -> None:
    """Raise DeniedError unless an auditor acts, or whoever runs commands at this machine."""
    if work.actor.kind not in AUDITORS:
        raise DeniedError("insufficient-scope", "只有审计员可以查看。Only auditors read the log's entries.")
