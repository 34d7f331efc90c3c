"""Whether an inquiry may be answered: the checks inside its transaction, in their fixed order, each a value.

Standing of account and institution, the consent (locked, so that a revocation waits or is seen), the subject, the
quota (locked, exact). What is refused is refused before anything is charged.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from connectors.store.subjects import Subject, find_subject
from consent.decision import REQUIRED, Ask, Consent, Denied, decide
from consent.store import find_candidates, find_consent
from gateway.inquiries.ledger import Charge, Exceeded, admit
from gateway.inquiries.products import PRODUCTS
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork

_STANDING = text("""
    SELECT s.stopped, c.products IS NULL OR :product = ANY (c.products) AS entitled,
           CAST(:intermediary AS text) IS NULL OR EXISTS (
               SELECT FROM institution m WHERE m.institution_id = :intermediary AND m.status = 'active') AS intermediary
    FROM client_standing s JOIN client c USING (client_id) WHERE client_id = :account
""")


@dataclass(frozen=True)
class InquiryRequest:
    """One question: who asks about whom (USCC), what, for which purpose, of which provider, on which consent."""

    inquiry_id: UUID
    account: str
    institution: str
    uscc: str
    product: str
    purpose: str
    provider: str
    consent_id: UUID | None
    intermediary: str | None

    def charge(self) -> Charge:
        """Return what it costs."""
        units = PRODUCTS[self.product].units
        return Charge(self.inquiry_id, self.account, self.institution, self.product, units)


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


async def admit_inquiry(work: UnitOfWork, request: InquiryRequest) -> Admission | Refusal:
    """Run the checks."""
    subject = await find_subject(work.session, "uscc", request.uscc)
    subject_id = subject.subject_id if subject else None
    if denial := await _check_standing(work, request):
        return Refusal(denial, subject_id)
    consent, now = await permit(work, request)
    if isinstance(consent, Denial):
        return Refusal(consent, subject_id)
    if subject is None:
        return Refusal(Denial("subject-not-found"))
    day = await admit(work.session, request.charge())
    if isinstance(day, Exceeded):
        return Refusal(_over_quota(day), subject_id)
    return Admission(subject, consent, day, now)


async def permit(work: UnitOfWork, request: InquiryRequest) -> tuple[Consent | Denial, datetime]:
    """Return the consent that permits the inquiry, or the denial, and the database's clock after the lock."""
    session, named = work.session, request.consent_id
    ids = [named] if named else await find_candidates(session, request.institution, request.uscc)
    keys, clock = work.keys.publics("consent"), await database_now(session)
    found = [await find_consent(session, consent_id, keys, clock, lock=True) for consent_id in ids]
    now = await database_now(session)
    ask = Ask(
        request.institution, request.account, request.uscc, request.product, request.purpose, named=named is not None
    )
    judged = [(consent, decide(consent, ask, now)) for consent in found] or [(None, decide(None, ask, now))]
    permitted = [consent for consent, denied in judged if denied is None and consent is not None]
    if len(permitted) > 1:
        return Denial("consent-ambiguous"), now
    if permitted:
        return permitted[0], now
    denied = _closest(judged, ask)
    return Denial(denied.reason, members=denied.members), now


def _closest(judged: list[tuple[Consent | None, Denied | None]], ask: Ask) -> Denied:
    """Return the denial that says most: of the newest consent for this purpose and product, else of the only one."""
    fitting = [
        denied
        for consent, denied in judged
        if denied and consent and consent.terms.purpose == ask.purpose and ask.product in consent.terms.products
    ]
    denials = fitting[-1:] or [denied for _, denied in judged if denied is not None]
    return denials[0] if len(denials) == 1 else REQUIRED


async def _check_standing(work: UnitOfWork, request: InquiryRequest) -> Denial | None:
    values = {"account": request.account, "product": request.product, "intermediary": request.intermediary}
    row = (await work.session.execute(_STANDING, values)).one_or_none()
    if row is None or row.stopped is not None:
        return Denial(row.stopped if row else "account-closed")
    if not row.entitled:
        return Denial("product-not-entitled")
    if not row.intermediary:
        return Denial("unknown-intermediary")
    return None


def _over_quota(exceeded: Exceeded) -> Denial:
    if not exceeded.planned:
        return Denial("product-not-entitled", "未分配配额。No quota has been set for this account or its institution.")
    headers = {"Retry-After": str(exceeded.retry_after)}
    return Denial("quota-exceeded", members={"violated-policies": list(exceeded.policies)}, headers=headers)
