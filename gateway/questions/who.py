"""The one question: who asked about this enterprise, for what purpose, on which consent, with what outcome.

1. Only auditors ask (and whoever runs commands at this machine).
2. Whom they mean: a code in any spelling, a former code, a name borne now or once. Where it fits several, the
   candidates are the answer. What was asked about a code that nobody here has is found by that code.
3. The questions, by filter and page, with the entries of the log that record each.
4. That it was asked is recorded, about the enterprise it was asked about, whatever is answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from audit.search import FoundOf, find_of_exchanges
from connectors.personal.sealing import Protector
from connectors.store.subjects import Subject
from consent.life import STATUSES
from consent.terms import PURPOSES
from gateway.evidence.entries import demand_auditor
from gateway.evidence.subjects import Meant, find_meant
from gateway.identity.clients.unknown import demand_known
from gateway.inquiries.questions import OUTCOMES, Question, QuestionFilter, codes_of, list_questions
from gateway.runtime.denial import Denial
from gateway.runtime.filters import demand_one_of, demand_period
from gateway.runtime.work import UnitOfWork
from gateway.web.error_table import ERRORS

_UNKNOWN = (
    "没有企业以此为名或代码，也没有人问过。No enterprise is known by this name or code, and nobody has asked about one."
)


@dataclass(frozen=True)
class Wanted:
    """What an auditor asks: about whom (as it was typed), which questions, and which page of them."""

    said: str
    filter: QuestionFilter
    after: UUID | None
    limit: int

    def members(self) -> dict[str, str]:
        """Return what was asked as an event names it."""
        page = {"after": self.after, "limit": self.limit}
        asked = {"about": self.said, **vars(self.filter), **page}
        return {name: _text(value) for name, value in asked.items() if value is not None}


@dataclass(frozen=True)
class Asked:
    """A question with the entries that record it: that it was asked, how it ended, each time it was answered again."""

    question: Question
    entries: Sequence[FoundOf]


@dataclass(frozen=True)
class Found:
    """The page that was found: about which enterprise, known here or not, by which codes; the last id where more is."""

    subject: Subject | None
    codes: Sequence[str]
    asked: Sequence[Asked]
    next: UUID | None


async def ask_who(work: UnitOfWork, protector: Protector, wanted: Wanted) -> Found | Denial:
    """Return who asked, or why that cannot be said: several are known by this, or nobody is.

    Raises DeniedError for whoever is no auditor, and for a filter that nothing can match.
    """
    meant, found = await find_asked(work, protector, wanted)
    denial = found if isinstance(found, Denial) else None
    count = 0 if isinstance(found, Denial) else len(found.asked)
    payload = {"filter": wanted.members(), "found": count}
    outcome = denial.reason if denial else "read"
    await work.record("questions.read", payload, subject=await subject_named(work, meant), outcome=outcome)
    return found


async def find_asked(work: UnitOfWork, protector: Protector, wanted: Wanted) -> tuple[Meant, Found | Denial]:
    """Do the same without recording it: for a use case that records what it makes of it."""
    demand_auditor(work)
    await _check(work, wanted.filter)
    meant = await find_meant(work.session, protector, wanted.said)
    if denial := meant.ambiguous():
        return meant, denial
    codes = await codes_of(work.session, meant.subject) if meant.subject else [meant.value]
    questions = await list_questions(work.session, codes, wanted.filter, wanted.after, wanted.limit, work.now)
    if meant.subject is None and not questions and meant.kind != "uscc":
        return meant, Denial("subject-not-found", _UNKNOWN)
    told = await _find_entries(work, meant.subject, questions)
    asked = [Asked(one, told.get(str(one.id)) or [alone(one)]) for one in questions]
    more = questions[-1].id if len(questions) == wanted.limit else None
    return meant, Found(meant.subject, codes, asked, more)


async def subject_named(work: UnitOfWork, meant: Meant) -> UUID | None:
    """Return the subject that an event about this question names: none once nothing more can be recorded about it."""
    subject = meant.subject.subject_id if meant.subject else None
    return subject if subject and await work.recorder.takes(work.session, str(subject)) else None


async def _find_entries(
    work: UnitOfWork, subject: Subject | None, questions: Sequence[Question]
) -> Mapping[str, Sequence[FoundOf]]:
    asked = [one for one in questions if one.kind == "inquiry"]
    if subject is None or not asked:
        return {}
    ids, times = [one.id for one in asked], [one.asked_at for one in asked]
    log, named = work.recorder.log_id, str(subject.subject_id)
    return await find_of_exchanges(work.session, log, named, ids, min(times), max(times))


def alone(question: Question) -> FoundOf:
    """Return the one entry of a request for consent, or of a question about nobody who was known then."""
    if question.kind == "consent-request":
        return FoundOf(question.entry, "consent.requested", "requested")
    return FoundOf(question.entry, "inquiry.denied", question.reason or question.outcome)


async def _check(work: UnitOfWork, wanted: QuestionFilter) -> None:
    """Raise DeniedError for a filter that nothing can match: an empty list would read as if nobody had asked."""
    demand_period(wanted.since, wanted.until)
    demand_one_of("purpose", wanted.purpose, PURPOSES)
    if wanted.outcome not in {*ERRORS, "expired"}:
        more = "，或拒绝的原因 or a reason of denial"
        demand_one_of("outcome", wanted.outcome, [*OUTCOMES, *STATUSES], more)
    await demand_known(work, institution=wanted.institution, account=wanted.account)


def _text(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
