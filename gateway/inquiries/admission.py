"""Whether inquiries may be answered: what is locked, read and decided inside their transaction, for one or for many.

1. Lock: the consents and duties that may permit them, the counters they would be charged to, the standing of who asks;
   a revocation or a suspension waits or is seen. Each kind in one order, so that nobody waits for who waits for them.
2. Take the moment, by the database's clock, after the last lock.
3. Read, after that moment, what they are judged by (policy/reading.py).
4. Decide (policy/checks.py), one after another: what one takes of a counter or of a consent's uses is gone for those
   after it. What is refused is refused before anything is charged.

What was committed before the moment is therefore seen, however long a lock was waited for; and consents and standing
stay as they were read until the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from connectors.model.calendar import day_of
from connectors.store.subjects import Subject
from consent.candidates import lock_candidates
from consent.decision import Consent, Denied
from gateway.inquiries.bases.basis import Basis, consent_of
from gateway.inquiries.bases.reading import lock_duties
from gateway.inquiries.granting import Grant, grant_of
from gateway.inquiries.policy.checks import decide
from gateway.inquiries.policy.reading import Asking, read_facts, read_group
from gateway.inquiries.request import InquiryRequest
from gateway.quota.books import Held, Room, Taken
from gateway.quota.ledger import hold_askers, lock_day, lock_today
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from scoring_adapter.providers.joint import Joint
from scoring_adapter.providers.terms import Provider


@dataclass(frozen=True)
class Admission:
    """An inquiry that may be answered: about this subject, on this basis, as much as that grants, charged to this day;
    what it takes of the quota, and what that leaves. `provider` is who is to be asked, or who together;
    None for the embedded card.
    """

    subject: Subject
    basis: Basis
    grant: Grant
    day: date
    now: datetime
    taken: Taken
    rooms: Sequence[Room]
    provider: Provider | Joint | None = None

    @property
    def consent(self) -> Consent | None:
        """The consent that it is answered on, if it is one."""
        return consent_of(self.basis)

    def waived(self) -> "Admission":
        """Return the same, answered free of charge."""
        return replace(self, taken=self.taken.waived(), rooms=self.taken.given_back(self.rooms))


@dataclass(frozen=True)
class Refusal:
    """Why an inquiry is denied, and whom it was about where that is known."""

    denial: Denial
    subject_id: UUID | None = None


async def admit_inquiries(
    work: UnitOfWork, requests: Sequence[InquiryRequest], reserved: Sequence[Held] = (), *, waits: bool = True
) -> list[Admission | Refusal | None]:
    """Run the checks over each question; what was `reserved` for each, on one day, is what it is charged, on that day;
    else what its product costs, today.

    Without `waits`, one whose consent or duty somebody else has locked is not judged: None, and the others go on.
    """
    locked = await _lock_bases(work, requests, waits=waits)
    day, now = reserved[0].day if reserved else day_of(work.now), work.now
    held: Sequence[int | None] = [one.units for one in reserved] if reserved else [None] * len(requests)
    charges = [
        replace(one.charge(), consents=tuple(ids))
        for one, ids in zip(requests, locked, strict=True)
        if ids is not None and one.unreadable is None
    ]
    if charges and not reserved:
        day, now = await lock_today(work.session, charges)
    elif charges:
        now = await lock_day(work.session, charges, day)
    asked = [
        Asking(one, ids, day, units)
        for one, ids, units in zip(requests, locked, held, strict=True) if ids is not None
    ]  # fmt: skip
    judged = iter(await _judge(work, asked, day, now) if asked else ())
    return [None if ids is None else next(judged) for ids in locked]


async def find_denial(work: UnitOfWork, request: InquiryRequest) -> Denial | None:
    """Return why an answer given before may not be given again, None where standing and its basis permit it."""
    [consents] = await _lock_bases(work, [request], waits=True)
    now = await hold_askers(work.session, [request.charge()])
    asking = Asking(request, consents or (), day=None)
    [facts] = await read_facts(work.session, [asking], work.keys.publics("consent"), now)
    return decide(facts)


async def _judge(work: UnitOfWork, asked: Sequence[Asking], day: date, now: datetime) -> list[Admission | Refusal]:
    group = await read_group(work.session, asked, work.keys.publics("consent"), now)
    judged: list[Admission | Refusal] = []
    for place in range(len(asked)):
        facts = group.judge(place)
        denial, subject = decide(facts), facts.subject
        if denial is not None:
            judged.append(Refusal(denial, subject.subject_id if subject else None))
            continue
        assert subject is not None, "a check denies what is about nobody"  # noqa: S101
        assert not isinstance(facts.basis, Denied), "a check denies what nothing permits"  # noqa: S101
        grant, taken = grant_of(facts.request, facts.basis), group.take(place, facts.basis)
        registered = facts.providers.get(facts.request.provider)
        provider = registered.provider if registered else None
        judged.append(Admission(subject, facts.basis, grant, day, now, *taken, provider))
    return judged


async def _lock_bases(work: UnitOfWork, requests: Sequence[InquiryRequest], *, waits: bool) -> list[list[UUID] | None]:
    """Lock what each question could rest on, nothing for one that cannot be read; return the ids of its consents, None
    where somebody else has one, or the duty that it names.
    """
    readable = [place for place, one in enumerate(requests) if one.unreadable is None]
    found: list[list[UUID] | None] = [[] for _ in requests]
    on_consent = [place for place in readable if requests[place].rests_on_consent]
    if on_consent:
        wanted = [requests[place].wanted_consents() for place in on_consent]
        for place, ids in zip(on_consent, await lock_candidates(work.session, wanted, waits=waits), strict=True):
            found[place] = ids
    kept_by_others = await lock_duties(work.session, [requests[place] for place in readable], waits=waits)
    for place in readable:
        if (requests[place].institution, requests[place].duty) in kept_by_others:
            found[place] = None
    return found
