"""Approving a request: on a mandate that lasts, over the words that are shown now, by as many as it takes.

The approval that completes a renewal ends the consent it renews, in the same transaction and at the same instant.
"""

from dataclasses import replace
from uuid import UUID

from connectors.model.calendar import SHANGHAI
from consent.decision import Consent, is_mandate_over, ruling
from consent.life import IN_FORCE, status_after
from consent.parts import Approval
from consent.store import find_consent
from consent.template_store import load_templates
from consent.templates import find_breach
from gateway.consents.versions import OpenChange, make_change, store_version
from gateway.identity.clients.mandates import find_mandate
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork


async def judge_approval(work: UnitOfWork, change: OpenChange, method: str) -> Approval | Denial:
    """Return the approval that the acting signatory may give to a request this transaction holds, or why it may not."""
    mandate = await find_mandate(work, work.actor.name)
    approval = Approval(
        work.actor.name, change.now, method, mandate.role, mandate.reference, mandate.valid_until, mandate.holder
    )
    return await judge_given(work, change, approval)


async def judge_given(work: UnitOfWork, change: OpenChange, approval: Approval) -> Approval | Denial:
    """Return an approval that may be given to a request this transaction holds, or why it may not."""
    consent, terms = change.consent, change.consent.terms
    if is_mandate_over(approval, change.now):
        return Denial("consent-mandate-ended")
    if any(one.who == approval.who or (one.holder and one.holder == approval.holder) for one in consent.approvals):
        return Denial("consent-approved-before")
    template = ruling(await load_templates(work.session, change.now, SHANGHAI), terms)
    if breach := find_breach(template, terms):
        return Denial("consent-exceeds-template", members={"attribute": breach})
    if template is not None and template.purpose_text != terms.purpose_words():
        return Denial("consent-exceeds-template", members={"attribute": "purpose"})
    if missing := {item.sha256 for item in terms.evidence} - {one.sha256 for one in consent.gathered.files}:
        return Denial("evidence-missing", members={"missing": sorted(missing)})
    if terms.supersedes is not None and await _find_renewed(work, terms.supersedes, change) is None:
        return Denial("consent-not-renewable")
    return approval


async def approve(
    work: UnitOfWork, change: OpenChange, given: Approval, signed: str, told: dict[str, object] | None = None,
    reason: str | None = None,
) -> Consent:  # fmt: skip
    """Store an approval: the request stays one until as many have approved as its terms ask for."""
    gathered = change.consent.gathered
    approvals = (*gathered.approvals, given)
    status = status_after(len(approvals), change.consent.terms.required_approvals)
    with_it = replace(change.consent, gathered=replace(gathered, approvals=approvals))
    made = await make_change(work, replace(change, consent=with_it, after=status), reason, signed, told)
    renewed = change.consent.terms.supersedes
    if status == "active" and renewed is not None:
        await _supersede(work, change, renewed)
    return made


async def _supersede(work: UnitOfWork, change: OpenChange, renewed: UUID) -> None:
    old = await _find_renewed(work, renewed, change)
    assert old is not None, "it was there when the approval was judged, and it is held"  # noqa: S101
    ended = replace(old, version=old.version + 1, status="superseded", reason=None, changed_at=change.now)
    successor = {"successor": str(change.consent.terms.consent_id)}
    await store_version(work, "consent.superseded", ended, change.now, None, successor)


async def _find_renewed(work: UnitOfWork, renewed: UUID, change: OpenChange) -> Consent | None:
    """Return the consent that a renewal is to follow, None where it has ended."""
    old = await find_consent(work.session, renewed, work.keys.publics("consent"), change.now)
    return old if old is not None and old.intact and old.status in IN_FORCE else None
