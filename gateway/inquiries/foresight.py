"""What a question would cost and be answered if it were asked now: the consent, what is left of the quota, or why not.

The same checks as in admission.py, without its locks: what is shown here may have changed when the question is asked.
Whether the enterprise is on record is not among them: that is told on its consent, with an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.model.calendar import day_of
from consent import store
from consent.decision import decide
from gateway.inquiries.admission import (
    InquiryRequest,
    closest,
    judge_standing,
    over_quota,
    question_to_consents,
    read_standing_and_room,
)
from gateway.inquiries.ledger import Room, find_exceeded, read_rooms
from gateway.runtime.clock import database_now
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork

MOST_CONSENTS = 200  # of one enterprise for one institution: more than anybody looks through


@dataclass(frozen=True)
class Foresight:
    """What asking would cost in units; the consents that permit it, those that end first before others; the room under
    each policy; why it would be denied, None where it would not.
    """

    units: int
    consents: Sequence[store.Overview]
    rooms: Sequence[Room]
    denial: Denial | None


async def foresee(work: UnitOfWork, request: InquiryRequest) -> Foresight:
    """Look ahead at a question of the acting account."""
    now, units = await database_now(work.session), request.charge().units
    rows = await read_standing_and_room(work, request, day_of(now))
    rooms = read_rooms(rows)
    consents, denied = await _find_consents(work, request)
    denial = judge_standing(rows) or denied
    if denial is None and (exceeded := find_exceeded(rooms, units)):
        denial = over_quota(exceeded)
    return Foresight(units, consents, rooms, denial)


async def _find_consents(work: UnitOfWork, request: InquiryRequest) -> tuple[list[store.Overview], Denial | None]:
    session, now, keys = work.session, await database_now(work.session), work.keys.publics("consent")
    found = await store.search_consents(
        session, keys, now, limit=MOST_CONSENTS, institution=request.institution, uscc=request.uscc
    )  # fmt: skip
    ask = question_to_consents(request)
    judged = [(one, decide(one.consent, ask, now)) for one in found]
    permitting = [one for one, denied in judged if denied is None]
    unspent = [one for one in permitting if one.consent.terms.max_uses is None or one.uses < one.consent.terms.max_uses]
    if unspent:
        return sorted(unspent, key=lambda one: one.consent.terms.valid_until), None
    if permitting:
        return [], Denial("consent-uses-exhausted")
    denied = closest(
        [(one.consent, denied) for one, denied in reversed(judged)] or [(None, decide(None, ask, now))], ask
    )
    return [], Denial(denied.reason, members=denied.members)
