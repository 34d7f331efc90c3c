"""Who asked about an enterprise, for the enterprise itself: denied questions too, and why as far as it may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from audit.entry_proof import write_tlog_proof
from audit.errors import ProofError
from audit.proofs import get_proof
from connectors.store.subjects import find_subject
from gateway.identity.tables import Institution
from gateway.inquiries.newest import list_newest
from gateway.inquiries.questions import Question, QuestionFilter, list_questions
from gateway.inquiries.unusual import RECENT, Unusual, find_unusual
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST_LATELY = 2_000
# What is between the enterprise and who asks; quotas, standing and providers are between others.
_ITS_OWN = ("consent-", "duty-", "subject-")


async def list_own_questions(
    work: UnitOfWork, wanted: QuestionFilter, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return the questions that named the acting signatory's enterprise, oldest first; reading them is recorded.

    Raises DeniedError for whoever is no signatory.
    """
    uscc = _enterprise(work)
    found = await list_questions(work.session, [uscc], wanted, after, limit, await database_now(work.session))
    return await _told(work, uscc, found)


@dataclass(frozen=True)
class Review:
    """Questions, newest first, and what is unusual in all those of late."""

    questions: list[dict[str, Any]]
    unusual: Unusual


async def review_own_questions(work: UnitOfWork, wanted: QuestionFilter, most: int) -> Review:
    """Return up to `most` of the newest ones, likewise."""
    uscc, now = _enterprise(work), await database_now(work.session)
    found = await list_newest(work.session, uscc, wanted, most, now)
    lately = await list_newest(work.session, uscc, QuestionFilter(since=now - RECENT), MOST_LATELY, now)
    asked = [(one.asked_at, one.institution) for one in lately]
    return Review(await _told(work, uscc, found), find_unusual(asked, now))


async def get_own_question(work: UnitOfWork, question_id: UUID) -> dict[str, Any]:
    """Return one question that named the acting signatory's enterprise; `number` is its entry's place in the log, None
    while no published checkpoint covers it. Raises DeniedError where there is none.
    """
    uscc = _enterprise(work)
    question = await _find(work, uscc, question_id)
    (told,) = await _told(work, uscc, [question])
    try:
        number = (await get_proof(work.session, work.recorder.log_id, question.entry)).index
    except ProofError:
        number = None
    return {**told, "number": number}


async def prove_own_question(work: UnitOfWork, question_id: UUID) -> str:
    """Return the file (c2sp.org/tlog-proof@v1) that proves a question about the acting signatory's enterprise.

    Its extra data is the entry. That it was given is recorded.

    Raises DeniedError where there is no such question, where its entry would tell what is between others, and where no
    published checkpoint covers it yet.
    """
    uscc = _enterprise(work)
    question = await _find(work, uscc, question_id)
    if not _is_told(question):
        raise DeniedError("question-between-others")
    try:
        proof = await get_proof(work.session, work.recorder.log_id, question.entry)
    except ProofError as fault:
        raise DeniedError("not-yet-proved") from fault
    subject = await find_subject(work.session, "uscc", uscc)
    payload = {"question": str(question_id), "entry": str(question.entry)}
    await work.record("question.proved", payload, subject=subject.subject_id if subject else None, outcome="read")
    return write_tlog_proof(proof.index, proof.leaf, proof.path, proof.note)


def _enterprise(work: UnitOfWork) -> str:
    uscc = work.actor.subject if work.actor.kind == "signatory" else None
    if uscc is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")
    return uscc


async def _find(work: UnitOfWork, uscc: str, question_id: UUID) -> Question:
    """Return a question of this enterprise: the first one from its id on, where that is it."""
    before, now = UUID(int=max(question_id.int - 1, 0)), await database_now(work.session)
    found = await list_questions(work.session, [uscc], QuestionFilter(), before, 1, now)
    if not found or found[0].id != question_id:
        raise DeniedError("question-not-found")
    return found[0]


async def _told(work: UnitOfWork, uscc: str, found: Sequence[Question]) -> list[dict[str, Any]]:
    subject = await find_subject(work.session, "uscc", uscc)
    subject_id = subject.subject_id if subject else None
    await work.record("question.listed", {"found": len(found)}, subject=subject_id, outcome="read")
    return await documents_of(work, found)


async def documents_of(work: UnitOfWork, found: Sequence[Question]) -> list[dict[str, Any]]:
    """Return questions as an enterprise is told of them."""
    asking = {one.institution for one in found}
    query = select(Institution.institution_id, Institution.name).where(col(Institution.institution_id).in_(asking))
    names = {row.institution_id: row.name for row in await work.session.execute(query)}
    return [_document(one, names.get(one.institution, one.institution)) for one in found]


def _is_told(one: Question) -> bool:
    """Tell whether why it was not answered is the enterprise's to know; there is nothing to hide where it was."""
    return one.reason is None or one.reason.startswith(_ITS_OWN)


def _document(one: Question, institution: str) -> dict[str, Any]:
    return {
        "question": str(one.id),
        "kind": one.kind,
        "asked_at": one.asked_at.isoformat(),
        "institution": one.institution,
        "institution_name": institution,
        "account": one.account,
        "intermediary": one.intermediary,
        "products": list(one.products),
        "purpose": one.purpose,
        "consent": str(one.consent[0]) if one.consent else None,
        "legal_basis": one.basis.members() if one.basis else None,
        "outcome": one.outcome,
        "reason": one.reason if _is_told(one) else None,
        "keep_until": one.keep_until.isoformat() if one.keep_until else None,
        "deleted_at": one.deleted_at.isoformat() if one.deleted_at else None,
        "entry": str(one.entry),
    }
