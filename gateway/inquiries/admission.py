"""Whether an inquiry may be answered: the checks inside its transaction, in their fixed order, each a value.

Standing of account and institution, the consent (locked, so that a revocation waits or is seen), the subject, the
quota (locked, exact). What is refused is refused before anything is charged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.subjects import Subject, find_subject
from consent.decision import REQUIRED, Ask, Consent, Denied, decide
from consent.store import find_candidates, find_consent
from gateway.gateway import Gateway
from gateway.identity.clients.access import STOPPED
from gateway.inquiries.ledger import Charge, Exceeded, admit

UNITS: Mapping[str, int] = {"score": 1, "health_check": 3}
_STANDING = text("""
    SELECT s.stopped, c.products IS NULL OR :product = ANY (c.products) AS entitled,
           CAST(:intermediary AS text) IS NULL OR EXISTS (
               SELECT FROM institution m WHERE m.institution_id = :intermediary AND m.status = 'active') AS intermediary
    FROM client_standing s JOIN client c USING (client_id) WHERE client_id = :account
""")
_CLOCK = text("SELECT clock_timestamp()")


@dataclass(frozen=True)
class Wanted:
    """One question: who asks about whom (USCC), what, for which purpose, of which provider, on which consent.

    `actor` is whom the log names: the account, or the person it asks for.
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
    actor: str

    def charge(self) -> Charge:
        """Return what it costs."""
        return Charge(self.inquiry_id, self.account, self.institution, self.product, UNITS[self.product])


@dataclass(frozen=True)
class Admitted:
    """An inquiry that may be answered: about this subject, on this consent, charged to this day."""

    subject: Subject
    consent: Consent
    day: date
    now: datetime


@dataclass(frozen=True)
class Refused:
    """Why an inquiry is denied, and what the answer's header fields say beside it."""

    denied: Denied
    subject_id: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict)


async def admit_inquiry(gateway: Gateway, session: AsyncSession, wanted: Wanted) -> Admitted | Refused:
    """Run the checks."""
    subject = await find_subject(session, "uscc", wanted.uscc)
    subject_id = subject.subject_id if subject else None
    if denied := await _check_standing(session, wanted):
        return Refused(denied, subject_id)
    consent, now = await permit(gateway, session, wanted)
    if isinstance(consent, Denied):
        return Refused(consent, subject_id)
    if subject is None:
        return Refused(Denied("subject-not-found", 404, "No record of this enterprise is held 未归集该企业信息。"))
    day = await admit(session, wanted.charge())
    if isinstance(day, Exceeded):
        return Refused(_over_quota(day), subject_id, {"Retry-After": str(day.retry_after)} if day.planned else {})
    return Admitted(subject, consent, day, now)


async def permit(gateway: Gateway, session: AsyncSession, wanted: Wanted) -> tuple[Consent | Denied, datetime]:
    """Return the consent that permits the inquiry, or the denial, and the database's clock after the lock."""
    ids = [wanted.consent_id] if wanted.consent_id else await find_candidates(session, wanted.institution, wanted.uscc)
    keys = gateway.keys.publics("consent")
    clock: datetime = (await session.execute(_CLOCK)).scalar_one()
    found = [await find_consent(session, consent_id, keys, clock, lock=True) for consent_id in ids]
    now: datetime = (await session.execute(_CLOCK)).scalar_one()
    ask = Ask(
        wanted.institution, wanted.account, wanted.uscc, wanted.product, wanted.purpose, named=bool(wanted.consent_id)
    )
    judged = [(consent, decide(consent, ask, now)) for consent in found] or [(None, decide(None, ask, now))]
    permitted = [consent for consent, denied in judged if denied is None and consent is not None]
    if len(permitted) > 1:
        return Denied("consent-ambiguous", 409, "Several consents permit this: name one 请指明所用授权。"), now
    if permitted:
        return permitted[0], now
    return _closest(judged, ask), now


def _closest(judged: list[tuple[Consent | None, Denied | None]], ask: Ask) -> Denied:
    """Return the denial that says most: of the newest consent for this purpose and product, else of the only one."""
    fitting = [
        denied
        for consent, denied in judged
        if denied and consent and consent.terms.purpose == ask.purpose and ask.product in consent.terms.products
    ]
    denials = fitting[-1:] or [denied for _, denied in judged if denied is not None]
    return denials[0] if len(denials) == 1 else REQUIRED


async def _check_standing(session: AsyncSession, wanted: Wanted) -> Denied | None:
    values = {"account": wanted.account, "product": wanted.product, "intermediary": wanted.intermediary}
    row = (await session.execute(_STANDING, values)).one_or_none()
    if row is None or row.stopped is not None:
        reason = row.stopped if row else "account-closed"
        return Denied(reason, 403, STOPPED[reason])
    if not row.entitled:
        return Denied("product-not-entitled", 403, "This account was not given this product 账户未开通此产品。")
    if not row.intermediary:
        return Denied("unknown-intermediary", 422, "The intermediary is no active institution here 中介机构未登记。")
    return None


def _over_quota(exceeded: Exceeded) -> Denied:
    if not exceeded.planned:
        return Denied(
            "product-not-entitled", 403, "No quota has been set for this account or its institution 未分配配额。"
        )
    members: dict[str, object] = {"violated-policies": list(exceeded.policies)}
    return Denied("quota-exceeded", 429, "The quota is used up 配额已用完。", members)
