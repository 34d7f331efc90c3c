"""Whether an inquiry may be answered: the checks inside its transaction, in their fixed order, each a value.

1. Lock: the consents that may permit it, the counters it would be charged to, the standing of who asks; a revocation
   or a suspension waits or is seen.
2. Take the moment, by the database's clock, after the last lock.
3. Read, after that moment: the consents; standing of account and institution and the quota's room in one statement.
4. Decide: standing, consent, subject, quota. What is refused is refused before anything is charged.

What was committed before the moment is therefore seen, however long a lock was waited for; and consents and standing
stay as they were read until the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from connectors.model.calendar import day_of
from connectors.store.subjects import Subject, find_subject
from consent.decision import REQUIRED, Ask, Consent, Denied, decide
from consent.store import load_consents, lock_candidates, lock_consent
from gateway.inquiries.ledger import (
    ROOM,
    Charge,
    Exceeded,
    find_exceeded,
    hold_asker,
    lock_day,
    lock_today,
    read_rooms,
    room_values,
)
from gateway.inquiries.products import PRODUCTS
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork

_STANDING_AND_ROOM = text(f"""
    SELECT c.stopped, k.products IS NULL OR :product = ANY (k.products) AS entitled,
           CAST(:intermediary AS text) IS NULL OR EXISTS (
               SELECT FROM institution m WHERE m.institution_id = :intermediary AND m.status = 'active')
               AS intermediary,
           CAST(:person AS text) IS NULL OR EXISTS (
               SELECT FROM person p
               WHERE p.person_id = substr(CAST(:person AS text), 8) AND p.status = 'active') AS person,
           NOT :by_form OR k.for_people AS for_people,
           room.*
    FROM client_standing c JOIN client k USING (client_id) CROSS JOIN ({ROOM}) AS room WHERE client_id = :account
""")  # noqa: S608 - constants of this room


@dataclass(frozen=True)
class InquiryRequest:
    """One question: who asks about whom (USCC), what, for which purpose, of which provider, on which consent.

    `unreadable` says why it cannot be answered as it was put: it is denied then, and recorded as any other denial. A
    subject that is no USCC is an organisation code, a registration number, or the hash of what was given. `person` is
    whom the account asks for, as the log names them; `by_form` that they ask at the console, where the account must be
    one meant for people and a form is sent once.
    """

    inquiry_id: UUID
    account: str
    institution: str
    uscc: str
    product: str
    purpose: str
    provider: str
    consent_id: UUID | None
    intermediary: str | None
    unreadable: Denial | None = None
    person: str | None = None
    by_form: bool = False

    def charge(self) -> Charge:
        """Return what it costs."""
        units = PRODUCTS[self.product].units
        return Charge(
            self.inquiry_id, self.account, self.institution, self.product, units, self.intermediary, self.person
        )


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
    session = work.session
    subject = await find_subject(session, "uscc", request.uscc)
    subject_id = subject.subject_id if subject else None
    if request.unreadable is not None:
        return Refusal(request.unreadable, subject_id)
    charge = request.charge()
    ids = await _lock_consents(work, request)
    if reserved is None:
        day, now = await lock_today(session, charge, day_of(work.now))
    else:
        day, now = reserved, await lock_day(session, charge, reserved)
    rows = await read_standing_and_room(work, request, day)
    if denial := judge_standing(rows):
        return Refusal(denial, subject_id)
    consent = await _choose_consent(work, request, ids, now)
    if isinstance(consent, Denial):
        return Refusal(consent, subject_id)
    if subject is None:
        return Refusal(Denial("subject-not-found"))
    if exceeded := find_exceeded(read_rooms(rows), charge.units):
        return Refusal(over_quota(exceeded), subject_id)
    return Admission(subject, consent, day, now)


async def find_denial(work: UnitOfWork, request: InquiryRequest) -> Denial | None:
    """Return why an answer given before may not be given again, None where standing and consent permit it."""
    ids = await _lock_consents(work, request)
    now = await hold_asker(work.session, request.charge())
    if denial := judge_standing(await read_standing_and_room(work, request, day_of(now))):
        return denial
    consent = await _choose_consent(work, request, ids, now)
    return consent if isinstance(consent, Denial) else None


async def _lock_consents(work: UnitOfWork, request: InquiryRequest) -> list[UUID]:
    if request.consent_id is not None:
        return await lock_consent(work.session, request.consent_id)
    return await lock_candidates(work.session, request.institution, request.uscc)


async def _choose_consent(
    work: UnitOfWork, request: InquiryRequest, ids: Sequence[UUID], now: datetime
) -> Consent | Denial:
    """Return the consent that permits the inquiry, or the denial."""
    found = await load_consents(work.session, ids, work.keys.publics("consent"), now)
    ask = question_to_consents(request)
    judged: list[tuple[Consent | None, Denied | None]]
    judged = [(consent, decide(consent, ask, now)) for consent in found] or [(None, decide(None, ask, now))]
    permitted = [consent for consent, denied in judged if denied is None and consent is not None]
    if len(permitted) > 1:
        return Denial("consent-ambiguous")
    if permitted:
        return permitted[0]
    denied = closest(judged, ask)
    return Denial(denied.reason, members=denied.members)


def question_to_consents(request: InquiryRequest) -> Ask:
    """Return what the consents are asked."""
    return Ask(
        request.institution, request.account, request.uscc, request.product, request.purpose,
        named=request.consent_id is not None,
    )  # fmt: skip


def closest(judged: Sequence[tuple[Consent | None, Denied | None]], ask: Ask) -> Denied:
    """Return the denial that says most: of the newest consent for this purpose and product, else of the only one."""
    fitting = [
        denied
        for consent, denied in judged
        if denied and consent and consent.terms.purpose == ask.purpose and ask.product in consent.terms.products
    ]
    denials = fitting[-1:] or [denied for _, denied in judged if denied is not None]
    return denials[0] if len(denials) == 1 else REQUIRED


async def read_standing_and_room(work: UnitOfWork, request: InquiryRequest, day: date) -> Sequence[Row[Any]]:
    """Return how who asks stands, and the quota's room on a day, in one statement."""
    values = {
        "product": request.product, "intermediary": request.intermediary, "person": request.person,
        "by_form": request.by_form, **room_values(request.charge(), day),
    }  # fmt: skip
    return (await work.session.execute(_STANDING_AND_ROOM, values)).all()


def judge_standing(rows: Sequence[Row[Any]]) -> Denial | None:
    """Return why nothing is answered to who asks, None where they may ask."""
    if not rows or rows[0].stopped is not None:
        return Denial(rows[0].stopped if rows else "account-closed")
    if not rows[0].person:
        return Denial("person-suspended")
    if not rows[0].for_people:
        return Denial("account-not-for-people")
    if not rows[0].entitled:
        return Denial("product-not-entitled")
    if not rows[0].intermediary:
        return Denial("unknown-intermediary")
    return None


def over_quota(exceeded: Exceeded) -> Denial:
    """Return the denial of a question that the quota has no room for."""
    if not exceeded.planned:
        return Denial("product-not-entitled", "未分配配额。No quota has been set for this account or its institution.")
    headers = {"Retry-After": str(exceeded.retry_after)}
    members = {
        "violated-policies": list(exceeded.policies),
        "resets-at": exceeded.resets_at.astimezone(UTC).isoformat(),
    }
    return Denial("quota-exceeded", members=members, headers=headers)
