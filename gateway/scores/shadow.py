"""A challenger beside the card in force, over what the newest scan left of every enterprise; nothing of it is kept.

The parts that stand are those of the newest scan's day, whatever card scored them: tags are computed from them anew,
and both cards score the same enterprises. Who they are is not told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text

from gateway.cards.in_force import card_in_force
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.scores.scan_errors import NothingScannedError
from gateway.scores.scan_runs import Basis, find_newest, get_basis
from scoring_adapter.modeling.shadow import Beside
from scoring_adapter.scan.entries import unpack
from scoring_adapter.scan.piece import Scoring
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.planned import Plan

BITE = 20_000  # enterprises
COMPARERS = frozenset({"machine", "program"})
Progress = Callable[[int, int], None]
_STANDING = text("""
    SELECT s.subject, s.parts FROM subject_score s JOIN score_basis b USING (basis_id)
    WHERE s.subject > :after AND s.holds_to IS NULL AND b.catalogue = :catalogue AND b.parts = CAST(:parts AS text[])
    ORDER BY s.subject LIMIT :most
""")


@dataclass(frozen=True)
class Compared:
    """The figures of a comparison, and its entry in the log."""

    told: Mapping[str, Any]
    entry: UUID


async def compare_in_shadow(work: UnitOfWork, challenger: Scorecard, at_least: int, progress: Progress) -> Compared:
    """Return how both cards score every enterprise; that they were scored is recorded.

    Raises NothingScannedError where no scan has finished over the tags that there are now; DeniedError.
    """
    if work.actor.kind not in COMPARERS:
        raise DeniedError("insufficient-scope", "只在本机比较。Cards are compared at this machine alone.")
    newest = await find_newest(work.session)
    if newest is None:
        raise NothingScannedError
    champion, basis = await card_in_force(work.session, work.now), await get_basis(work.session, newest.basis_id)
    planned = plan(champion.tags, newest.as_of)
    if (basis.catalogue, basis.parts) != (champion.tags.digest(), tuple(planned.parts)):
        raise NothingScannedError
    scorings = [Scoring(card, planned, basis.blocked, b"") for card in (champion, challenger)]
    beside, after, seen = Beside(champion, challenger), 0, 0
    while rows := await _standing(work, basis, after):
        after, seen = rows[-1][0], seen + len(rows)
        parts = _laid_out(planned, [packed for _, packed in rows])
        old, new = (scoring.points(*parts).scores for scoring in scorings)
        beside.add(old, new)
        progress(seen, newest.subjects)
    told = {"as_of": newest.as_of.isoformat(), **beside.told(at_least)}
    payload = {name: told[name] for name in ("champion", "challenger", "as_of", "enterprises")}
    return Compared(told, await work.record("scores.compared", payload, outcome="compared"))


async def _standing(work: UnitOfWork, basis: Basis, after: int) -> list[tuple[int, bytes]]:
    values = {"after": after, "catalogue": basis.catalogue, "parts": list(basis.parts), "most": BITE}
    return [(row.subject, row.parts) for row in await work.session.execute(_STANDING, values)]


def _laid_out(planned: Plan, packed: list[bytes]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return packed parts as a column per part, and where there is one."""
    values = np.zeros((len(packed), len(planned.parts)), np.int64, order="F")
    given = np.zeros(values.shape, np.bool_, order="F")
    for row, one in enumerate(packed):
        for place, value in unpack(one).items():
            values[row, place], given[row, place] = value, True
    return values, given
