"""A named person's own consent to what is told of them: signed with their own key, beside the enterprise's."""

from dataclasses import replace
from uuid import UUID

from consent.decision import Consent
from consent.errors import ApprovalError
from consent.gathered import PersonConsent
from consent.statements import verify_separate
from consent.store import find_consent, lock_consent
from gateway.consents.versions import is_party, store_version
from gateway.identity.clients.client_keys import current_keys
from gateway.identity.clients.mandates import find_mandate
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork

_OPEN = frozenset({"requested", "active", "paused"})


async def consent_separately(work: UnitOfWork, consent_id: UUID, person: str, statement: str) -> Consent | Denial:
    """Take up the statement of a person whom the terms name; given before, it is the same one.

    The person is known by the hash that is registered as the holder of the acting signatory's mandate: nobody consents
    for another.
    """
    session = work.session
    await lock_consent(session, consent_id)
    now = await database_now(session)
    consent = await find_consent(session, consent_id, work.keys.publics("consent"), now)
    if consent is None or not is_party(work.actor, consent.terms):
        return Denial("consent-not-found")
    if not consent.intact:
        return Denial("consent-integrity-failed")
    named = {item.person for item in consent.terms.persons}
    holder = (await find_mandate(work, work.actor.name)).holder
    if work.actor.kind != "signatory" or person not in named or holder != person:
        return Denial("not-yours-to-decide")
    if consent.status not in _OPEN:
        return Denial(f"unchangeable-{consent.status}")
    if person in consent.persons:
        return consent
    try:
        keys = await current_keys(session, work.actor.client_id)
        verify_separate(statement, keys, consent_id, consent.terms.digest(), person)
    except ApprovalError as fault:
        return Denial("approval-invalid", str(fault))
    persons = (*consent.gathered.persons, PersonConsent(person, statement))
    with_it = replace(
        consent, version=consent.version + 1, reason=None, changed_at=now,
        gathered=replace(consent.gathered, persons=persons),
    )  # fmt: skip
    return await store_version(work, "consent.separately_given", with_it, now)
