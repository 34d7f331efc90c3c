"""A trial at work: everybody judged by the watch in force and by the one that is tried, over the same column store.

One process is at it. One whose process ended is begun again; one that takes too long, or whose store cannot be read,
is given up with the reason.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from gateway.risk.finding import find_risks
from gateway.risk.measuring import PIECE, Stand, stand_on
from gateway.risk.pieces import Piece, judge_pieces
from gateway.risk_analysis.comparing import Outcome, compared
from gateway.risk_analysis.known import Known, load_known
from gateway.risk_analysis.tables import RiskTrial
from gateway.risk_analysis.trials import UNDER_WAY, watch_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitsOfWork
from gateway.scores.store import ColumnStore
from gateway.watches.in_force import rules_in_force
from risk_monitor.trial import Key
from risk_monitor.watch import Watch
from scoring_adapter.errors import ScoringError

LONGEST = timedelta(minutes=20)
GIVEN_UP = timedelta(hours=2)  # after it was asked for
TOLD_SECONDS = 2.0
_DONE = text("UPDATE risk_trial SET done = :done WHERE trial_id = :trial")


class TooLongError(ScoringError):
    """超过时限 It takes longer than a trial may."""


class Progress:
    """How many pieces are done, told by the thread that judges; it ends that thread once the time is over."""

    def __init__(self, until: datetime) -> None:
        self._until, self.done = until, 0

    def over(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Yield pieces and count them. Raises TooLongError."""
        for piece in pieces:
            self.done += 1
            if now() > self._until:
                minutes = LONGEST // timedelta(minutes=1)
                raise TooLongError(f"超过 {minutes} 分钟，已停止。It took more than {minutes} minutes and was stopped.")
            yield piece


async def try_waiting(units: UnitsOfWork, store: ColumnStore) -> None:
    """Work off the trial that waits, if one does and no other process is at it."""
    async with units.begin("risk.trial_due", PROGRAM) as work:
        query = select(RiskTrial.trial_id).where(col(RiskTrial.state).in_(UNDER_WAY))
        trial_id = (await work.session.execute(query)).scalar_one_or_none()
    if trial_id is None:
        return
    async with units.begin("risk.trial_hold", PROGRAM) as held:
        if await try_take(held.session, Lock.RISK_TRIAL):
            try:
                await _try(units, store, trial_id)
            except ScoringError as fault:
                await _end(units, trial_id, None, str(fault))


async def _try(units: UnitsOfWork, store: ColumnStore, trial_id: UUID) -> None:
    async with units.begin("risk.trial_stand", PROGRAM) as work:
        trial = await work.session.get(RiskTrial, trial_id)
        if trial is None or trial.state not in UNDER_WAY:
            return
        if work.now - trial.asked_at > GIVEN_UP:
            raise TooLongError("多次中断，已放弃。It was begun again and again, and is given up.")
        watches = (await rules_in_force(work.session), watch_of(trial))
        stands = [await stand_on(work.session, store, watch.tags) for watch in watches]
        known = await load_known(work.session)
        trial.state, trial.as_of, trial.done = "running", stands[0].as_of, 0
        trial.pieces = sum(-(-len(stand.everybody) // PIECE) for stand in stands)
    progress = Progress(now() + LONGEST)
    judging = asyncio.create_task(asyncio.to_thread(_judged, watches, stands, known, progress))
    while not judging.done():
        await asyncio.wait([judging], timeout=TOLD_SECONDS)
        async with units.begin("risk.trial_tell", PROGRAM) as work:
            await work.session.execute(_DONE, {"done": progress.done, "trial": trial_id})
    await _end(units, trial_id, await judging)


def _judged(watches: tuple[Watch, Watch], stands: list[Stand], known: Known, progress: Progress) -> Outcome:
    """Judge by both and compare. Raises ScoringError."""
    found: list[Mapping[Key, str]] = []
    for watch, stand in zip(watches, stands, strict=True):
        risks = find_risks(watch, progress.over(judge_pieces(watch, stand)))
        found.append({key: one.level for key, one in risks.items()})
    return compared(len(stands[0].everybody), watches, found, known)


async def _end(units: UnitsOfWork, trial_id: UUID, outcome: Outcome | None, fault: str | None = None) -> None:
    async with units.begin("risk.trial_end", PROGRAM) as work:
        trial = await work.session.get(RiskTrial, trial_id, with_for_update=True)
        if trial is None or trial.state not in UNDER_WAY:
            return
        trial.state, trial.fault, trial.finished_at = "finished" if outcome else "failed", fault, work.now
        trial.result, trial.moves = outcome or (None, None)
        payload = {"trial": str(trial_id), "watch": trial.digest, "state": trial.state}
        trial.closing_event_id = await work.record("risk.trial_ended", payload, outcome=trial.state)
        await work.session.flush()
