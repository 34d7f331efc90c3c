"""A named person's own consent to what is told of them: signed with their own key, beside the enterprise's; and taken
back as easily as it was given (PIPL 15).
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from consent.decision import Consent
from consent.errors import ApprovalError
from consent.gathered import PersonConsent
from consent.life import OPEN
from consent.statements import verify_separate
from gateway.consents.versions import hold, store_version
from gateway.identity.clients.client_keys import current_keys
from gateway.identity.clients.mandates import find_mandate
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


async def consent_separately(work: UnitOfWork, consent_id: UUID, person: str, statement: str) -> Consent:
    """Take up the statement of a person whom the terms name; given before, it is the same one.

    The person is known by the hash that is registered as the holder of the acting signatory's mandate: nobody consents
    for another. Raises DeniedError.
    """
    consent, now = await _hold_own(work, consent_id, person)
    if person in consent.persons:
        return consent
    try:
        keys = await current_keys(work.session, work.actor.client_id)
        verify_separate(statement, keys, consent_id, consent.terms.digest(), person)
    except ApprovalError as fault:
        raise DeniedError("approval-invalid", str(fault)) from fault
    persons = (*consent.gathered.persons, PersonConsent(person, statement))
    with_it = replace(
        consent, version=consent.version + 1, reason=None, changed_at=now,
        gathered=replace(consent.gathered, persons=persons),
    )  # fmt: skip
    return await store_version(work, "consent.separately_given", with_it, now)


async def take_back(work: UnitOfWork, consent_id: UUID, person: str) -> Consent:
    """Take a person's own consent back; taken back before, or never given, it stays so. Raises DeniedError.

    What was answered before stays as it was, and its data is to be deleted soon (gateway/inquiries/lives.py).
    """
    consent, now = await _hold_own(work, consent_id, person)
    if person not in consent.persons:
        return consent
    persons = tuple(one for one in consent.gathered.persons if one.person != person)
    without = replace(
        consent, version=consent.version + 1, reason=None, changed_at=now,
        gathered=replace(consent.gathered, persons=persons),
    )  # fmt: skip
    return await store_version(work, "consent.separately_taken_back", without, now)


async def _hold_own(work: UnitOfWork, consent_id: UUID, person: str) -> tuple[Consent, datetime]:
    """Hold a consent whose terms name the acting person. Raises DeniedError where they do not, or it is over."""
    consent, now = await hold(work, consent_id)
    if not consent.intact:
        raise DeniedError("consent-integrity-failed")
    named = {item.person for item in consent.terms.persons}
    holder = (await find_mandate(work, work.actor.name)).holder
    if work.actor.kind != "signatory" or person not in named or holder != person:
        raise DeniedError("not-yours-to-decide")
    if consent.status not in OPEN:
        raise DeniedError(f"unchangeable-{consent.status}")
    return consent, now
