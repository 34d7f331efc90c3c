"""One inquiry with all that stands behind it: the enterprise, the consent's whole life, its entries, what became of it.

And the inquiries of a period behind a figure. Reading either is recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from audit.search import find_of_exchanges
from connectors.store.subjects import Subject, find_candidates
from consent.reading import read_terms
from consent.store import list_versions
from consent.tables import ConsentVersion
from consent.terms import Terms
from gateway.evidence.entries import demand_auditor
from gateway.identity.clients.unknown import demand_known
from gateway.inquiries.asked import AskedFilter, list_asked
from gateway.inquiries.questions import OUTCOMES, Question, question_named
from gateway.inquiries.tables import Inquiry
from gateway.questions.who import Asked, alone
from gateway.runtime.denial import DeniedError
from gateway.runtime.filters import demand_one_of
from gateway.runtime.work import UnitOfWork
from gateway.web.error_table import ERRORS


@dataclass(frozen=True)
class Behind:
    """An inquiry with its entries; the code it was asked about, and the enterprise where one was known by it then.

    `versions` are those of the consent it names, oldest first, with its terms; none where it named none.
    """

    asked: Asked
    uscc: str
    subject: Subject | None
    terms: Terms | None
    versions: Sequence[ConsentVersion]


async def get_asked(work: UnitOfWork, inquiry_id: UUID) -> Behind:
    """Return one inquiry with what stands behind it. Raises DeniedError for whoever is no auditor, or of no inquiry.

    A consent of another enterprise, which a denied question may name, is not shown.
    """
    demand_auditor(work)
    found = await question_named(work.session, inquiry_id)
    row = await work.session.get(Inquiry, inquiry_id)
    if found is None or row is None:
        raise DeniedError("inquiry-not-found")
    subject = None
    if row.subject_id is not None:
        known = await find_candidates(work.session, "subject", str(row.subject_id), 1)
        subject = known[0][0] if known else None
    versions = await list_versions(work.session, found.consent[0]) if found.consent else []
    terms = read_terms(versions[0].terms) if versions else None
    if terms is not None and (subject is None or terms.uscc != subject.uscc):
        versions, terms = [], None
    takes = row.subject_id and await work.recorder.takes(work.session, str(row.subject_id))
    await work.record(
        "questions.read", {"filter": {"inquiry": str(inquiry_id)}, "found": 1},
        subject=row.subject_id if takes else None, outcome="read",
    )  # fmt: skip
    return Behind(await _with_entries(work, found, row.subject_id), row.uscc, subject, terms, versions)


async def list_behind(
    work: UnitOfWork, wanted: AskedFilter, before: UUID | None, limit: int
) -> list[tuple[Question, str]]:
    """Return the inquiries behind a figure, newest first, each with the code it was about.

    Raises DeniedError for whoever is no auditor, and for a filter that nothing can match.
    """
    demand_auditor(work)
    if wanted.outcome not in {*ERRORS, "expired"}:
        demand_one_of("outcome", wanted.outcome, OUTCOMES)
    await demand_known(work, institution=wanted.institution, account=wanted.account)
    found = await list_asked(work.session, wanted, before, limit)
    told = {**vars(wanted), **vars(wanted.period), "before": before}
    told.pop("period")
    payload = {"filter": {name: str(value) for name, value in told.items() if value is not None}, "found": len(found)}
    await work.record("questions.read", payload, outcome="read")
    return found


async def _with_entries(work: UnitOfWork, found: Question, subject_id: UUID | None) -> Asked:
    if subject_id is None:
        return Asked(found, [alone(found)])
    told = await find_of_exchanges(
        work.session, work.recorder.log_id, str(subject_id), [found.id], found.asked_at, found.asked_at
    )
    return Asked(found, told.get(str(found.id)) or [alone(found)])
