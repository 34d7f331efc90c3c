"""The card over many subjects at once: points, score, band, what weighed most, as score.py finds them for one. Pure.

A column per entry of the card, in its order. What cannot be computed for a reason that holds for every subject (no
feed, a stale one) comes as the entry's status; what there is nothing to compute from, subject by subject.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.card import HIGHEST
from scoring_adapter.scan.results import NO_REASON, NOT_SCORED
from scoring_adapter.score import COMPUTABLE, MOST_REASONS
from scoring_adapter.scorecard import Counted, Scorecard
from scoring_adapter.tags.value import Status


@dataclass(frozen=True)
class Scored:
    """What came out, a row per subject: points of every entry, the score and the band (NOT_SCORED where too little is
    known), and the entries that weighed most, the weightiest first, NO_REASON where there are no more.
    """

    points: NDArray[np.int16]
    scores: NDArray[np.int16]
    bands: NDArray[np.int8]
    reasons: NDArray[np.int16]


def score_all(
    card: Scorecard, values: NDArray[np.int64], given: NDArray[np.bool_], statuses: Sequence[Status]
) -> Scored:
    """Score subjects by the values of the card's tags; `given` tells where there is one."""
    count = len(values)
    points = np.zeros((count, len(card.counted)), np.int16)
    for at, (counted, status) in enumerate(zip(card.counted, statuses, strict=True)):
        if status in COMPUTABLE:
            points[:, at] = np.where(given[:, at], points_of(counted, values[:, at]), counted.entry.none)
    _once_per_family(card, points)
    known = _is_known(card, given, statuses)
    total = card.card.base + points.sum(axis=1, dtype=np.int64)
    scores = np.where(known, np.clip(total, 0, HIGHEST), NOT_SCORED).astype(np.int16)
    starts = np.array([band.from_ for band in card.card.bands[::-1]])  # rising
    bands = np.where(known, len(starts) - np.searchsorted(starts, scores, side="right"), NOT_SCORED).astype(np.int8)
    return Scored(points, scores, bands, _weightiest(card, np.where(known[:, None], points, 0)))


def points_of(counted: Counted, values: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return the published points of values of a tag."""
    if not counted.levels:
        places = np.searchsorted(np.array(counted.bounds, np.int64), values, side="right")
        return np.array(counted.points, np.int16)[places]
    found = np.full(len(values), counted.entry.none, np.int16)
    for level, points in counted.levels.items():
        found[values == level] = points
    return found


def _once_per_family(card: Scorecard, points: NDArray[np.int16]) -> None:
    """Leave its points to one entry of each family: what costs most, where nothing costs anything what brings most."""
    families: Mapping[str, list[int]] = defaultdict(list)
    for at, counted in enumerate(card.counted):
        if counted.entry.family:
            families[counted.entry.family].append(at)
    for members in families.values():
        own = points[:, members]
        costly = own.min(axis=1)
        weightiest = np.where(costly < 0, own.argmin(axis=1), own.argmax(axis=1))
        left = np.zeros_like(own)
        rows = np.arange(len(own))
        left[rows, weightiest] = own[rows, weightiest]
        points[:, members] = left


def _is_known(card: Scorecard, given: NDArray[np.bool_], statuses: Sequence[Status]) -> NDArray[np.bool_]:
    """Tell whose dimensions are all known out of as many datasets as the card asks for."""
    enough = np.ones(len(given), np.bool_)
    for code, dimension in card.card.dimensions.items():
        columns: Mapping[str, list[int]] = defaultdict(list)
        for at, counted in enumerate(card.counted):
            if counted.tag.dimension == code and statuses[at] in COMPUTABLE:
                for dataset in counted.datasets:
                    columns[dataset].append(at)
        known = np.zeros(len(given), np.int16)
        for own in columns.values():
            known += given[:, own].any(axis=1)
        enough &= known >= dimension.evidence
    return enough


def _weightiest(card: Scorecard, points: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return the entries that weighed most: points lost first, then points gained, the larger first, then by name."""
    by_name = sorted(range(len(card.counted)), key=lambda at: card.counted[at].tag.id)
    own = points[:, by_name].astype(np.int32)
    nothing = 1 << 20
    order = np.where(own == 0, nothing, np.where(own > 0, (nothing >> 1) - own, own))
    found = np.full((len(own), MOST_REASONS), NO_REASON, np.int16)
    rows, names = np.arange(len(own)), np.array(by_name, np.int16)
    for number in range(min(MOST_REASONS, len(by_name))):
        first = order.argmin(axis=1)
        there = order[rows, first] != nothing
        found[there, number] = names[first[there]]
        order[rows, first] = nothing
    return found
