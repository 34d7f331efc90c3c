"""What a day comes to: levels and why, what is left open, what the model foretells, how measures vary. No database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gateway.risk.drift import Spread, spread_of
from gateway.risk.foretelling import foretell
from gateway.risk.foretold import Foretold
from gateway.risk.learned_reading import POINTS
from gateway.risk.measuring import Stand
from gateway.risk.open_points import OpenPoints
from gateway.risk.pieces import Piece, judge_pieces
from gateway.risk.standing import Found, Key
from risk_monitor.judging import signs_of
from risk_monitor.learned import Learned, read_by
from risk_monitor.names import LEVELS
from risk_monitor.watch import NO_TAGS, Watch


@dataclass(frozen=True)
class Rule:
    """What is in force on a day: the rules, and the model if there is one."""

    watch: Watch
    model: Learned | None

    @property
    def tags(self) -> list[str]:
        """The tags that either reads."""
        return [name for name in read_by(self.watch, self.model) if not name.startswith(NO_TAGS)]


@dataclass(frozen=True)
class Day:
    """What everybody was found to be on a day."""

    found: Mapping[Key, Found]
    open: OpenPoints
    foretold: list[Foretold]
    spread: Mapping[str, Spread]


def find_day(rule: Rule, stand: Stand, first: Mapping[str, Spread]) -> Day:
    """Judge everybody; `first` are the spreads of the first day of the same rule. Raises ColumnStoreError."""
    pieces, watch = list(judge_pieces(rule.watch, stand)), rule.watch
    found = find_risks(watch, pieces)
    points = OpenPoints(watch)
    for piece in pieces:
        points.see(piece.subjects, piece.judged)
    if not pieces:
        return Day(found, points, [], {})
    standing = {subject for subject, _ in found}
    budget = watch.budget(len(stand.everybody))
    foretold = foretell(rule.model, pieces, budget, standing) if rule.model else []
    bounds = first[POINTS].bounds if POINTS in first else None
    return Day(found, points, foretold, spread_of(watch, rule.model, pieces, bounds))


def find_risks(watch: Watch, pieces: Iterable[Piece]) -> dict[Key, Found]:
    """Return who is at a level of a type of risk, and why."""
    found = dict[Key, Found]()
    for piece in pieces:
        _add(watch, piece, found)
    return found


def _add(watch: Watch, piece: Piece, found: dict[Key, Found]) -> None:
    judged = piece.judged
    for row in np.flatnonzero(judged.rank).tolist():
        held = np.flatnonzero(judged.held[row]).tolist()
        points = {watch.points[at].id: signs_of(watch, at, piece.measures, row) for at in held}
        for at, kind in enumerate(watch.types):
            if rank := int(judged.ranks[row, at]):
                own = {name: signs for name, signs in points.items() if name in kind.points}
                level, score = LEVELS[rank - 1], int(judged.scores[row, at])
                found[int(piece.subjects[row]), kind.id] = Found(level, score, own)
