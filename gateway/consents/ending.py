"""Ends that no party brings about: a platform officer invalidates a consent, time or its uses end it."""

from dataclasses import replace
from uuid import UUID

from consent.decision import Consent
from consent.store import find_consent, find_due, lock_consent
from gateway.consents.versions import make_change, open_change, store_version
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial, DeniedError
from gateway.runtime.reasons import demand_reason
from gateway.runtime.work import UnitOfWork

MOST_AT_ONCE = 100
BY_ITSELF = frozenset({"lapsed", "expired", "exhausted"})


async def invalidate_consent(work: UnitOfWork, consent_id: UUID, reason: str) -> Consent:
    """End a consent that should not be one, for a reason that both parties read. Raises DeniedError.

    It is one officer's wish and another's approval: gateway/admin/consent_actions.py.
    """
    demand_reason(reason)
    change = await open_change(work, consent_id, "invalidate")
    if isinstance(change, Denial):
        raise DeniedError(change.reason)
    return change.consent if change.after is None else await make_change(work, change, reason, None)


async def end_due_consents(work: UnitOfWork) -> bool:
    """Write down what time and uses have ended already, and tell; nothing depends on when. Return whether there may be
    more.
    """
    session, keys = work.session, work.keys.publics("consent")
    due = await find_due(session, await database_now(session), MOST_AT_ONCE)
    for consent_id in sorted(due):  # in the order in which others hold them
        await lock_consent(session, consent_id)
        now = await database_now(session)
        found = await find_consent(session, consent_id, keys, now)
        if found is not None and found.intact and found.status in BY_ITSELF:
            ended = replace(found, version=found.version + 1, reason=None, changed_at=now)
            await store_version(work, f"consent.{found.status}", ended, now)
    return len(due) == MOST_AT_ONCE
