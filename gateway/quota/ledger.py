"""Charging and reserving, exact under concurrency.

First the four counters involved (account day and month, institution day and month) are locked in one order, then what
is used and reserved is read. Nothing is checked before the locks are held, so no two callers ever see the same last
unit; and the day is the database's, read after the locks (Asia/Shanghai). `post` charges, `hold` reserves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from connectors.model.calendar import day_of
from gateway.identity.clients.standing import hold_standing
from gateway.quota.tables import QuotaLedger, QuotaReservation

POLICIES = {
    ("account", "day"): "acct-day",
    ("account", "month"): "acct-month",
    ("institution", "day"): "inst-day",
    ("institution", "month"): "inst-month",
}
_SCOPES = """
    SELECT * FROM (VALUES ('account', CAST(:account AS text), 'day', CAST(:day AS date)),
                          ('account', :account, 'month', date_trunc('month', CAST(:day AS date))::date),
                          ('institution', CAST(:institution AS text), 'day', CAST(:day AS date)),
                          ('institution', :institution, 'month', date_trunc('month', CAST(:day AS date))::date))
        AS s (scope, scope_id, period, starts)
"""
_OPEN = text(f"""
    INSERT INTO quota_period (scope, scope_id, period, starts, used)
    SELECT scope, scope_id, period, starts, 0 FROM ({_SCOPES}) s ORDER BY period DESC, scope, scope_id
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - a constant of this module
_THERE = f"FROM quota_period WHERE (scope, scope_id, period, starts) IN ({_SCOPES})"
# All or none: who held some and had to make the others would wait for those who made them and wait for him.
# Months before days: who finds the day over holds its month, which whoever charges the next day waits for first.
_LOCK = text(f"""
    SELECT 1 {_THERE} AND (SELECT count(*) {_THERE}) = {len(POLICIES)}
    ORDER BY period DESC, scope, scope_id FOR UPDATE
""")
# A reservation that has expired holds nothing, whether or not the worker has swept it.
ROOM = f"""
    SELECT s.scope, s.period, coalesce(p.used, 0) AS used,
           (SELECT coalesce(sum(r.units), 0) FROM quota_reservation r
            WHERE r.state = 'open' AND r.expires_at > clock_timestamp() AND r.inquiry_id <> :inquiry
              AND r.institution = :institution AND (s.scope = 'institution' OR r.account = :account)
              AND date_trunc(s.period, r.day)::date = s.starts) AS reserved,
           (SELECT CASE s.period WHEN 'day' THEN q.per_day ELSE q.per_month END FROM quota_plan q
            WHERE q.scope = s.scope AND q.scope_id = s.scope_id AND q.effective_from <= clock_timestamp()
            ORDER BY q.effective_from DESC LIMIT 1) AS most,
           ending.resets_at, extract(epoch FROM ending.resets_at - clock_timestamp())::integer + 1 AS resets_in
    FROM ({_SCOPES}) s LEFT JOIN quota_period p USING (scope, scope_id, period, starts)
    CROSS JOIN LATERAL (SELECT (s.starts + CASE s.period WHEN 'day' THEN interval '1 day' ELSE interval '1 month' END)
                               AT TIME ZONE 'Asia/Shanghai' AS resets_at) ending
"""  # noqa: S608 - a constant of this module
_ROOM = text(ROOM)
_ADD = text(f"""
    UPDATE quota_period SET used = used + :units WHERE (scope, scope_id, period, starts) IN ({_SCOPES})
""")  # noqa: S608 - a constant of this module
_CLOSE = text("""
    UPDATE quota_reservation SET state = :state WHERE inquiry_id = :inquiry AND state = 'open'
""")


@dataclass(frozen=True)
class Charge:
    """What an inquiry costs whom, in whole units; who asks it on their behalf, and the person it is asked for."""

    inquiry_id: UUID
    account: str
    institution: str
    product: str
    units: int
    intermediary: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Exceeded:
    """Which policies leave no room; when, and in how many seconds, the last of them begins anew; no plan, no room."""

    policies: tuple[str, ...]
    resets_at: datetime
    retry_after: int
    planned: bool

    def begins_anew(self) -> str:
        """Return when, as answers name it (RFC 3339)."""
        return self.resets_at.astimezone(UTC).isoformat()


@dataclass(frozen=True)
class Room:
    """One counter as it stands: policy, units used and reserved, limit (None: no plan), its end, the seconds to it."""

    policy: str
    used: int
    reserved: int
    most: int | None
    resets_at: datetime
    resets_in: int

    @property
    def left(self) -> int:
        """The units left; none without a plan."""
        return max(0, (self.most or 0) - self.used - self.reserved)


async def lock_day(session: AsyncSession, wanted: Charge, day: date) -> datetime:
    """Lock the counters of a day, and then the standing of who asks, until the transaction ends; return the database's
    clock, later than what was waited for.

    In this order: those of an institution wait for its counters, so that a suspension waits for one of them at most.
    """
    values = _values(wanted, day)
    if not (await session.execute(_LOCK, values)).all():
        await session.execute(_OPEN, values)
        await session.execute(_LOCK, values)
    return await hold_asker(session, wanted)


async def hold_asker(session: AsyncSession, wanted: Charge) -> datetime:
    """Let nobody suspend who asks until the transaction ends; return the database's clock after that."""
    institutions = [one for one in (wanted.institution, wanted.intermediary) if one is not None]
    return await hold_standing(session, wanted.account, institutions, wanted.person)


async def lock_today(session: AsyncSession, wanted: Charge, guess: date) -> tuple[date, datetime]:
    """Lock the counters of the database's day, which may be the next one after a wait; return it and the moment."""
    day = guess
    while day_of(now := await lock_day(session, wanted, day)) != day:
        day = day_of(now)
    return day, now


def find_exceeded(room: Sequence[Room], units: int) -> Exceeded | None:
    """Return which policies leave no room for so many units, None where all do. Pure."""
    full = [r for r in room if r.most is None or r.used + r.reserved + units > r.most]
    if not full:
        return None
    planned = all(r.most is not None for r in room)
    last = max(full, key=lambda room: room.resets_at)
    return Exceeded(tuple(r.policy for r in full), last.resets_at, last.resets_in, planned)


async def post(session: AsyncSession, wanted: Charge, day: date, event_id: UUID) -> None:
    """Charge what was admitted, or a reservation that was closed, to its day."""
    await session.execute(_ADD, {**_values(wanted, day), "units": wanted.units})
    entry = QuotaLedger(
        entry_id=uuid7(), inquiry_id=wanted.inquiry_id, account=wanted.account, person=wanted.person,
        institution=wanted.institution, product=wanted.product, units=wanted.units, day=day, event_id=event_id,
    )  # fmt: skip
    session.add(entry)
    await session.flush()


async def hold(session: AsyncSession, wanted: Charge, day: date, expires_at: datetime) -> None:
    """Reserve what was admitted until an instant."""
    held = QuotaReservation(
        inquiry_id=wanted.inquiry_id, account=wanted.account, institution=wanted.institution,
        product=wanted.product, units=wanted.units, day=day, expires_at=expires_at, state="open",
    )  # fmt: skip
    session.add(held)
    await session.flush()


async def close(session: AsyncSession, inquiry_id: UUID, state: Literal["settled", "released"]) -> None:
    """End a reservation where it is open: `settled` together with the charge that takes its place."""
    await session.execute(_CLOSE, {"inquiry": inquiry_id, "state": state})


async def read_room(session: AsyncSession, wanted: Charge, day: date) -> list[Room]:
    """Return the four counters of a day as they stand."""
    return read_rooms((await session.execute(_ROOM, room_values(wanted, day))).all())


def read_rooms(rows: Sequence[Row[Any]]) -> list[Room]:
    """Read rows of ROOM, accounts before institutions and days before months."""
    found = [Room(POLICIES[r.scope, r.period], r.used, int(r.reserved), r.most, r.resets_at, r.resets_in) for r in rows]
    return sorted(found, key=lambda room: room.policy)


def room_values(wanted: Charge, day: date) -> Mapping[str, object]:
    """Return what ROOM asks for; what is reserved for this very inquiry leaves it room."""
    return {**_values(wanted, day), "inquiry": wanted.inquiry_id}


def _values(wanted: Charge, day: date) -> Mapping[str, object]:
    return {"account": wanted.account, "institution": wanted.institution, "day": day}
