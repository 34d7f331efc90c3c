"""Every enterprise judged once a day: measured over the column store, judged by the watch, and what differs written.

What was found is no evidence: anybody can judge again. Its digest is in the log.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from connectors.model.calendar import last_passing
from connectors.store.numbers import first_created
from gateway.risk.judged import count_judged
from gateway.risk.measuring import Stand, measure, stand_on
from gateway.risk.open_points import OpenPoints
from gateway.risk.standing import Changes, Found, Key, compare, read_current, write
from gateway.risk.tables import RiskDay
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.append import append
from gateway.scores.store import ColumnStore
from risk_monitor.contagion import near
from risk_monitor.judging import Judged, Measures, judge, signs_of
from risk_monitor.load import load_watch
from risk_monitor.names import LEVELS
from risk_monitor.watch import Watch
from signing.canonical import canonical_bytes, sha256_hex

See = Callable[[NDArray[np.int64], Judged], None]  # told of each piece: the enterprises, and what they came to
JUDGES = frozenset({"program", "machine"})
_DONE = text("SELECT EXISTS (SELECT FROM risk_day WHERE judged_at >= :since)")


async def judge_when_due(units: UnitsOfWork, store: ColumnStore, hour: int, now: datetime) -> None:
    """Judge where it was not yet, after this hour of each day (Asia/Shanghai); the first day comes after the first
    enterprise. Raises ColumnStoreError where the store cannot be read.
    """
    since = last_passing(hour, now)
    async with units.begin("risk.due", PROGRAM) as work:
        first = await first_created(work.session)
        done: bool = (await work.session.execute(_DONE, {"since": since})).scalar_one()
    if first is not None and first < since and not done:
        await judge_all(units, store, PROGRAM)


async def judge_all(units: UnitsOfWork, store: ColumnStore, actor: Actor) -> RiskDay | None:
    """Judge everybody now and keep it as today's; None where another process is at it.

    Raises DeniedError for whoever may not, ColumnStoreError where the store cannot be read.
    """
    if actor.kind not in JUDGES:
        raise DeniedError("insufficient-scope", "由后台任务或在本机执行。The worker does this, or somebody here.")
    while await append(units, store.place, store.sources, actor):
        pass
    watch = load_watch()
    async with units.begin("risk.hold", actor) as held:
        if not await try_take(held.session, Lock.RISK):
            return None
        async with units.begin("risk.stand", actor) as work:
            stand = await stand_on(work.session, store, watch)
        points = OpenPoints(watch)
        found = await asyncio.to_thread(find_risks, watch, stand, points.see)
        async with units.begin("risk.keep", actor) as work:
            changes = compare(found, await read_current(work.session), stand.as_of, watch.cool_days)
            await write(work.session, changes, stand.as_of, watch.version)
            await points.write(work.session, stand.as_of)
            await count_judged(work.session, stand.as_of, len(stand.everybody))
            return await _note(work, watch, stand, found, changes)


def find_risks(watch: Watch, stand: Stand, see: See = lambda _subjects, _judged: None) -> dict[Key, Found]:
    """Return who is at a level of a type of risk, and why. Raises ColumnStoreError, and what `see` raises.

    All are judged by their own tags first; then again, with those they are tied to: `see` is told of each piece then.
    """
    pieces, found = list(measure(stand)), dict[Key, Found]()
    ranks = np.zeros(len(stand.everybody) + 1, np.int8)
    for subjects, measures in pieces:
        ranks[subjects] = judge(watch, measures).rank
    counts = near(ranks, stand.links)
    known = any(len(of.sources) for of in stand.links.values())
    for subjects, measures in pieces:
        more = {name: numbers[subjects] for name, numbers in counts.items()}
        whole = measures.along(more, known=known)
        judged = judge(watch, whole)
        see(subjects, judged)
        _add(watch, subjects, whole, judged, found)
    return found


def _add(
    watch: Watch, subjects: NDArray[np.int64], measures: Measures, judged: Judged, found: dict[Key, Found]
) -> None:
    for row in np.flatnonzero(judged.rank).tolist():
        held = np.flatnonzero(judged.held[row]).tolist()
        points = {watch.points[at].id: signs_of(watch, at, measures, row) for at in held}
        for at, kind in enumerate(watch.types):
            if rank := int(judged.ranks[row, at]):
                own = {name: signs for name, signs in points.items() if name in kind.points}
                level, score = LEVELS[rank - 1], int(judged.scores[row, at])
                found[int(subjects[row]), kind.id] = Found(level, score, own)


async def _note(work: UnitOfWork, watch: Watch, stand: Stand, found: dict[Key, Found], changes: Changes) -> RiskDay:
    subjects = len(stand.everybody)
    levels = [one.level for one in found.values()]
    counts = {level: levels.count(level) for level in LEVELS} | changes.counted()
    told = [[subject, kind, one.level, one.score, dict(one.points)] for (subject, kind), one in sorted(found.items())]
    digest = sha256_hex(canonical_bytes(told))
    payload = {
        "as_of": stand.as_of.isoformat(), "version": watch.version, "watch": watch.digest, "digest": digest,
        "subjects": subjects, **counts,
    }  # fmt: skip
    event = await work.record("risk.judged", payload, outcome="judged")
    day = RiskDay(
        as_of=stand.as_of, judged_at=work.now, version=watch.version, watch=watch.digest, subjects=subjects,
        budget=watch.budget(subjects), digest=bytes.fromhex(digest), event_id=event, **counts,
    )  # fmt: skip
    return await work.session.merge(day)
