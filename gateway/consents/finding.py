"""One consent by its id, for whoever may know that it is there."""

from uuid import UUID

from consent.decision import Consent
from consent.store import find_consent
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork

OVERSEERS = frozenset({"auditor", "machine"})


async def find_own_consent(work: UnitOfWork, consent_id: UUID) -> Consent | None:
    """Return a consent of the actor's institution or enterprise, any to an auditor; None for another party's."""
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    found = await find_consent(work.session, consent_id, keys, now)
    if found is None:
        return None
    parties = {found.terms.institution: work.actor.institution_id, found.terms.uscc: work.actor.subject}
    own = any(party == whose for party, whose in parties.items())
    return found if own or work.actor.kind in OVERSEERS else None
