"""All enterprises' standing, computed together once a night and kept by enterprise: what differs is written.

What was computed is no evidence: anybody can compute it again. Its digest is in the log.
"""

import asyncio
from datetime import date, datetime

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of, last_passing
from connectors.store.numbers import first_created
from gateway.network.linked import HOLDING_ON, load_columns, load_ties
from gateway.network.tables import NetworkNight
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.database import raw
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from scoring_adapter.network.declared import BELIEVED, WALKED
from scoring_adapter.network.whole import NONE, Relations, Standings, stand

COMPUTERS = frozenset({"program", "machine"})
_HOLDINGS = text(f"""
    SELECT coalesce(string_agg(source || ',' || target || ',' || coalesce(share, {NONE}), E'\\n'), '') FROM (
        SELECT DISTINCT ON (source, target) source, target, share FROM network_edge
        WHERE kind = 'holds' AND {HOLDING_ON}
        ORDER BY source, target, array_position(CAST(:first AS text[]), dataset), share DESC NULLS LAST) AS held
""")  # noqa: S608 - our own words
_STAGE = """
    CREATE TEMPORARY TABLE standing_now (LIKE network_standing INCLUDING CONSTRAINTS) ON COMMIT DROP
"""
_KEEP = (
    "ANALYZE standing_now",
    "DELETE FROM network_standing o WHERE NOT EXISTS (SELECT FROM standing_now n WHERE n.subject = o.subject)",
    """INSERT INTO network_standing AS o SELECT * FROM standing_now
       ON CONFLICT (subject) DO UPDATE SET (holders, holdings, component, component_size, circle, circle_size,
           control_group, group_size, controllers, shares) = (excluded.holders, excluded.holdings,
           excluded.component, excluded.component_size, excluded.circle, excluded.circle_size,
           excluded.control_group, excluded.group_size, excluded.controllers, excluded.shares)
       WHERE o IS DISTINCT FROM excluded""",
)
_DONE = text("SELECT EXISTS (SELECT FROM network_night WHERE computed_at >= :since)")


async def compute_when_due(units: UnitsOfWork, hour: int, now: datetime) -> None:
    """Compute where it was not yet, after this hour of each day (Asia/Shanghai); the first night comes after the first
    enterprise.
    """
    since = last_passing(hour, now)
    async with units.begin("network.due", PROGRAM) as work:
        first = await first_created(work.session)
        done: bool = (await work.session.execute(_DONE, {"since": since})).scalar_one()
    if first is not None and first < since and not done:
        await compute(units, PROGRAM)


async def compute(units: UnitsOfWork, actor: Actor) -> NetworkNight | None:
    """Compute all and keep it; None where another process is at it. Raises DeniedError for whoever may not."""
    if actor.kind not in COMPUTERS:
        raise DeniedError("insufficient-scope", "由后台任务或在本机执行。The worker does this, or somebody here.")
    async with units.begin("network.compute", actor) as work:
        if not await try_take(work.session, Lock.NETWORK_NIGHT):
            return None
        day = day_of(work.now)
        relations = await _load(work.session, day)
        standings = await asyncio.to_thread(stand, relations)
        await _keep(work.session, standings)
        return await _note(work, day, relations, standings)


async def _load(session: AsyncSession, day: date) -> Relations:
    holders, held, shares = await load_columns(session, _HOLDINGS, {"day": day, "first": list(BELIEVED)}, 3)
    return Relations(holders, held, shares, *await load_ties(session, day, WALKED))


async def _keep(session: AsyncSession, found: Standings) -> None:
    connection = await raw(session)
    await connection.execute(_STAGE)
    first = np.searchsorted(found.controlled, found.subjects).tolist()
    last = np.searchsorted(found.controlled, found.subjects, side="right").tolist()
    controllers, shares = found.controllers.tolist(), found.control_shares.tolist()
    columns = (
        found.subjects, found.holders, found.holdings, found.component, found.component_size, found.circle,
        found.circle_size, found.group, found.group_size,
    )  # fmt: skip
    async with connection.cursor() as cursor, cursor.copy("COPY standing_now FROM STDIN") as copying:
        rows = zip(*(column.tolist() for column in columns), first, last, strict=True)
        for *numbers, low, high in rows:
            await copying.write_row(
                [*(None if number == NONE else number for number in numbers), controllers[low:high], shares[low:high]]
            )
    for statement in _KEEP:
        await connection.execute(statement)


async def _note(work: UnitOfWork, day: date, relations: Relations, found: Standings) -> NetworkNight:
    counts = {
        "parties": len(np.unique(np.concatenate([relations.sources, relations.targets]))),
        "edges": len(relations.sources),
        "components": len(np.unique(found.component)),
        "circles": len(np.unique(found.circle[found.circle != NONE])),
        "groups": len(np.unique(found.group[found.group != NONE])),
    }
    payload = {"as_of": day.isoformat(), "digest": found.digest.hex(), **counts}
    event = await work.record("network.computed", payload, outcome="computed")
    night = NetworkNight(as_of=day, computed_at=work.now, digest=found.digest, event_id=event, **counts)
    return await work.session.merge(night)
