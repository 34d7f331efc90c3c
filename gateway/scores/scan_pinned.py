"""What a scan stands on, decided once when it begins: the day, the files, the card and tags, whose scores are computed.

Taken together under the store's lock, so that nothing is half taken up: who waits to be scored again by then is in the
files. All of it is kept with the run, and a run that is gone on with stands on the same.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from connectors.model.calendar import day_ends, day_of
from connectors.store.numbers import greatest_number
from gateway.cards.in_force import find_card
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.append import append
from gateway.scores.due import due_up_to, newest_mark
from gateway.scores.grounds import Grounds, load_grounds
from gateway.scores.listing import list_files
from gateway.scores.scan_errors import LaterDayError, NothingScannedError
from gateway.scores.scan_files import find_files
from gateway.scores.scan_runs import RunPlan, find_newest, get_basis, start_run
from gateway.scores.scan_tables import ScanRun
from gateway.scores.store import ColumnStore
from scoring_adapter.columns.files import StoredFile
from scoring_adapter.scan.differing import may_differ
from scoring_adapter.tags.plan import plan

PIECE = 1 << 16  # subjects of a piece
MOST_CHOSEN = 0.5  # of all subjects: where more may have changed, all are computed


@dataclass(frozen=True)
class ScanRequest:
    """What is asked for: as of a day, today where none is given; all subjects or those that may have changed."""

    as_of: date | None = None
    incremental: bool = False
    engine: str = "polars"


@dataclass(frozen=True)
class Pinned:
    """A run that is under way, and what it stands on."""

    run: ScanRun
    grounds: Grounds
    files: Sequence[StoredFile]
    tables: Mapping[str, pl.LazyFrame]
    chosen: NDArray[np.int64] | None

    def chosen_of(self, number: int) -> NDArray[np.int64] | None:
        """Return the chosen subjects of a piece."""
        return None if self.chosen is None else self.chosen[number * PIECE : (number + 1) * PIECE]

    def bounds(self, number: int) -> tuple[int, int]:
        """Return the first and the last subject of a piece."""
        chosen = self.chosen_of(number)
        return (number * PIECE + 1, (number + 1) * PIECE) if chosen is None else (int(chosen[0]), int(chosen[-1]))


async def pin(units: UnitsOfWork, store: ColumnStore, request: ScanRequest, actor: Actor) -> Pinned:
    """Begin a run. Raises NothingScannedError, LaterDayError, ColumnStoreError."""
    while await append(units, store.place, store.sources, actor):
        pass
    async with units.begin("scan.pin", actor) as work:
        await take(work.session, Lock.COLUMNS)
        moment = await database_now(work.session)  # what knows of more than the run is written later
        today = day_of(moment)
        as_of = request.as_of or today
        if as_of > today:
            raise LaterDayError
        grounds = await load_grounds(work.session, as_of, min(moment, day_ends(as_of)))
        files, mark = await list_files(work.session), await newest_mark(work.session)
        due = await due_up_to(work.session, mark) if request.incremental else ()
        newest, subjects = await find_newest(work.session), await greatest_number(work.session)
        if request.incremental and (newest is None or newest.as_of > as_of):
            raise NothingScannedError
        before = await get_basis(work.session, newest.basis_id) if newest else None
    tables, chosen = store.tables(files), None
    if request.incremental and newest is not None and before == grounds.basis and as_of == today:
        chosen = await asyncio.to_thread(_choose, grounds, newest, tables, due, subjects)
    kind = "as-of" if as_of < today else "full" if chosen is None else "incremental"
    pieces = -(-(subjects if chosen is None else len(chosen)) // PIECE)
    planned = RunPlan(
        kind, as_of, request.engine, mark, pieces, [file.name for file in files],
        None if chosen is None or newest is None else newest.run_id,
        None if chosen is None else chosen.astype("<i8").tobytes(),
    )  # fmt: skip
    async with units.begin("scan.start", actor) as work:
        return Pinned(await start_run(work, planned, grounds.basis, moment), grounds, files, tables, chosen)


async def pin_again(work: UnitOfWork, store: ColumnStore, run: ScanRun) -> Pinned | str:
    """Return what a run that was left stands on, or in a word why it cannot be gone on with."""
    basis = await get_basis(work.session, run.basis_id)
    card = await find_card(work.session, basis.model)
    if card is None:
        return "basis-changed"
    grounds = await load_grounds(work.session, run.as_of, min(run.started_at, day_ends(run.as_of)), card)
    if basis != grounds.basis:
        return "basis-changed"
    files = await find_files(work.session, run.files)
    if len(files) != len(run.files):
        return "files-gone"
    chosen = None if run.chosen is None else np.frombuffer(run.chosen, "<i8").astype(np.int64)
    return Pinned(run, grounds, files, store.tables(files), chosen)


def _choose(
    grounds: Grounds, newest: ScanRun, tables: Mapping[str, pl.LazyFrame], due: Sequence[int], subjects: int
) -> NDArray[np.int64] | None:
    """Return the subjects whose results may differ from the newest run's; None where these are too many, or anybody."""
    timed = may_differ(grounds.card, plan(grounds.card.tags, newest.as_of), grounds.plan, tables)
    if timed is None:
        return None
    chosen = np.union1d(timed, np.array(due, np.int64))
    return None if len(chosen) > subjects * MOST_CHOSEN else chosen
