"""A consent's life in the gateway: every change is a version, a receipt and an event in one transaction."""

from datetime import datetime
from uuid import UUID

from connectors.model.calendar import SHANGHAI
from consent.checks import check_terms
from consent.decision import Consent, ruling
from consent.errors import ApprovalError, TermsError
from consent.life import IN_FORCE
from consent.renewal import check_renewal
from consent.statements import verify_approval
from consent.store import find_consent
from consent.template_store import load_templates
from consent.templates import find_breach
from consent.terms import Terms
from gateway.consents.approving import approve, judge_approval
from gateway.consents.drafting import ConsentRequest, draft
from gateway.consents.versions import OpenChange, is_party, make_change, open_change, store_version
from gateway.identity.clients.client_keys import current_keys
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork


async def request_consent(work: UnitOfWork, terms: Terms) -> Consent:
    """Store a request of the acting account's institution; it permits nothing until the signatory approves it.

    Raises DeniedError as `judge_request` does.
    """
    now = await judge_request(work, terms)
    return await store_version(
        work, "consent.requested", Consent(terms, 1, "requested", intact=True, changed_at=now), now
    )  # fmt: skip


async def judge_request(work: UnitOfWork, terms: Terms) -> datetime:
    """Pass for terms that the acting account's institution may ask for; return the database's clock.

    Raises DeniedError where somebody else asks, the terms are not ones a consent may have or more than the template of
    their purpose allows, or the consent they are to renew has ended.
    """
    if work.actor.kind != "account" or work.actor.institution_id != terms.institution:
        raise DeniedError("not-yours-to-decide", "只有机构账户可以请求授权。Only an account requests one.")
    now = await database_now(work.session)
    try:
        check_terms(terms, now)
        if terms.supersedes is not None:
            check_renewal(await _get_renewed(work, terms.supersedes), terms)
    except TermsError as fault:
        raise DeniedError("invalid-terms", str(fault)) from fault
    template = ruling(await load_templates(work.session, now, SHANGHAI), terms)
    if breach := find_breach(template, terms):
        raise DeniedError(
            "consent-exceeds-template", f"{breach}: 超过模板所许 more than the template allows", attribute=breach
        )
    return now


async def draft_request(work: UnitOfWork, wanted: ConsentRequest) -> Terms:
    """Return the terms that a request would have, and store nothing. Raises DeniedError where there could be none."""
    terms = await draft(work, wanted)
    await judge_request(work, terms)
    return terms


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
    if found.after is None:
        return found.consent
    if action != "approve":
        return await make_change(work, found, reason, approval)
    judged = await judge_approval(work, found, "key")
    if isinstance(judged, Denial):
        return await refuse_approval(work, found, judged)
    return await approve(work, found, judged, approval or "", reason=reason)


async def refuse_approval(work: UnitOfWork, change: OpenChange, denied: Denial) -> Consent | Denial:
    """Return why an approval is not taken; that somebody tried is recorded. Given twice, it is the same one."""
    if denied.reason == "consent-approved-before" and any(
        one.who == work.actor.name for one in change.consent.approvals
    ):
        return change.consent
    await _record_refusal(work, change.consent, change.action, denied.reason)
    return denied


async def _get_renewed(work: UnitOfWork, consent_id: UUID) -> Terms:
    """Return the terms of a consent that may be renewed: one in force. Raises DeniedError."""
    found = await get_consent(work, consent_id)
    if found.status not in IN_FORCE:
        raise DeniedError("consent-not-renewable")
    return found.terms


async def _check(work: UnitOfWork, consent: Consent, action: str, approval: str | None) -> Denial | None:
    """Return why an approval is not the signatory's over these terms; that somebody tried is recorded."""
    keys = await current_keys(work.session, work.actor.client_id)
    try:
        verify_approval(approval or "", keys, consent.terms.consent_id, consent.terms.digest(), action)
    except ApprovalError as fault:
        await _record_refusal(work, consent, action, "approval-invalid")
        return Denial("approval-invalid", str(fault))
    return None


async def _record_refusal(work: UnitOfWork, consent: Consent, action: str, outcome: str) -> None:
    payload = {"consent": str(consent.terms.consent_id), "action": action}
    await work.record(
        "consent.approval_refused", payload, institution=consent.terms.institution, outcome=outcome,
        exchange=consent.terms.consent_id,
    )  # fmt: skip
