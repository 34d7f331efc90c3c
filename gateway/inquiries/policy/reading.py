"""Reads what inquiries are judged by: after the last lock, one statement for all that are asked together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import SHANGHAI
from connectors.store.subjects import find_by_codes
from consent.decision import NO_RULES, Consent, Rules
from consent.store import Jwks, load_consents
from consent.template_store import load_templates
from gateway.inquiries.obligations import find_ended, find_oldest
from gateway.inquiries.policy.facts import Facts, Standing
from gateway.inquiries.request import InquiryRequest
from gateway.quota.books import Room
from gateway.quota.ledger import read_books

# The view is asked for one account at a time: joined, its clock keeps it from being pulled up, and every client's
# standing is worked out for each group.
_STANDING = text("""
    SELECT m.place, c.stopped, k.products IS NULL OR m.product = ANY (k.products) AS entitled,
           m.intermediary IS NULL OR EXISTS (
               SELECT FROM institution i WHERE i.institution_id = m.intermediary AND i.status = 'active')
               AS intermediary,
           m.person IS NULL OR EXISTS (
               SELECT FROM person p WHERE p.person_id = substr(m.person, 8) AND p.status = 'active') AS person,
           NOT m.by_form OR k.for_people AS for_people,
           m.intermediary IS NULL OR EXISTS (
               SELECT FROM delegation d WHERE d.account = m.account AND d.intermediary = m.intermediary
                   AND d.ended_at IS NULL) AS delegation, own.exit_via
    FROM unnest(CAST(:accounts AS text[]), CAST(:products AS text[]), CAST(:intermediaries AS text[]),
                CAST(:people AS text[]), CAST(:by_form AS boolean[]))
         WITH ORDINALITY AS m (account, product, intermediary, person, by_form, place)
    JOIN client k ON k.client_id = m.account LEFT JOIN institution own ON own.institution_id = k.institution_id
    CROSS JOIN LATERAL (SELECT stopped FROM client_standing WHERE client_id = m.account OFFSET 0) c
""")


@dataclass(frozen=True)
class Asking:
    """A question with the ids of the consents it could rest on, and the day it would be charged to: None where what the
    quota leaves is not asked, since its answer was given before.
    """

    request: InquiryRequest
    consents: Sequence[UUID]
    day: date | None


async def read_facts(session: AsyncSession, asked: Sequence[Asking], jwks: Jwks, now: datetime) -> list[Facts]:
    """Return what each question is judged by, in their order; `jwks` are the keys that consents' receipts verify with.

    What was locked before stays so until the transaction ends; without locks it is how things stand at this moment.
    """
    requests = [one.request for one in asked]
    standing = await _read_standing(session, requests)
    subjects = {one.uscc: one for one in await find_by_codes(session, [request.uscc for request in requests])}
    owed = await find_oldest(session, [request.institution for request in requests])
    ended = await find_ended(session, [one.request.inquiry_id for one in asked if one.day is None], now)
    ids = sorted({consent for one in asked for consent in one.consents})
    consents = {one.terms.consent_id: one for one in await load_consents(session, ids, jwks, now)} if ids else {}
    rules = Rules(await load_templates(session, now, SHANGHAI), SHANGHAI) if ids else NO_RULES
    found = [
        Facts(
            one.request, now, standing.get(place), subjects.get(one.request.uscc),
            _in_order(consents, one.consents), (), owed.get(one.request.institution), again=one.day is None,
            kept=one.request.inquiry_id not in ended, rules=rules,
        )
        for place, one in enumerate(asked, start=1)
    ]  # fmt: skip
    return await _with_rooms(session, asked, found)


async def _with_rooms(session: AsyncSession, asked: Sequence[Asking], found: Sequence[Facts]) -> list[Facts]:
    """Return the facts with what the quota leaves those that would be charged, all of a day in one statement."""
    charges = {
        place: (one.day, replace(one.request.charge(), consents=tuple(one.consents)))
        for place, one in enumerate(asked)
        if one.day is not None and one.request.unreadable is None
    }
    rooms: dict[int, Sequence[Room]] = {}
    for day in {day for day, _ in charges.values()}:
        members = {place: charge for place, (on, charge) in charges.items() if on == day}
        books = await read_books(session, list(members.values()), day)
        for place, charge in members.items():
            consent = found[place].consent
            own = consent.terms.consent_id if isinstance(consent, Consent) else None
            rooms[place] = books.rooms_of(charge, own)
    return [replace(facts, rooms=rooms.get(place, ())) for place, facts in enumerate(found)]


def _in_order(found: dict[UUID, Consent], ids: Sequence[UUID]) -> list[Consent]:
    return [found[one] for one in ids if one in found]


async def _read_standing(session: AsyncSession, requests: Sequence[InquiryRequest]) -> dict[int, Standing]:
    values = {
        "accounts": [one.account for one in requests],
        "products": [one.product for one in requests],
        "intermediaries": [one.intermediary for one in requests],
        "people": [one.person for one in requests],
        "by_form": [one.by_form for one in requests],
    }
    return {
        row.place: Standing(
            row.stopped, row.entitled, row.intermediary, row.person, row.for_people, row.delegation, row.exit_via
        )
        for row in await session.execute(_STANDING, values)
    }
