"""Versions of a consent: held before they are changed, and each stored with its receipt and its event."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from connectors.conversion.free_text import without_contacts
from connectors.store.subjects import find_subject
from consent.decision import Consent
from consent.life import VERBS, Unchanged, decide_change
from consent.manner import manner_of
from consent.statements import receipt_claims, sign_receipt
from consent.store import add_version, find_consent, lock_consent, lock_with_renewed
from consent.tables import ConsentVersion
from consent.terms import Terms
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.work import UnitOfWork
from signing.canonical import sha256_hex

OFFICERS = frozenset({"operator", "machine"})
APPROVING = frozenset({"approve", "approve-on-paper"})


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
    sees what the others have made of it, and no use is ever recorded later than a revocation. Where a renewal is
    approved, the consent it renews is held too, the older one first.
    """
    keys, session = work.keys.publics("consent"), work.session
    await (lock_with_renewed if action in APPROVING else lock_consent)(session, consent_id)
    now = await database_now(session)
    consent = await find_consent(session, consent_id, keys, now)
    if consent is None or not (is_party(work.actor, consent.terms) or work.actor.kind in OFFICERS):
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
    changed = replace(
        change.consent, version=change.consent.version + 1, status=change.after, intact=True, reason=said,
        changed_at=change.now,
    )  # fmt: skip
    return await store_version(work, f"consent.{VERBS[change.action]}", changed, change.now, approval, told)


async def store_version(
    work: UnitOfWork,
    event_type: str,
    consent: Consent,
    now: datetime,
    approval: str | None = None,
    told: Mapping[str, object] | None = None,
    entry: UUID | None = None,
) -> Consent:
    """Store a consent as its next version, with its receipt and event, in the transaction that holds it. `entry` is the
    event's id where another row names it.
    """
    terms, digest, gathered = consent.terms, consent.terms.digest(), consent.gathered.text()
    subject = await find_subject(work.session, "uscc", terms.uscc)
    manner = manner_of(approval)
    claims = receipt_claims(terms.consent_id, consent.version, consent.status, digest, now, manner, gathered)
    receipt = sign_receipt(claims, work.keys.signing("consent"))
    recorded = await work.record(
        event_type,
        {
            "consent": str(terms.consent_id), "subject": terms.uscc, "version": consent.version, "terms": digest,
            "receipt": receipt, "approval": sha256_hex(approval.encode()) if approval else None,
            **({"gathered": sha256_hex(gathered.encode())} if gathered is not None else {}),
            **({"reason": consent.reason} if consent.reason else {}), **(told or {}),
        },
        institution=terms.institution, subject=subject.subject_id if subject else None, outcome=consent.status,
        exchange=terms.consent_id, at=now, event_id=entry,
    )  # fmt: skip
    version = ConsentVersion(
        consent_id=terms.consent_id, version=consent.version, status=consent.status, terms=terms.canonical(),
        actor=work.actor.name, approval=approval, gathered=gathered, reason=consent.reason, receipt=receipt,
        recorded_at=now, event_id=recorded,
    )  # fmt: skip
    await add_version(work.session, version)
    return consent


async def hold(work: UnitOfWork, consent_id: UUID) -> tuple[Consent, datetime]:
    """Hold a consent of the acting party for a change; return it as it stands, and the instant of that.

    Raises DeniedError for another party's, and for none.
    """
    await lock_consent(work.session, consent_id)
    now = await database_now(work.session)
    consent = await find_consent(work.session, consent_id, work.keys.publics("consent"), now)
    if consent is None or not is_party(work.actor, consent.terms):
        raise DeniedError("consent-not-found")
    return consent, now


def is_party(actor: Actor, terms: Terms) -> bool:
    """Tell whether a consent is the actor's to see: its institution's, or its enterprise's."""
    if actor.kind == "account" or actor.institution_id is not None:
        return actor.institution_id == terms.institution
    return actor.subject == terms.uscc
