"""The scan: every subject's tags, score and band over the column store, piece by piece.

1. One process scans at a time: it holds the lock of scans for as long as it does.
2. A run that was left is gone on with at the piece it was at, over the files it began with; where these are there no
   more, or the card or the tags are others by now, it is given up and a new one begins.
3. The tags' queries are answered one by one into files of this run (scoring_adapter/scan/answers.py).
4. A piece is computed outside of any transaction, then written in one: its rows, and that it is done. A process that
   ends at any point leaves a piece either done or not begun.
5. What was found is digested piece by piece; the log has the digest of all.
"""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl

from gateway.runtime.actor import Actor
from gateway.runtime.locks import Lock, take, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.distributions import forget_newest
from gateway.scores.due import forget_up_to
from gateway.scores.engines import Engine
from gateway.scores.named import load_named
from gateway.scores.scan_errors import ScanRunningError
from gateway.scores.scan_moved import moved_by
from gateway.scores.scan_pinned import Pinned, ScanRequest, pin, pin_again
from gateway.scores.scan_runs import PieceDone, add_piece, fail_run, find_running, finish_run, list_pieces
from gateway.scores.scan_tables import ScanRun
from gateway.scores.scan_writing import Ground, find_differing, standing_subjects, write_differing
from gateway.scores.store import ColumnStore
from scoring_adapter.errors import ScoringError
from scoring_adapter.scan.answers import Answers
from scoring_adapter.scan.piece import score_piece
from scoring_adapter.scan.results import Results

Progress = Callable[[int, int], None]  # pieces done, pieces in all


async def scan(
    units: UnitsOfWork,
    store: ColumnStore,
    folder: Path,
    request: ScanRequest,
    actor: Actor,
    progress: Progress,
    engine: Engine,
) -> ScanRun:
    """Scan, going on with a run that was left where there is one; return the finished run.

    `folder` is this machine's, for what is computed on the way. Raises ScanRunningError where another process scans,
    NothingScannedError, LaterDayError, ScoringError where the store cannot be read.
    """
    async with units.begin("scan.hold", actor) as held:
        if not await try_take(held.session, Lock.SCAN):
            raise ScanRunningError
        pinned = await _go_on(units, store, actor) or await pin(units, store, request, actor)
        own = folder / str(pinned.run.run_id)
        try:
            return await _run(units, pinned, own, actor, progress, engine)
        except ScoringError as fault:  # what it stands on cannot be read
            async with units.begin("scan.fail", actor) as work:
                await fail_run(work, pinned.run.run_id, type(fault).__name__)
            await asyncio.to_thread(shutil.rmtree, own, ignore_errors=True)
            raise


async def _go_on(units: UnitsOfWork, store: ColumnStore, actor: Actor) -> Pinned | None:
    """Return what a run that was left stands on; None where there is none, or it cannot be gone on with."""
    async with units.begin("scan.resume", actor) as work:
        run = await find_running(work.session)
        if run is None:
            return None
        pinned = await pin_again(work, store, run)
        if isinstance(pinned, str):
            await fail_run(work, run.run_id, pinned)
            return None
    return pinned


async def _run(
    units: UnitsOfWork, pinned: Pinned, folder: Path, actor: Actor, progress: Progress, engine: Engine
) -> ScanRun:
    run, answers = pinned.run, Answers(pinned.grounds.plan, folder)
    async with units.begin("scan.begin", actor) as work:
        done = {piece.number for piece in await list_pieces(work.session, run.run_id)}
        named = await load_named(work.session) if len(done) < run.pieces else pl.DataFrame()
    progress(len(done), run.pieces)
    if len(done) < run.pieces:
        await asyncio.to_thread(engine.answer, answers, pinned, named)
    for number in range(run.pieces):
        if number not in done:
            await _piece(units, pinned, answers, number, actor)
            progress(number + 1, run.pieces)
    async with units.begin("scan.finish", actor) as work:
        finished = await finish_run(work, run.run_id)
        if run.kind != "as-of":
            await forget_up_to(work.session, run.mark)
        forget_newest(work.session)
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    return finished


async def _piece(units: UnitsOfWork, pinned: Pinned, answers: Answers, number: int, actor: Actor) -> None:
    """Compute a piece and write it."""
    low, high = pinned.bounds(number)
    chosen = pinned.chosen_of(number)
    async with units.begin("scan.standing", actor) as work:
        also = chosen if chosen is not None else await standing_subjects(work.session, low, high)
    results = await asyncio.to_thread(score_piece, pinned.grounds.scoring, answers, low, high, also)
    done = PieceDone(number, len(results.subjects), 0, 0, 0, results.digest())
    async with units.begin("scan.piece", actor) as work:
        if pinned.run.kind != "as-of":
            done = await _write(work, pinned, results, done)
        await add_piece(work.session, pinned.run.run_id, done)


async def _write(work: UnitOfWork, pinned: Pinned, results: Results, done: PieceDone) -> PieceDone:
    run, grounds = pinned.run, pinned.grounds
    await take(work.session, Lock.SCORES)
    ground = Ground(run.as_of, run.started_at, run.run_id, run.basis_id, grounds.bands)
    differing = await find_differing(work.session, results, ground)
    moved = await moved_by(work.session, grounds, results, differing, ground)
    await write_differing(work.session, results, differing, moved, ground)
    changes = [
        int(results.scores[place]) - before
        for place, (before, _band) in zip(differing.places.tolist(), differing.before, strict=True)
        if before is not None and results.scores[place] >= 0
    ]
    rose, fell = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    return replace(done, changed=len(differing.places), rose=rose, fell=fell)
