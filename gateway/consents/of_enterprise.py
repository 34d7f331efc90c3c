"""The consents of an enterprise, for its own people: all of them as they stand, and one with all that became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from consent import store
from consent.decision import Consent
from consent.life import LAPSES_AFTER
from consent.manner import manner_of
from consent.paper import METHOD
from consent.tables import ConsentUse, ConsentVersion
from gateway.consents.at_console import show_terms
from gateway.consents.officers import names_of_officers
from gateway.consents.shown import Lines
from gateway.identity.clients.signatories import list_signatories
from gateway.identity.tables import Institution
from gateway.people.reading import people_of_enterprise
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

MOST = 2_000  # of one enterprise
MOST_USES = 200


@dataclass(frozen=True)
class OwnConsent:
    """A consent as it stands, and the name of who asks."""

    consent: Consent
    institution: str

    @property
    def on_paper_at(self) -> datetime | None:
        """When it was last approved on paper, None where it never was."""
        return max((one.at for one in self.consent.approvals if one.method == METHOD), default=None)

    @property
    def standing(self) -> str:
        """How it stands, in one word."""
        return self.consent.status

    @property
    def answer_by(self) -> datetime:
        """When a request lapses that nobody has answered."""
        return (self.consent.changed_at or self.consent.terms.valid_from) + LAPSES_AFTER


@dataclass(frozen=True)
class WholeConsent:
    """A consent with the text its person was or is shown, every version, its newest uses; the names of the enterprise's
    people, the ids of its signatories, the platform's officers by name: what none of them did, the institution did.
    """

    own: OwnConsent
    lines: Lines
    versions: Sequence[ConsentVersion]
    uses: Sequence[ConsentUse]
    people: Mapping[str, str]
    signatories: frozenset[str]
    officers: Mapping[str, str]

    @property
    def on_paper(self) -> Mapping[int, Mapping[str, object]]:
        """How versions were decided that were signed on paper, by their number."""
        manners = {one.version: manner_of(one.approval) for one in self.versions}
        return {number: said for number, said in manners.items() if said.get("channel") == "paper"}


async def list_own(work: UnitOfWork) -> list[OwnConsent]:
    """Return the consents of the enterprise that is acted for, newest first. Raises DeniedError for others."""
    return await _find(work, MOST)


async def get_own(work: UnitOfWork, consent_id: UUID, language: str) -> WholeConsent:
    """Return one of them, its terms in "zh" or "en". Raises DeniedError where it is none of this enterprise."""
    found = await _find(work, 1, consent_id)
    if not found:
        raise DeniedError("consent-not-found")
    lines = await show_terms(work, found[0].consent.terms, language)
    versions = await store.list_versions(work.session, consent_id)
    uses = await store.list_uses(work.session, consent_id, MOST_USES)
    people = {one["actor"]: one["name"] for one in await people_of_enterprise(work)}
    signatories = frozenset(row.client_id for row in await list_signatories(work))
    papers = [manner_of(one.approval) for one in versions]
    doing = [
        *(one.actor for one in versions), *(one.captured_by for one in found[0].consent.gathered.files),
        *(str(said[name]) for said in papers for name in ("entered_by", "checked_by") if name in said),
    ]  # fmt: skip
    officers = await names_of_officers(work, doing)
    return WholeConsent(found[0], lines, versions, uses, people, signatories, officers)


async def _find(work: UnitOfWork, most: int, consent_id: UUID | None = None) -> list[OwnConsent]:
    if work.actor.kind != "signatory" or work.actor.subject is None:
        raise DeniedError("insufficient-scope", "只有企业签署人可以查看。Only an enterprise's signatory may.")
    now = await database_now(work.session)
    found = await store.search_consents(
        work.session, work.keys.publics("consent"), now, limit=most, consent_id=consent_id, uscc=work.actor.subject
    )
    asking = {one.terms.institution for one in found}
    query = select(Institution.institution_id, Institution.name).where(col(Institution.institution_id).in_(asking))
    names = {row.institution_id: row.name for row in await work.session.execute(query)}
    return [OwnConsent(one, names.get(one.terms.institution, one.terms.institution)) for one in found]
