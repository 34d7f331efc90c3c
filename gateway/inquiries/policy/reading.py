"""Reads what inquiries are judged by: after the last lock, one statement for all that are asked together."""

from collections.abc import Mapping, Sequence
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
from gateway.inquiries.bases.basis import Basis, consent_of
from gateway.inquiries.bases.reading import find_duties
from gateway.inquiries.obligations import find_ended, find_oldest
from gateway.inquiries.policy.facts import Facts, Standing
from gateway.inquiries.request import InquiryRequest
from gateway.providers.registered import EMBEDDED, find_registered
from gateway.quota.books import Books, Charge, Room, Taken
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
                   AND d.ended_at IS NULL) AS delegation, own.exit_via,
           coalesce(own.class = 'government', false) AS government
    FROM unnest(CAST(:accounts AS text[]), CAST(:products AS text[]), CAST(:intermediaries AS text[]),
                CAST(:people AS text[]), CAST(:by_form AS boolean[]))
         WITH ORDINALITY AS m (account, product, intermediary, person, by_form, place)
    JOIN client k ON k.client_id = m.account LEFT JOIN institution own ON own.institution_id = k.institution_id
    CROSS JOIN LATERAL (SELECT stopped FROM client_standing WHERE client_id = m.account OFFSET 0) c
""")


@dataclass(frozen=True)
class Asking:
    """A question with the ids of the consents it could rest on, and the day it would be charged to: None where what the
    quota leaves is not asked, since its answer was given before. `held` are the units it costs where they are held for
    it already.
    """

    request: InquiryRequest
    consents: Sequence[UUID]
    day: date | None
    held: int | None = None


@dataclass
class Group:
    """What the questions of a group are judged by, as it was read; what one of them takes is gone for those after it,
    so that a group decides as its questions would one by one.
    """

    asked: Sequence[Asking]
    facts: Sequence[Facts]
    consents: dict[UUID, Consent]
    books: Mapping[date, Books]

    def judge(self, place: int) -> Facts:
        """Return what the question at a place is judged by, after all that was taken."""
        asking, found = self.asked[place], replace(self.facts[place], consents=self._consents_of(place))
        if (charge := _charge_of(asking)) is None or asking.day is None:
            return found
        rooms = self.books[asking.day].rooms_of(charge, _id_of(found))
        return found.with_rooms(rooms, self._units(asking, asking.day))

    def take(self, place: int, basis: Basis) -> tuple[Taken, list[Room]]:
        """Take what the question at a place costs, and a use of the consent it is answered on, if it is one; return
        what was taken, and what is left. A provider's answer uses the consent when it is settled, not before it is
        asked.
        """
        asking, consent = self.asked[place], consent_of(basis)
        own = consent.terms.consent_id if consent else None
        assert asking.day is not None, "an answer given again takes nothing"  # noqa: S101
        books, units = self.books[asking.day], self._units(asking, asking.day)
        charge = replace(asking.request.charge(), units=units, consents=(own,) if own else ())
        taken = books.take(charge, own)
        answered = asking.held is not None or asking.request.provider == EMBEDDED
        if own is not None and answered:
            self.consents[own] = self.consents[own].after_use(self.facts[place].now)
        return taken, books.rooms_of(charge, own)

    def _units(self, asking: Asking, day: date) -> int:
        return self.books[day].costs[asking.request.product] if asking.held is None else asking.held

    def _consents_of(self, place: int) -> list[Consent]:
        return [self.consents[one] for one in self.asked[place].consents if one in self.consents]


async def read_facts(session: AsyncSession, asked: Sequence[Asking], jwks: Jwks, now: datetime) -> list[Facts]:
    """Return what each question is judged by, in their order, as if none of the others were asked."""
    group = await read_group(session, asked, jwks, now)
    return [group.judge(place) for place in range(len(asked))]


async def read_group(session: AsyncSession, asked: Sequence[Asking], jwks: Jwks, now: datetime) -> Group:
    """Read what questions are judged by; `jwks` are the keys that consents' receipts verify with.

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
    duties = await find_duties(session, requests)
    outside = any(one.request.provider != EMBEDDED for one in asked if one.day is not None)
    providers = await find_registered(session) if outside else {}
    found = [
        Facts(
            one.request, now, standing.get(place), subjects.get(one.request.uscc), (), (), 0,
            owed.get(one.request.institution), again=one.day is None,
            kept=one.request.inquiry_id not in ended, rules=rules,
            duty=duties.get((one.request.institution, one.request.duty)), providers=providers,
        )
        for place, one in enumerate(asked, start=1)
    ]  # fmt: skip
    charges: dict[date, list[Charge]] = {}
    for one in asked:
        if one.day is not None and (charge := _charge_of(one)) is not None:
            charges.setdefault(one.day, []).append(charge)
    books = {day: await read_books(session, members, day, now) for day, members in charges.items()}
    return Group(asked, found, consents, books)


def _charge_of(asking: Asking) -> Charge | None:
    """Return what a question would cost on any of its consents; None for one that cannot be read."""
    if asking.day is None or asking.request.unreadable is not None:
        return None
    return replace(asking.request.charge(), consents=tuple(asking.consents))


def _id_of(facts: Facts) -> UUID | None:
    return facts.basis.terms.consent_id if isinstance(facts.basis, Consent) else None


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
            row.stopped,
            row.entitled,
            row.intermediary,
            row.person,
            row.for_people,
            row.delegation,
            row.exit_via,
            row.government,
        )
        for row in await session.execute(_STANDING, values)
    }
