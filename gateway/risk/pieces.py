"""All enterprises judged, piece by piece: by their own measures first, then with those they are tied to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gateway.risk.measuring import Stand, measure
from risk_monitor.contagion import near
from risk_monitor.judging import Judged, Measures, judge
from risk_monitor.watch import Watch


@dataclass(frozen=True)
class Piece:
    """Enterprises, rising, with their measures, what the network gives among them, and what they come to."""

    subjects: NDArray[np.int64]
    measures: Measures
    judged: Judged


def judge_pieces(watch: Watch, stand: Stand) -> Iterator[Piece]:
    """Yield all enterprises. Raises ColumnStoreError."""
    pieces = list(measure(stand))
    ranks = np.zeros(len(stand.everybody) + 1, np.int8)
    for subjects, measures in pieces:
        ranks[subjects] = judge(watch, measures).rank
    counts = near(ranks, stand.links)
    known = any(len(of.sources) for of in stand.links.values())
    for subjects, measures in pieces:
        whole = measures.along({name: numbers[subjects] for name, numbers in counts.items()}, known=known)
        yield Piece(subjects, whole, judge(watch, whole))
