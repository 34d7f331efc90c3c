"""Who asked about an enterprise, for the enterprise itself: denied questions too, and why as far as it may know."""

from typing import Any
from uuid import UUID

from sqlmodel import col, select

from connectors.store.subjects import find_subject
from gateway.identity.tables import Institution
from gateway.inquiries.questions import Question, QuestionFilter, list_questions
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

# What is between the enterprise and who asks; quotas, standing and providers are between others.
_ITS_OWN = ("consent-", "subject-")


async def list_own_questions(
    work: UnitOfWork, wanted: QuestionFilter, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return the questions that named the acting signatory's enterprise, oldest first; reading them is recorded.

    Raises DeniedError for whoever is no signatory.
    """
    uscc = work.actor.subject if work.actor.kind == "signatory" else None
    if uscc is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")
    now = await database_now(work.session)
    found = await list_questions(work.session, [uscc], wanted, after, limit, now)
    subject = await find_subject(work.session, "uscc", uscc)
    subject_id = subject.subject_id if subject else None
    await work.record("question.listed", {"found": len(found)}, subject=subject_id, outcome="read")
    asking = {one.institution for one in found}
    query = select(Institution.institution_id, Institution.name).where(col(Institution.institution_id).in_(asking))
    names = {row.institution_id: row.name for row in await work.session.execute(query)}
    return [_document(one, names.get(one.institution, one.institution)) for one in found]


def _document(one: Question, institution: str) -> dict[str, Any]:
    told = one.reason is not None and one.reason.startswith(_ITS_OWN)
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
        "outcome": one.outcome,
        "reason": one.reason if told else None,
        "entry": str(one.entry),
    }
