"""Consents that wait for somebody: an enterprise's to answer, an institution's that end soon."""

from datetime import timedelta

from consent.decision import Consent
from consent.ending import Ending, find_ending
from consent.store import search_consents
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork

DAYS = 14


async def find_to_answer(work: UnitOfWork, limit: int) -> list[Consent]:
    """Return up to `limit` requests that nobody of the acting signatory's enterprise has answered, newest first."""
    if work.actor.kind != "signatory" or work.actor.subject is None:
        return []
    keys, now = work.keys.publics("consent"), await database_now(work.session)
    return await search_consents(work.session, keys, now, limit=limit, uscc=work.actor.subject, status="requested")


async def find_ending_consents(work: UnitOfWork, limit: int) -> list[Ending]:
    """Return up to `limit` consents of the actor's institution that end within DAYS, the next to end first."""
    if work.actor.institution_id is None:
        return []
    now = await database_now(work.session)
    return await find_ending(work.session, work.actor.institution_id, now, now + timedelta(days=DAYS), limit)
