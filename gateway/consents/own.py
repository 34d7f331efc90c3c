"""The consents of the acting person's institution: a page of them, one with its life and uses, a form's request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from consent import lists, store
from consent.decision import Consent
from consent.tables import ConsentUse, ConsentVersion
from consent.terms import Terms
from gateway.consents.acquaintances import names_known
from gateway.consents.drafting import complete
from gateway.consents.life import request_consent
from gateway.consents.words import in_words
from gateway.identity.tables import Institution
from gateway.people.once import is_first_time
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

USES_SHOWN = 200


@dataclass(frozen=True)
class OwnConsents:
    """A page of an institution's consents, how many there are, and the names of enterprises it knows, by code."""

    rows: Sequence[Consent]
    total: int
    names: dict[str, str]


@dataclass(frozen=True)
class ConsentLife:
    """A consent as it stands, its versions from the first on, its newest uses, its enterprise's name where known, and
    its terms in words.
    """

    consent: Consent
    versions: Sequence[ConsentVersion]
    used: Sequence[ConsentUse]
    name: str | None
    words: dict[str, list[str]]


async def list_own(work: UnitOfWork, wanted: lists.ConsentFilter, *, limit: int, offset: int = 0) -> OwnConsents:
    """Return a page of the acting institution's consents, newest first."""
    now, keys = await database_now(work.session), work.keys.publics("consent")
    rows, total = await lists.list_of_grantee(
        work.session, keys, now, work.actor.institution_id or "", wanted, limit=limit, offset=offset
    )
    return OwnConsents(rows, total, await names_known(work, [row.terms.uscc for row in rows]))


async def count_own(work: UnitOfWork) -> dict[str, int]:
    """Return how many consents of the acting institution stand how."""
    return await lists.count_of_grantee(
        work.session, await database_now(work.session), work.actor.institution_id or ""
    )  # fmt: skip


async def read_life(work: UnitOfWork, consent_id: UUID) -> ConsentLife:
    """Return a consent of the acting institution with its life. Raises DeniedError for another's, and for none."""
    found = await list_own(work, lists.ConsentFilter(id=consent_id), limit=1)
    if not found.rows:
        raise DeniedError("consent-not-found")
    consent = found.rows[0]
    return ConsentLife(
        consent, await store.list_versions(work.session, consent_id),
        await store.list_uses(work.session, consent_id, USES_SHOWN), found.names.get(consent.terms.uscc),
        in_words(consent, await _name_of(work)),
    )  # fmt: skip


async def foretell(work: UnitOfWork, terms: Terms) -> dict[str, list[str]]:
    """Return what the enterprise will be shown of a request with these terms, in words."""
    return in_words(Consent(await complete(work, terms), 1, "requested", intact=True), await _name_of(work))


async def request_by_form(
    work: UnitOfWork, token: str, *, uscc: str, products: Sequence[str], purpose: str, until: datetime,
    max_uses: int | None,
) -> Consent | None:  # fmt: skip
    """Store the request of a form; None where this form was sent before. Raises DeniedError as request_consent does."""
    if not await is_first_time(work, token):
        return None
    terms = terms_of(
        uscc=uscc, institution=work.actor.institution_id or "", products=products, purpose=purpose,
        begins=await database_now(work.session), until=until, max_uses=max_uses,
    )  # fmt: skip
    return await request_consent(work, await complete(work, terms))


def terms_of(
    *, uscc: str, institution: str, products: Sequence[str], purpose: str, begins: datetime, until: datetime,
    max_uses: int | None,
) -> Terms:  # fmt: skip
    """Return terms for every account of an institution, as they are spelled everywhere."""
    return Terms(
        uuid7(), uscc, institution, (), tuple(sorted(set(products))), purpose, begins.replace(microsecond=0),
        until.replace(microsecond=0), max_uses,
    )  # fmt: skip


async def _name_of(work: UnitOfWork) -> str:
    institution = await work.session.get(Institution, work.actor.institution_id)
    return institution.name if institution else ""
