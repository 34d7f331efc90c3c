"""Trying a watch out: asked for by somebody who oversees, one at a time, computed by the worker, kept for a while.

Nothing of it is put in force: nobody stands elsewhere, and no case comes of it.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import InstrumentedAttribute, defer
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from gateway.records.access import demand_overseer
from gateway.risk_analysis.tables import RiskTrial
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.watches.measures import known_measures
from risk_monitor.errors import WatchError
from risk_monitor.tried import read_tried
from risk_monitor.watch import Watch
from signing.canonical import canonical_bytes

KEPT = 100  # trials
UNDER_WAY = ("waiting", "running")
# Whoever comes second waits for the first to commit, and is told that one is under way.
_ASK = text("""
    INSERT INTO risk_trial (trial_id, asked_by, asked_at, watch, digest, state, done, pieces, event_id)
    VALUES (:trial, :by, :now, CAST(:watch AS jsonb), :digest, 'waiting', 0, 0, :event)
    ON CONFLICT DO NOTHING RETURNING trial_id
""")
_FORGET = text("""
    DELETE FROM risk_trial WHERE state IN ('finished', 'failed') AND trial_id NOT IN (
        SELECT trial_id FROM risk_trial ORDER BY trial_id DESC LIMIT :kept)
""")


async def ask_trial(work: UnitOfWork, source: str) -> RiskTrial:
    """Have a watch, given as YAML, tried out; that is recorded.

    Raises DeniedError for whoever does not oversee, where it is not sound, and where one is under way.
    """
    demand_overseer(work)
    watch = await _read(source)
    trial = uuid7()
    event = await work.record("risk.trial_asked", {"trial": str(trial), "watch": watch.digest}, outcome="asked")
    values: dict[str, Any] = {
        "trial": trial, "by": work.actor.name, "now": work.now, "digest": watch.digest, "event": event,
        "watch": canonical_bytes(msgspec.to_builtins(watch)).decode(),
    }  # fmt: skip
    if (await work.session.execute(_ASK, values)).scalar_one_or_none() is None:
        raise DeniedError("risk-trial-under-way")
    await work.session.execute(_FORGET, {"kept": KEPT})
    return await _get(work, trial)


async def read_trial(work: UnitOfWork, trial_id: UUID) -> RiskTrial:
    """Return a trial and record that it was read.

    Raises DeniedError for whoever does not oversee, and where there is none.
    """
    trial = await find_trial(work, trial_id)
    await work.record("risk.read", {"view": "trial", "found": len(trial.moves or ())}, outcome="read")
    return trial


async def find_trial(work: UnitOfWork, trial_id: UUID) -> RiskTrial:
    """Return a trial, for a view whose opening was recorded. Raises DeniedError as above."""
    demand_overseer(work)
    return await _get(work, trial_id)


async def list_trials(work: UnitOfWork) -> Sequence[RiskTrial]:
    """Return the trials that are kept, the newest first. Raises DeniedError for whoever does not oversee."""
    demand_overseer(work)
    moves = defer(cast(InstrumentedAttribute[Any], RiskTrial.moves))
    query = select(RiskTrial).options(moves).order_by(col(RiskTrial.trial_id).desc()).limit(KEPT)
    return list((await work.session.execute(query)).scalars())


def watch_of(trial: RiskTrial) -> Watch:
    """Return the watch that a trial is of."""
    return msgspec.convert(trial.watch, Watch)


async def _read(source: str) -> Watch:
    """Read beside the service: a long text takes a while."""
    try:
        return await asyncio.to_thread(read_tried, source, known_measures())
    except WatchError as fault:
        raise DeniedError("risk-watch-unsound", str(fault)) from fault


async def _get(work: UnitOfWork, trial_id: UUID) -> RiskTrial:
    trial = await work.session.get(RiskTrial, trial_id)
    if trial is None:
        raise DeniedError("risk-trial-not-found")
    return trial
