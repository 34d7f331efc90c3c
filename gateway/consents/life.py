"""A consent's life in the gateway: every change is a version, a receipt and an event in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors.conversion.free_text import without_contacts
from connectors.store.subjects import find_subject
from consent.console import manner_of
from consent.decision import Consent
from consent.errors import ApprovalError, TermsError
from consent.life import Unchanged, decide_change
from consent.statements import receipt_claims, sign_receipt, verify_approval
from consent.store import add_version, find_consent, lock_consent
from consent.tables import ConsentVersion
from consent.terms import Terms, check_terms
from gateway.identity.clients.client_keys import current_keys
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

_VERBS = {
    "approve": "approved", "reject": "rejected", "pause": "paused", "resume": "resumed", "revoke": "revoked",
}  # fmt: skip


async def request_consent(work: UnitOfWork, terms: Terms) -> Consent:
    """Store a request of the acting account's institution; it permits nothing until the signatory approves it.

    Raises DeniedError where somebody else asks, or the terms are not ones a consent may have.
    """
    if work.actor.kind != "account" or work.actor.institution_id != terms.institution:
        raise DeniedError("not-yours-to-decide", "只有机构账户可以请求授权。Only an account requests one.")
    now = await database_now(work.session)
    try:
        check_terms(terms, now)
    except TermsError as fault:
        raise DeniedError("invalid-terms", str(fault)) from fault
    return await _add(work, "consent.requested", Consent(terms, 1, "requested", intact=True, changed_at=now), now)


async def get_consent(work: UnitOfWork, consent_id: UUID) -> Consent:
    """Return a consent of the acting party as it stands. Raises DeniedError for another party's, and for none."""
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    found = await find_consent(work.session, consent_id, keys, now)
    if found is None or not is_party(work.actor, found.terms):
        raise DeniedError("consent-not-found")
    return found


async def change_consent(
    work: UnitOfWork, consent_id: UUID, action: str, approval: str | None = None, reason: str | None = None
) -> Consent | Denial:
    """Apply a change and return the new version, or why there is none. Raises DeniedError for what is no reason.

    An answer to a request is signed with the signatory's own key; people without one answer at_console.py. A change
    that was made before keeps the reason it was made for.
    """
    if reason is not None:
        demand_reason(reason)
    found = await open_change(work, consent_id, action)
    if isinstance(found, Denial):
        return found
    if action in {"approve", "reject"} and (denied := await _check(work, found.consent, action, approval)):
        return denied
    return found.consent if found.after is None else await make_change(work, found, reason, approval)


@dataclass(frozen=True)
class OpenChange:
    """A change that may be made to a consent this transaction holds: what it is, and where it leads.

    `after` is None where it was made before.
    """

    action: str
    consent: Consent
    after: str | None
    now: datetime


async def open_change(work: UnitOfWork, consent_id: UUID, action: str) -> OpenChange | Denial:
    """Hold a consent and decide whether the acting party may change it so; return why not, otherwise.

    The lock on the consent is taken before the instant is, and the instant before the consent is read: whoever waited
    sees what the others have made of it, and no use is ever recorded later than a revocation.
    """
    keys, session = work.keys.publics("consent"), work.session
    await lock_consent(session, consent_id)
    now = await database_now(session)
    consent = await find_consent(session, consent_id, keys, now)
    if consent is None or not is_party(work.actor, consent.terms):
        return Denial("consent-not-found")
    if not consent.intact:
        return Denial("consent-integrity-failed")
    after = decide_change(action, work.actor.kind, consent.status)
    if isinstance(after, Unchanged):
        return OpenChange(action, consent, None, now) if after.again else Denial(after.reason)
    return OpenChange(action, consent, after, now)


async def make_change(
    work: UnitOfWork,
    change: OpenChange,
    reason: str | None,
    approval: str | None,
    told: Mapping[str, object] | None = None,
) -> Consent:
    """Store the next version of a consent. The event says what is `told` besides.

    The other party reads `reason`: numbers and addresses of persons are taken out of it before it is stored.
    """
    assert change.after is not None, "what was made before is not made again"  # noqa: S101
    said = without_contacts(reason) if reason is not None else None
    terms, version = change.consent.terms, change.consent.version + 1
    changed = Consent(terms, version, change.after, intact=True, reason=said, changed_at=change.now)
    return await _add(work, f"consent.{_VERBS[change.action]}", changed, change.now, approval, told)


def is_party(actor: Actor, terms: Terms) -> bool:
    """Tell whether a consent is the actor's to see: its institution's, or its enterprise's."""
    if actor.kind == "account" or actor.institution_id is not None:
        return actor.institution_id == terms.institution
    return actor.subject == terms.uscc


async def _check(work: UnitOfWork, consent: Consent, action: str, approval: str | None) -> Denial | None:
    """Return why an approval is not the signatory's over these terms; that somebody tried is recorded."""
    keys = await current_keys(work.session, work.actor.client_id)
    try:
        verify_approval(approval or "", keys, consent.terms.consent_id, consent.terms.digest(), action)
    except ApprovalError as fault:
        payload = {"consent": str(consent.terms.consent_id), "action": action}
        await work.record(
            "consent.approval_refused", payload, institution=consent.terms.institution, outcome="approval-invalid",
            exchange=consent.terms.consent_id,
        )  # fmt: skip
        return Denial("approval-invalid", str(fault))
    return None


async def _add(
    work: UnitOfWork,
    event_type: str,
    consent: Consent,
    now: datetime,
    approval: str | None = None,
    told: Mapping[str, object] | None = None,
) -> Consent:
    terms, digest = consent.terms, consent.terms.digest()
    subject = await find_subject(work.session, "uscc", terms.uscc)
    claims = receipt_claims(terms.consent_id, consent.version, consent.status, digest, now, manner_of(approval))
    receipt = sign_receipt(claims, work.keys.signing("consent"))
    entry = await work.record(
        event_type,
        {
            "consent": str(terms.consent_id), "subject": terms.uscc, "version": consent.version, "terms": digest,
            "receipt": receipt, "approval": sha256_hex(approval.encode()) if approval else None,
            **({"reason": consent.reason} if consent.reason else {}), **(told or {}),
        },
        institution=terms.institution, subject=subject.subject_id if subject else None, outcome=consent.status,
        exchange=terms.consent_id, at=now,
    )  # fmt: skip
    version = ConsentVersion(
        consent_id=terms.consent_id, version=consent.version, status=consent.status, terms=terms.canonical(),
        actor=work.actor.name, approval=approval, reason=consent.reason, receipt=receipt, recorded_at=now,
        event_id=entry,
    )  # fmt: skip
    await add_version(work.session, version)
    return consent
