"""Charging and reserving, exact under concurrency.

`admit` first locks the four counters involved (account day and month, institution day and month) in one order, then
reads what is used and reserved. Nothing is checked before the locks are held, so no two callers ever see the same last
unit; and the day is the database's, read after the locks (Asia/Shanghai). `post` charges, `hold` reserves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from gateway.inquiries.quota_tables import QuotaLedger, QuotaReservation

_TODAY = text("SELECT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date")
_SCOPES = """
    SELECT * FROM (VALUES ('account', CAST(:account AS text), 'day', CAST(:day AS date)),
                          ('account', :account, 'month', date_trunc('month', CAST(:day AS date))::date),
                          ('institution', CAST(:institution AS text), 'day', CAST(:day AS date)),
                          ('institution', :institution, 'month', date_trunc('month', CAST(:day AS date))::date))
        AS s (scope, scope_id, period, starts)
"""
_OPEN = text(f"""
    INSERT INTO quota_period (scope, scope_id, period, starts, used)
    SELECT scope, scope_id, period, starts, 0 FROM ({_SCOPES}) s ORDER BY scope, scope_id, period, starts
    ON CONFLICT DO NOTHING
""")  # noqa: S608 - a constant of this module
_LOCK = text(f"""
    SELECT 1 FROM quota_period WHERE (scope, scope_id, period, starts) IN ({_SCOPES})
    ORDER BY scope, scope_id, period, starts FOR UPDATE
""")  # noqa: S608 - a constant of this module
# A reservation that has expired holds nothing, whether or not the worker has swept it.
_ROOM = text(f"""
    SELECT s.scope, s.period, p.used,
           (SELECT coalesce(sum(r.units), 0) FROM quota_reservation r
            WHERE r.state = 'open' AND r.expires_at > clock_timestamp() AND r.inquiry_id <> :inquiry
              AND r.institution = :institution AND (s.scope = 'institution' OR r.account = :account)
              AND date_trunc(s.period, r.day)::date = s.starts) AS reserved,
           (SELECT CASE s.period WHEN 'day' THEN q.per_day ELSE q.per_month END FROM quota_plan q
            WHERE q.scope = s.scope AND q.scope_id = s.scope_id AND q.effective_from <= clock_timestamp()
            ORDER BY q.effective_from DESC LIMIT 1) AS most,
           extract(epoch FROM (s.starts + CASE s.period WHEN 'day' THEN interval '1 day' ELSE interval '1 month' END)
                   AT TIME ZONE 'Asia/Shanghai' - clock_timestamp())::integer + 1 AS resets_in
    FROM ({_SCOPES}) s JOIN quota_period p USING (scope, scope_id, period, starts)
    ORDER BY s.scope, s.period
""")  # noqa: S608 - a constant of this module
_ADD = text(f"""
    UPDATE quota_period SET used = used + :units WHERE (scope, scope_id, period, starts) IN ({_SCOPES})
""")  # noqa: S608 - a constant of this module
_CLOSE = text("""
    UPDATE quota_reservation SET state = :state WHERE inquiry_id = :inquiry AND state = 'open'
    RETURNING day, expires_at > clock_timestamp() AS live
""")
POLICIES = {
    ("account", "day"): "acct-day",
    ("account", "month"): "acct-month",
    ("institution", "day"): "inst-day",
    ("institution", "month"): "inst-month",
}


@dataclass(frozen=True)
class Charge:
    """What an inquiry costs whom, in whole units."""

    inquiry_id: UUID
    account: str
    institution: str
    product: str
    units: int


@dataclass(frozen=True)
class Exceeded:
    """Which policies leave no room, and in how many seconds the last of them begins anew; no plan, no room."""

    policies: tuple[str, ...]
    retry_after: int
    planned: bool


@dataclass(frozen=True)
class Room:
    """One counter as it stands: its policy, units used and reserved, its limit (None: no plan), seconds to its end."""

    policy: str
    used: int
    reserved: int
    most: int | None
    resets_in: int


async def admit(session: AsyncSession, wanted: Charge) -> date | Exceeded:
    """Return the day to charge where there is room under every policy; the counters stay locked until the commit."""
    day: date = (await session.execute(_TODAY)).scalar_one()
    while True:
        await session.execute(_OPEN, _values(wanted, day))
        await session.execute(_LOCK, _values(wanted, day))
        locked_on: date = (await session.execute(_TODAY)).scalar_one()
        if locked_on == day:
            break
        day = locked_on  # midnight passed while we waited: it is the new day's charge
    room = await _read(session, wanted, day)
    full = [r for r in room if r.most is None or r.used + r.reserved + wanted.units > r.most]
    if not full:
        return day
    planned = all(r.most is not None for r in room)
    return Exceeded(tuple(r.policy for r in full), max(r.resets_in for r in full), planned)


async def post(session: AsyncSession, wanted: Charge, day: date, event_id: UUID) -> None:
    """Charge what was admitted, or a reservation that was closed, to its day."""
    await session.execute(_ADD, {**_values(wanted, day), "units": wanted.units})
    entry = QuotaLedger(
        entry_id=uuid7(), inquiry_id=wanted.inquiry_id, account=wanted.account, institution=wanted.institution,
        product=wanted.product, units=wanted.units, day=day, event_id=event_id,
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


async def close(session: AsyncSession, inquiry_id: UUID, state: Literal["settled", "released"]) -> date | None:
    """End a reservation and return its day; None where it has expired or was ended: nothing may be posted."""
    row = (await session.execute(_CLOSE, {"inquiry": inquiry_id, "state": state})).one_or_none()
    return row.day if row is not None and row.live else None


async def read_room(session: AsyncSession, wanted: Charge) -> list[Room]:
    """Return the four counters as they stand today, without locking them."""
    day: date = (await session.execute(_TODAY)).scalar_one()
    await session.execute(_OPEN, _values(wanted, day))
    return await _read(session, wanted, day)


async def _read(session: AsyncSession, wanted: Charge, day: date) -> list[Room]:
    rows = (await session.execute(_ROOM, {**_values(wanted, day), "inquiry": wanted.inquiry_id})).all()
    return [Room(POLICIES[r.scope, r.period], r.used, int(r.reserved), r.most, r.resets_in) for r in rows]


def _values(wanted: Charge, day: date) -> Mapping[str, object]:
    return {"account": wanted.account, "institution": wanted.institution, "day": day}
