"""Whether an inquiry may be answered: what is locked, read and decided inside its transaction.

1. Lock: the consents that may permit it, the counters it would be charged to, the standing of who asks; a revocation
   or a suspension waits or is seen.
2. Take the moment, by the database's clock, after the last lock.
3. Read, after that moment, what it is judged by (policy/reading.py).
4. Decide (policy/checks.py). What is refused is refused before anything is charged.

What was committed before the moment is therefore seen, however long a lock was waited for; and consents and standing
stay as they were read until the commit.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from connectors.model.calendar import day_of
from connectors.store.subjects import Subject
from consent.decision import Consent
from consent.store import lock_candidates
from gateway.inquiries.policy.checks import decide
from gateway.inquiries.policy.facts import Facts
from gateway.inquiries.policy.reading import Asking, read_facts
from gateway.inquiries.request import InquiryRequest
from gateway.quota.ledger import hold_asker, lock_day, lock_today
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class Admission:
    """An inquiry that may be answered: about this subject, on this consent, charged to this day."""

    subject: Subject
    consent: Consent
    day: date
    now: datetime


@dataclass(frozen=True)
class Refusal:
    """Why an inquiry is denied, and whom it was about where that is known."""

    denial: Denial
    subject_id: UUID | None = None


async def admit_inquiry(work: UnitOfWork, request: InquiryRequest, reserved: date | None = None) -> Admission | Refusal:
    """Run the checks; the charge goes to the day its units were `reserved` on, else to today."""
    session, day, now = work.session, reserved or day_of(work.now), work.now
    consents = []
    if request.unreadable is None:
        consents = await _lock_consents(work, request)
        charge = replace(request.charge(), consents=tuple(consents))
        if reserved is None:
            day, now = await lock_today(session, charge)
        else:
            now = await lock_day(session, charge, day)
    facts = await _read(work, Asking(request, consents, day), now)
    denial, subject = decide(facts), facts.subject
    if denial is not None:
        return Refusal(denial, subject.subject_id if subject else None)
    assert subject is not None, "a check denies what is about nobody"  # noqa: S101
    assert isinstance(facts.consent, Consent), "a check denies what nobody permitted"  # noqa: S101
    return Admission(subject, facts.consent, day, now)


async def find_denial(work: UnitOfWork, request: InquiryRequest) -> Denial | None:
    """Return why an answer given before may not be given again, None where standing and consent permit it."""
    consents = await _lock_consents(work, request)
    now = await hold_asker(work.session, request.charge())
    return decide(await _read(work, Asking(request, consents, day=None), now))


async def _lock_consents(work: UnitOfWork, request: InquiryRequest) -> list[UUID]:
    return await lock_candidates(work.session, request.institution, request.uscc, request.consent_id)


async def _read(work: UnitOfWork, asking: Asking, now: datetime) -> Facts:
    return (await read_facts(work.session, [asking], work.keys.publics("consent"), now))[0]
