"""A consent's life in the gateway: every change is a version, a receipt and an event in one transaction."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from audit.events import Event
from connectors.conversion.subjects import find_subject
from consent.decision import Consent
from consent.errors import ApprovalError
from consent.life import Unchanged, decide_change
from consent.statements import receipt_claims, sign_receipt, verify_approval
from consent.store import add_version, find_consent
from consent.tables import ConsentVersion
from consent.terms import Terms, check_terms
from gateway.gateway import Gateway
from gateway.identity.clients.client_keys import current_keys
from gateway.runtime.actor import Actor

NOT_FOUND = Unchanged("consent-not-found", 404)
_VERBS = {
    "approve": "approved", "reject": "rejected", "pause": "paused", "resume": "resumed", "revoke": "revoked",
}  # fmt: skip


async def request_consent(gateway: Gateway, session: AsyncSession, caller: Actor, terms: Terms) -> Consent:
    """Store a request; it permits nothing until the signatory approves it. Raises TermsError."""
    now = datetime.now(UTC)
    check_terms(terms, now)
    return await _add(gateway, session, caller, "consent.requested", Consent(terms, 1, "requested", intact=True), now)


async def change_consent(
    gateway: Gateway, session: AsyncSession, caller: Actor, consent_id: UUID, action: str, approval: str | None = None
) -> Consent | Unchanged:
    """Apply a change and return the new version, or why there is none. Raises ApprovalError.

    The lock on the consent is taken before the instant is: no use is ever recorded later than a revocation.
    """
    keys = gateway.keys.publics("consent")
    consent = await find_consent(session, consent_id, keys, datetime.now(UTC), lock=True)
    now = datetime.now(UTC)
    if consent is None or not is_party(caller, consent.terms):
        return NOT_FOUND
    if not consent.intact:
        return Unchanged("consent-integrity-failed", 403)
    after = decide_change(action, caller.kind, consent.status)
    if isinstance(after, Unchanged):
        return consent if after.again else after
    if action in {"approve", "reject"}:
        await _verify(session, caller, consent, action, approval)
    changed = Consent(consent.terms, consent.version + 1, after, intact=True)
    return await _add(gateway, session, caller, f"consent.{_VERBS[action]}", changed, now, approval)


def is_party(caller: Actor, terms: Terms) -> bool:
    """Tell whether a consent is the caller's to see: its institution's, or its enterprise's."""
    return caller.institution_id == terms.institution if caller.kind == "account" else caller.subject == terms.uscc


async def _verify(session: AsyncSession, caller: Actor, consent: Consent, action: str, approval: str | None) -> None:
    keys = await current_keys(session, caller.client_id)
    if approval is None:
        raise ApprovalError("approval: sign the terms with your own key")
    verify_approval(approval, keys, consent.terms.consent_id, consent.terms.digest(), action)


async def _add(
    gateway: Gateway,
    session: AsyncSession,
    caller: Actor,
    event_type: str,
    consent: Consent,
    now: datetime,
    approval: str | None = None,
) -> Consent:
    terms, digest = consent.terms, consent.terms.digest()
    subject = await find_subject(session, "uscc", terms.uscc)
    receipt = sign_receipt(
        receipt_claims(terms.consent_id, consent.version, consent.status, digest, now), gateway.keys.signing("consent")
    )
    event = Event(
        event_type, caller.name, institution=terms.institution,
        subject=str(subject.subject_id) if subject else None, outcome=consent.status, exchange=str(terms.consent_id),
        payload={"consent": str(terms.consent_id), "version": consent.version, "terms": digest, "receipt": receipt},
    )  # fmt: skip
    version = ConsentVersion(
        consent_id=terms.consent_id, version=consent.version, status=consent.status, terms=terms.canonical(),
        actor=caller.name, approval=approval, receipt=receipt, recorded_at=now,
        event_id=await gateway.audit.record(session, event, now),
    )  # fmt: skip
    await add_version(session, version)
    return consent
