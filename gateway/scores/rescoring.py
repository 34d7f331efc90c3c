"""Scores computed again within seconds of what lands: by the interpreter, subject by subject, in bites.

1. Who waits was marked when the column store took up what landed (due.py).
2. A bite holds the lock of scores: who writes reads what is newest, and nobody overwrites it with less.
3. Where many wait, as after a large batch, a scan computes them together: that is the faster way for each.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from connectors.model.calendar import day_of
from connectors.records.portfolio import find_feeds
from connectors.store.numbers import find_by_numbers
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import database_now
from gateway.runtime.locks import Lock, try_take
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.scores.due import count_due, first_due, forget
from gateway.scores.grounds import Grounds, load_grounds
from gateway.scores.loading import Common, feeding_of, load
from gateway.scores.scan_moved import moved_by
from gateway.scores.scan_runs import put_basis
from gateway.scores.scan_writing import Ground, find_differing, write_differing
from scoring_adapter.enterprise import compute_parts
from scoring_adapter.scan.results import Results

BITE = 100  # subjects
MANY = 3_000  # from here on a scan is the faster way


async def score_again(units: UnitsOfWork) -> bool:
    """Score those again who have waited longest; tell whether there are more. Where many wait, nothing is done."""
    async with units.begin("scores.again", PROGRAM) as work:
        if await count_due(work.session, MANY) == MANY or not await try_take(work.session, Lock.SCORES):
            return False
        due = await first_due(work.session, BITE)
        if due:
            known_at = await database_now(work.session)
            await _score(work, sorted(one.subject for one in due), known_at)
            await forget(work.session, {one.subject: one.mark for one in due})
        return len(due) == BITE


async def _score(work: UnitOfWork, subjects: Sequence[int], known_at: datetime) -> None:
    day = day_of(known_at)
    grounds = await load_grounds(work.session, day, known_at)
    results = await _compute(work, grounds, subjects, known_at)
    basis = await put_basis(work.session, grounds.basis)
    ground = Ground(day, known_at, None, basis, grounds.bands)
    differing = await find_differing(work.session, results, ground)
    moved = await moved_by(work.session, grounds, results, differing, ground)
    await write_differing(work.session, results, differing, moved, ground)


async def _compute(work: UnitOfWork, grounds: Grounds, subjects: Sequence[int], moment: datetime) -> Results:
    """Return the results of subjects, each by the interpreter over its records."""
    places = {name: at for at, name in enumerate(grounds.plan.parts)}
    values = np.zeros((len(subjects), len(places)), np.int64)
    given = np.zeros(values.shape, np.bool_)
    known, common = (
        await find_by_numbers(work.session, subjects),
        Common(feeding_of(await find_feeds(work.session, moment))),
    )
    for row, number in enumerate(subjects):
        loaded = await load(work.session, known[number].subject_id, grounds.card.tags, moment, common=common)
        for name, value in compute_parts(grounds.card.tags, loaded.known, grounds.plan.as_of).items():
            if value is not None:
                values[row, places[name]], given[row, places[name]] = value, True
    return grounds.scoring.score(np.array(subjects, np.int64), values, given)
