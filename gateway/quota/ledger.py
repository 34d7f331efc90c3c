"""Charging and reserving, exact under concurrency.

First the counters of all limits involved are opened and locked in one order (xinqiao_quota_lock, migration 0040), then
what is used, reserved and granted is read, and what products cost. Nothing is checked before the locks are held, so no
two callers ever see the same last unit; and the day is the database's (Asia/Shanghai). `post` charges, `hold` reserves.
All of it goes for one inquiry or for a group of them, at the same number of statements.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.identity.clients.standing import hold_standing
from gateway.quota.books import Books, Charge, Grant, Key, Room, Taken
from gateway.quota.costs import COSTS
from gateway.quota.products import FIRST_COSTS
from gateway.runtime.database import rowcount
from gateway.runtime.errors import GatewayError

_ASKED = """CAST(:accounts AS text[]), CAST(:institutions AS text[]), CAST(:products AS text[]),
            CAST(:consents AS uuid[]), CAST(:day AS date)"""
_LOCK = text(f"SELECT xinqiao_quota_lock({_ASKED})")
# A reservation that has expired holds nothing, whether or not the worker has swept it.
ROOMS = f"""
    SELECT k.scope, k.scope_id, k.product, k.unit, k.period, k.starts, coalesce(p.used, 0) AS used,
           coalesce(p.covered, 0) AS covered, l.most, l.overdraft_pct, l.alerts,
           CASE WHEN k.ends < '9999-12-31' THEN e.resets_at END AS resets_at,
           CASE WHEN k.ends < '9999-12-31'
                THEN extract(epoch FROM e.resets_at - clock_timestamp())::bigint + 1 END AS resets_in,
           (SELECT coalesce(sum(CASE k.unit WHEN 'inquiry' THEN 1 ELSE r.units END), 0)::bigint FROM quota_reservation r
            WHERE k.scope <> 'grant' AND r.state = 'open' AND r.expires_at > clock_timestamp()
              AND r.inquiry_id <> ALL (CAST(:inquiries AS uuid[])) AND r.day >= k.starts AND r.day < k.ends
              AND k.product IN ('*', r.product)
              AND CASE k.scope WHEN 'institution' THEN r.institution = k.scope_id
                               WHEN 'account' THEN r.account = k.scope_id
                               WHEN 'consent' THEN r.consent_id::text = k.scope_id ELSE true END) AS reserved,
           g.scope AS of_scope, g.scope_id AS of_id, g.product AS of_product, g.units AS granted, g.holds_until,
           g.priority, g.holds_from <= clock_timestamp() AS begun
    FROM xinqiao_quota_keys({_ASKED}) k
    LEFT JOIN quota_period p USING (scope, scope_id, product, unit, period, starts)
    CROSS JOIN LATERAL (SELECT k.ends::timestamp AT TIME ZONE 'Asia/Shanghai' AS resets_at) e
    LEFT JOIN LATERAL (
        SELECT n.most, n.overdraft_pct, n.alerts FROM quota_limit n
        WHERE n.scope = k.scope AND n.scope_id = k.scope_id AND n.product = k.product AND n.unit = k.unit
            AND n.period = k.period AND n.effective_from <= clock_timestamp()
        ORDER BY n.effective_from DESC LIMIT 1) l ON true
    LEFT JOIN quota_grant g ON g.grant_id = CASE k.scope WHEN 'grant' THEN k.scope_id::uuid END
    UNION ALL
    SELECT 'cost', '', c.product, 'unit', 'none', NULL, c.units, 0, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL
    FROM ({COSTS}) c
"""  # noqa: S608 - a constant of this module
_ROOMS = text(ROOMS)
_ADD = text("""
    UPDATE quota_period p SET used = p.used + t.amount, covered = p.covered + t.covered
    FROM unnest(CAST(:scopes AS text[]), CAST(:ids AS text[]), CAST(:of_products AS text[]), CAST(:units AS text[]),
                CAST(:periods AS text[]), CAST(:starts AS date[]), CAST(:amounts AS bigint[]),
                CAST(:covered AS bigint[]))
        AS t (scope, scope_id, product, unit, period, starts, amount, covered)
    WHERE p.scope = t.scope AND p.scope_id = t.scope_id AND p.product = t.product AND p.unit = t.unit
        AND p.period = t.period AND p.starts = t.starts
""")
_REACHED = text("""
    INSERT INTO quota_alert (scope, scope_id, product, unit, period, starts, threshold, used, most)
    SELECT * FROM unnest(CAST(:scopes AS text[]), CAST(:ids AS text[]), CAST(:of_products AS text[]),
                         CAST(:units AS text[]), CAST(:periods AS text[]), CAST(:starts AS date[]),
                         CAST(:thresholds AS smallint[]), CAST(:used AS bigint[]), CAST(:most AS bigint[]))
    ON CONFLICT DO NOTHING
""")
_BURN = text("""
    INSERT INTO quota_burn (burn_id, grant_id, inquiry_id, units, event_id)
    SELECT * FROM unnest(CAST(:burns AS uuid[]), CAST(:grants AS uuid[]), CAST(:inquiries AS uuid[]),
                         CAST(:units AS bigint[]), CAST(:events AS uuid[]))
""")
_ENTER = text("""
    INSERT INTO quota_ledger (entry_id, inquiry_id, account, person, institution, product, units, event_id, consent_id,
                              overdraft, day)
    SELECT *, CAST(:day AS date) FROM unnest(
        CAST(:entries AS uuid[]), CAST(:inquiries AS uuid[]), CAST(:accounts AS text[]), CAST(:people AS text[]),
        CAST(:institutions AS text[]), CAST(:products AS text[]), CAST(:units AS integer[]), CAST(:events AS uuid[]),
        CAST(:consents AS uuid[]), CAST(:overdrafts AS integer[]))
""")
_HOLD = text("""
    INSERT INTO quota_reservation (inquiry_id, account, institution, product, units, day, expires_at, state, consent_id)
    SELECT inquiry, account, institution, product, units, day, expires_at, 'open', consent FROM unnest(
        CAST(:inquiries AS uuid[]), CAST(:accounts AS text[]), CAST(:institutions AS text[]),
        CAST(:products AS text[]), CAST(:units AS integer[]), CAST(:days AS date[]),
        CAST(:ends AS timestamptz[]), CAST(:consents AS uuid[]))
        AS h (inquiry, account, institution, product, units, day, expires_at, consent)
    ORDER BY inquiry ON CONFLICT (inquiry_id) DO UPDATE SET expires_at = excluded.expires_at
""")
_CLOSE = text("""
    UPDATE quota_reservation SET state = :state WHERE inquiry_id = ANY(CAST(:inquiries AS uuid[])) AND state = 'open'
""")


@dataclass(frozen=True)
class Holding:
    """A charge that is to be reserved: on which day, until when, and on which consent."""

    charge: Charge
    day: date
    expires_at: datetime
    consent: UUID | None = None


class CounterMissingError(GatewayError):
    """已锁定的计数不在了，未计费 A counter was not there that had been locked; nothing is charged."""


async def lock(session: AsyncSession, charges: Sequence[Charge], day: date | None = None) -> date:
    """Lock the counters of charges on a day, today's by the database's clock where none is named, until the transaction
    ends; return the day. Called again for a later day it keeps the order in which everybody locks.
    """
    values = {**_asked(charges), "day": day}
    locked: date = (await session.execute(_LOCK, values)).scalar_one()
    return locked


async def lock_day(session: AsyncSession, charges: Sequence[Charge], day: date) -> datetime:
    """Lock the counters of a day, and then the standing of who asks, until the transaction ends; return the database's
    clock, later than what was waited for.

    In this order: those of an institution wait for its counters, so that a suspension waits for one of them at most.
    """
    await lock(session, charges, day)
    return await hold_askers(session, charges)


async def hold_askers(session: AsyncSession, charges: Sequence[Charge]) -> datetime:
    """Let nobody suspend who asks until the transaction ends; return the database's clock after that."""
    institutions = {one for charge in charges for one in (charge.institution, charge.intermediary) if one is not None}
    people = {charge.person for charge in charges if charge.person is not None}
    return await hold_standing(session, {charge.account for charge in charges}, institutions, people)


async def lock_today(session: AsyncSession, charges: Sequence[Charge]) -> tuple[date, datetime]:
    """Lock the counters of the database's day, which may be the next one after a wait; return it and the moment."""
    day = await lock(session, charges)
    while day_of(now := await hold_askers(session, charges)) != day:
        day = await lock(session, charges)
    return day, now


async def read_books(session: AsyncSession, charges: Sequence[Charge], day: date, at: datetime | None = None) -> Books:
    """Read all that the charges of a group are decided by, once their counters are locked: what is left, and what
    products cost at a moment, now where none is named. What is reserved for these very inquiries leaves them room.
    """
    values = {**_asked(charges), "day": day, "inquiries": [one.inquiry_id for one in charges], "at": at}
    return books_of((await session.execute(_ROOMS, values)).all(), day)


async def read_room(session: AsyncSession, wanted: Charge, day: date) -> list[Room]:
    """Return the rooms of one charge as they stand."""
    return (await read_books(session, [wanted], day)).rooms_of(wanted)


def books_of(rows: Sequence[Row[Any]], day: date) -> Books:
    """Read rows of ROOMS; one without a counter is skipped."""
    rooms, grants, costs = {}, {}, dict(FIRST_COSTS)
    for row in rows:
        if row.scope == "cost":
            costs[row.product] = row.used
        elif row.scope == "grant":
            if row.begun:
                grants[UUID(row.scope_id)] = Grant(
                    UUID(row.scope_id), row.of_scope, row.of_id, row.of_product, row.granted - row.used, row.priority,
                    row.holds_until,
                )  # fmt: skip
        elif row.scope is not None:
            key = Key(row.scope, row.scope_id, row.product, row.unit, row.period, row.starts)
            rooms[key] = Room(
                key, row.used, row.reserved, row.most, row.resets_at, row.resets_in, row.covered,
                row.overdraft_pct or 0, tuple(row.alerts or ()),
            )  # fmt: skip
    return Books(day, rooms, grants, costs)


async def post_all(session: AsyncSession, posted: Sequence[tuple[Taken, UUID]], day: date) -> None:
    """Charge what was taken from books, each with the event that says so.

    Raises CounterMissingError where a counter was not locked before.
    """
    counters: Counter[Key] = Counter()
    covered: Counter[Key] = Counter()
    burns = []
    for taken, event_id in posted:
        for key, (amount, of_grants) in taken.counters.items():
            counters[key] += amount
            covered[key] += of_grants
        for grant_id, units in taken.burns.items():
            counters[_counter_of(grant_id)] += units
            burns.append((uuid7(), grant_id, taken.charge.inquiry_id, units, event_id))
    await add(session, counters, covered)
    await session.execute(_ENTER, {**_entries(posted), "day": day})
    if burns:
        names = ("burns", "grants", "inquiries", "units", "events")
        await session.execute(_BURN, dict(zip(names, map(list, zip(*burns, strict=True)), strict=True)))
    if reached := [one for taken, _ in posted for one in taken.reached]:
        more = {name: [one[place] for one in reached] for place, name in enumerate(("thresholds", "used", "most"), 1)}
        await session.execute(_REACHED, {**_columns([key for key, *_ in reached]), **more})


async def add(session: AsyncSession, amounts: Mapping[Key, int], covered: Mapping[Key, int]) -> None:
    """Add to counters that are locked. Raises CounterMissingError."""
    keys = list(amounts)
    values = {"amounts": [amounts[key] for key in keys], "covered": [covered.get(key, 0) for key in keys]}
    if rowcount(await session.execute(_ADD, {**_columns(keys), **values})) != len(keys):
        raise CounterMissingError


async def hold(session: AsyncSession, held: Sequence[Holding]) -> None:
    """Reserve what was admitted; what is held for an inquiry already is held until then."""
    if held:
        charges = [one.charge for one in held]
        values = {
            "inquiries": [one.inquiry_id for one in charges], "accounts": [one.account for one in charges],
            "institutions": [one.institution for one in charges], "products": [one.product for one in charges],
            "units": [one.units for one in charges], "days": [one.day for one in held],
            "ends": [one.expires_at for one in held], "consents": [one.consent for one in held],
        }  # fmt: skip
        await session.execute(_HOLD, values)


async def close(session: AsyncSession, inquiries: Sequence[UUID], state: Literal["settled", "released"]) -> None:
    """End reservations where they are open: `settled` together with the charges that take their place."""
    if inquiries:
        await session.execute(_CLOSE, {"inquiries": list(inquiries), "state": state})


def _counter_of(grant_id: UUID) -> Key:
    return Key("grant", str(grant_id), "*", "unit", "none", date.min)


def _asked(charges: Sequence[Charge]) -> dict[str, object]:
    """Return the arrays that name charges: one row for each consent that may permit one."""
    rows = [(one, consent) for one in charges for consent in one.consents or (None,)]
    return {
        "accounts": [one.account for one, _ in rows],
        "institutions": [one.institution for one, _ in rows],
        "products": [one.product for one, _ in rows],
        "consents": [consent for _, consent in rows],
    }


def _columns(keys: Sequence[Key]) -> dict[str, object]:
    return {
        "scopes": [key.scope for key in keys],
        "ids": [key.scope_id for key in keys],
        "of_products": [key.product for key in keys],
        "units": [key.unit for key in keys],
        "periods": [key.period for key in keys],
        "starts": [key.starts for key in keys],
    }


def _entries(posted: Sequence[tuple[Taken, UUID]]) -> dict[str, object]:
    charges = [taken.charge for taken, _ in posted]
    return {
        "entries": [uuid7() for _ in posted],
        "inquiries": [one.inquiry_id for one in charges],
        "accounts": [one.account for one in charges],
        "people": [one.person for one in charges],
        "institutions": [one.institution for one in charges],
        "products": [one.product for one in charges],
        "units": [one.units for one in charges],
        "events": [event_id for _, event_id in posted],
        "consents": [taken.consent for taken, _ in posted],
        "overdrafts": [taken.overdraft for taken, _ in posted],
    }
