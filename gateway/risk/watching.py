"""Every enterprise judged once a day: measured over the column store, judged by what is in force, differences written.

What was found is no evidence: anybody can judge again. Its digest is in the log.
"""

import asyncio
from datetime import datetime

from sqlalchemy import text

from connectors.model.calendar import last_passing
from connectors.store.numbers import first_created
from gateway.risk import drift, foretelling
from gateway.risk.finding import Day, Rule, find_day
from gateway.risk.judged import count_judged
from gateway.risk.measuring import Stand, stand_on
from gateway.risk.standing import Changes, compare, read_current, write
from gateway.risk.tables import RiskDay
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.append import append
from gateway.scores.store import ColumnStore
from gateway.watches.in_force import model_in_force, rules_in_force
from risk_monitor.names import LEVELS
from signing.canonical import canonical_bytes, sha256_hex

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

    Raises DeniedError for whoever may not, ColumnStoreError where the store cannot be read, WatchError where what is in
    force does not go with the program.
    """
    if actor.kind not in JUDGES:
        raise DeniedError("insufficient-scope", "由后台任务或在本机执行。The worker does this, or somebody here.")
    while await append(units, store.place, store.sources, actor):
        pass
    async with units.begin("risk.hold", actor) as held:
        if not await try_take(held.session, Lock.RISK):
            return None
        async with units.begin("risk.stand", actor) as work:
            rule = Rule(await rules_in_force(work.session), await model_in_force(work.session))
            stand = await stand_on(work.session, store, rule.tags)
            first = await drift.read_baseline(work.session, drift.basis_of(rule.watch, rule.model), stand.as_of)
        day = await asyncio.to_thread(find_day, rule, stand, first)
        async with units.begin("risk.keep", actor) as work:
            changes = compare(day.found, await read_current(work.session), stand.as_of, rule.watch.cool_days)
            await write(work.session, changes, stand.as_of, rule.watch.version)
            await day.open.write(work.session, stand.as_of)
            await count_judged(work.session, stand.as_of, len(stand.everybody))
            await foretelling.keep(work.session, day.foretold, stand.as_of, rule.model.version if rule.model else 0)
            await drift.keep(work.session, stand.as_of, drift.basis_of(rule.watch, rule.model), first, day.spread)
            return await _note(work, rule, stand, day, changes)


async def _note(work: UnitOfWork, rule: Rule, stand: Stand, day: Day, changes: Changes) -> RiskDay:
    subjects, watch, found = len(stand.everybody), rule.watch, day.found
    levels = [one.level for one in found.values()]
    counts = {level: levels.count(level) for level in LEVELS} | changes.counted()
    told = [[subject, kind, one.level, one.score, dict(one.points)] for (subject, kind), one in sorted(found.items())]
    digest = sha256_hex(canonical_bytes(told))
    payload = {
        "as_of": stand.as_of.isoformat(), "version": watch.version, "watch": watch.digest, "digest": digest,
        "subjects": subjects, **counts,
    }  # fmt: skip
    if rule.model is not None:
        payload |= {"model": rule.model.digest, "foretold": foretelling.digest_of(day.foretold)}
    event = await work.record("risk.judged", payload, outcome="judged")
    before = await work.session.get(RiskDay, stand.as_of)  # a day that is judged again has all its changes
    if before is not None:
        counts |= {name: number + getattr(before, name) for name, number in changes.counted().items()}
    kept = RiskDay(
        as_of=stand.as_of, judged_at=work.now, version=watch.version, watch=watch.digest, subjects=subjects,
        budget=watch.budget(subjects), digest=bytes.fromhex(digest), event_id=event, **counts,
    )  # fmt: skip
    return await work.session.merge(kept)
