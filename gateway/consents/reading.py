"""The consents of a party, read: a page of them as they stand, and each with its terms in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from consent import store
from consent.decision import Consent
from consent.gathered import EvidenceFile
from consent.life import STATUSES
from consent.parts import Approval
from gateway.consents.link import approval_uri
from gateway.consents.words import in_words
from gateway.identity.clients.unknown import demand_known
from gateway.identity.tables import Institution
from gateway.runtime.clock import database_now
from gateway.runtime.filters import demand_one_of
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class Page:
    """Which consents are asked for: those that stand so, of this institution, of this enterprise; `limit` after
    `after`.
    """

    limit: int
    after: UUID | None = None
    status: str | None = None
    institution: str | None = None
    subject: str | None = None


async def list_consents(work: UnitOfWork, page: Page) -> list[Consent]:
    """Return the acting party's consents as they stand, oldest first."""
    institution = work.actor.institution_id if work.actor.kind == "account" else None
    uscc = work.actor.subject
    if institution and page.institution not in {None, institution}:
        return []
    if uscc and page.subject not in {None, uscc}:
        return []
    if not (institution or uscc):
        return []
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    rows = await store.list_consents(
        work.session, institution=institution or page.institution, uscc=uscc or page.subject, after=page.after,
        limit=page.limit, standing=(page.status, now) if page.status else None,
    )  # fmt: skip
    return await store.load_consents(work.session, [row.consent_id for row in rows], keys, now)


async def find_consents(
    work: UnitOfWork, *, limit: int, institution: str | None = None, uscc: str | None = None, status: str | None = None
) -> list[Consent]:
    """Return the newest consents of whomever, for who runs the machine. Raises DeniedError for a filter that nothing
    can match.
    """
    demand_one_of("status", status, STATUSES)
    await demand_known(work, institution=institution)
    return await store.search_consents(
        work.session, work.keys.publics("consent"), await database_now(work.session), limit=limit,
        institution=institution, uscc=uscc, status=status,
    )  # fmt: skip


async def find_consent_of_anybody(work: UnitOfWork, consent_id: UUID) -> Consent | None:
    """Return one consent of whomever, None where there is none."""
    now = await database_now(work.session)
    found = await store.search_consents(work.session, work.keys.publics("consent"), now, limit=1, consent_id=consent_id)
    return found[0] if found else None


async def consent_document(work: UnitOfWork, consent: Consent) -> dict[str, Any]:
    """Return a consent as the API shows it; `terms_sha256` is what the signatory signs."""
    return (await consent_documents(work, [consent]))[0]


async def consent_documents(work: UnitOfWork, consents: Sequence[Consent]) -> list[dict[str, Any]]:
    """Return consents as the API shows them."""
    asking = {consent.terms.institution for consent in consents}
    query = select(Institution.institution_id, Institution.name).where(col(Institution.institution_id).in_(asking))
    names = {row.institution_id: row.name for row in await work.session.execute(query)}
    return [
        _document(consent, names.get(consent.terms.institution, consent.terms.institution), work.issuer)
        for consent in consents
    ]


def _document(consent: Consent, institution: str, issuer: str) -> dict[str, Any]:
    terms = consent.terms
    return {
        "consent": str(terms.consent_id),
        "version": consent.version,
        "status": consent.status,
        "reason": consent.reason,
        "changed_at": consent.changed_at and consent.changed_at.isoformat(),
        "subject": terms.uscc,
        "institution": terms.institution,
        "institution_name": institution,
        "accounts": list(terms.accounts),
        "products": list(terms.products),
        "purpose": terms.purpose,
        "valid_from": terms.valid_from.isoformat(),
        "valid_until": terms.valid_until.isoformat(),
        "max_uses": terms.max_uses,
        "uses": consent.uses,
        "approvals": [_approval(one) for one in consent.approvals],
        "required_approvals": terms.required_approvals,
        "files": file_documents(consent.gathered.files),
        "persons": [
            {"person": one.person, "role": one.role, "consented": one.person in consent.persons}
            for one in terms.persons
        ],
        "supersedes": str(terms.supersedes) if terms.supersedes else None,
        "template": terms.template,
        "in_words": in_words(consent, institution),
        "terms": terms.canonical().decode(),
        "terms_sha256": terms.digest(),
        "approval_uri": approval_uri(issuer, consent),
    }


def file_documents(files: Sequence[EvidenceFile]) -> list[dict[str, Any]]:
    """Return files of a consent as the API shows them."""
    return [
        {
            "sha256": one.sha256, "kind": one.kind, "size": one.size, "media_type": one.media_type,
            "by": one.captured_by, "at": one.captured_at.isoformat(),
        }
        for one in files
    ]  # fmt: skip


def _approval(one: Approval) -> dict[str, Any]:
    until = one.mandate_until.isoformat() if one.mandate_until else None
    return {
        "who": one.who, "at": one.at.isoformat(), "method": one.method, "role": one.role,
        "mandate_ref": one.mandate_ref, "mandate_valid_until": until,
    }  # fmt: skip
