"""Every platform judged day by day: the register read anew, days that were not judged yet, and what differs written.

A day is judged once it is over; yesterday waits while its figures have not come (worker: tried again every hour), until
it is the day before. What was found is no evidence: anybody can judge again. Its digest is in the log.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.sites.days import Judged, judge_days
from gateway.sites.figures import read_figures
from gateway.sites.keeping import keep_register, load_stand, told, write_findings
from gateway.sites.register import Register, read_register
from gateway.sites.tables import SiteDay
from risk_monitor.site_rules import VERSION, WINDOW_DAYS, rules_digest
from signing.canonical import canonical_bytes, sha256_hex

JUDGES = frozenset({"program", "machine"})
MOST_DAYS = 28  # so many are judged at once, the newest: at first, or after a long standstill
_LAST = text("SELECT max(day) FROM site_day")


async def judge_sites(units: UnitsOfWork, actor: Actor) -> Sequence[SiteDay]:
    """Judge the days that are over and were not judged yet; none where there are no platforms, or another is at it.

    Raises DeniedError for whoever may not.
    """
    if actor.kind not in JUDGES:
        raise DeniedError("insufficient-scope", "由后台任务或在本机执行。The worker does this, or somebody here.")
    async with units.begin("sites.judge", actor) as work:
        if not await try_take(work.session, Lock.SITES):
            return []
        days = await _days_due(work)
        if not days:
            return []
        register = await read_register(work.session, days[-1] + timedelta(days=1))
        await keep_register(work.session, register.sites)
        return await _judge(work, register, days) if register.sites else []


async def _days_due(work: UnitOfWork) -> list[date]:
    today = day_of(work.now)
    last: date | None = (await work.session.execute(_LAST)).scalar_one()
    first = today - timedelta(days=MOST_DAYS)
    first = max(first, last + timedelta(days=1)) if last else first
    return [first + timedelta(days=at) for at in range((today - first).days)]


async def _judge(work: UnitOfWork, register: Register, days: Sequence[date]) -> list[SiteDay]:
    begins = days[0] - timedelta(days=WINDOW_DAYS)
    figures = await read_figures(work.session, register.sites, begins, days[-1])
    stand = await load_stand(work.session, register.sites, begins)
    judged = await asyncio.to_thread(lambda: list(judge_days(figures, stand, days)))
    yesterday = day_of(work.now) - timedelta(days=1)
    if judged[-1].silent and judged[-1].day == yesterday and figures.given["traffic"].any():
        judged.pop()  # its figures may come yet
    return [await _keep(work, register, one) for one in judged]


async def _keep(work: UnitOfWork, register: Register, one: Judged) -> SiteDay:
    await write_findings(work.session, register.sites, one.changed)
    digest = sha256_hex(canonical_bytes(told(register.sites, one.changed.items())))
    counts: dict[str, Any] = {
        "sites": len(register.sites), "unplaced": register.unplaced, "reported": one.reported, "silent": one.silent,
        "opened": one.opened, "ended": one.ended, "standing": one.standing,
    }  # fmt: skip
    payload = {"day": one.day.isoformat(), "version": VERSION, "rules": rules_digest(), "digest": digest, **counts}
    event = await work.record("site.judged", payload, outcome="judged")
    kept = SiteDay(
        day=one.day, judged_at=work.now, version=VERSION, rules=rules_digest(), digest=bytes.fromhex(digest),
        event_id=event, **counts,
    )  # fmt: skip
    work.session.add(kept)
    return kept
