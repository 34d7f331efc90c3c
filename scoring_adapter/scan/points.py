"""The card over many subjects at once: points, score, band, what weighed most, as score.py finds them for one. Pure.

A column per entry of the card, in its order; all is done column by column, so each should lie in one place (numpy's
order "F"). What cannot be computed for a reason that holds for every subject (no feed, a stale one) comes as the
entry's status; what there is nothing to compute from, subject by subject.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.card import HIGHEST
from scoring_adapter.scan.results import NO_REASON, NOT_SCORED
from scoring_adapter.score import COMPUTABLE, MOST_REASONS
from scoring_adapter.scorecard import Counted, Scorecard
from scoring_adapter.tags.value import Status

_NOTHING = 2**31 - 1
_GAINED = 1 << 17  # whoever gains comes after whoever loses: points have 16 bits
_RANKS = 12  # bits: more entries than a card has


@dataclass(frozen=True)
class Scored:
    """What came out, a row per subject: points of every entry, the score and the band (NOT_SCORED where too little is
    known).
    """

    points: NDArray[np.int16]
    scores: NDArray[np.int16]
    bands: NDArray[np.int8]


def score_all(
    card: Scorecard, values: NDArray[np.int64], given: NDArray[np.bool_], statuses: Sequence[Status]
) -> Scored:
    """Score subjects by the values of the card's tags; `given` tells where there is one."""
    points = np.zeros((len(values), len(card.counted)), np.int16, order="F")
    for at, (counted, status) in enumerate(zip(card.counted, statuses, strict=True)):
        if status in COMPUTABLE:
            points[:, at] = np.where(given[:, at], points_of(counted, values[:, at]), np.int16(counted.entry.none))
    _once_per_family(card, points)
    known = _is_known(card, given, statuses)
    total = card.card.base + points.sum(axis=1, dtype=np.int64)
    scores = np.where(known, np.clip(total, 0, HIGHEST), NOT_SCORED).astype(np.int16)
    starts = np.array([band.from_ for band in card.card.bands[::-1]])  # rising
    bands = np.where(known, len(starts) - np.searchsorted(starts, scores, side="right"), NOT_SCORED).astype(np.int8)
    return Scored(points, scores, bands)


def points_of(counted: Counted, values: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return the published points of values of a tag."""
    if not counted.levels:
        points = np.array(counted.points, np.int16)
        found = np.full(len(values), points[0])
        for bound, step in zip(counted.bounds, np.diff(points), strict=True):  # faster than a search in so few
            found += (values >= bound) * step
        return found
    found = np.full(len(values), counted.entry.none, np.int16)
    for level, brought in counted.levels.items():
        found[values == level] = brought
    return found


def weightiest(card: Scorecard, scored: Scored) -> NDArray[np.int16]:
    """Return the entries that weighed most: points lost first, then points gained, the larger first, then by name.

    NO_REASON where there are no more, and where there is no score.
    """
    by_name = np.array(sorted(range(len(card.counted)), key=lambda at: card.counted[at].tag.id), np.int32)
    ahead = np.full((MOST_REASONS, len(scored.scores)), _NOTHING, np.int32)  # the least so far, rising
    for rank, at in enumerate(by_name.tolist()):
        own = scored.points[:, at].astype(np.int32)
        if own.any():
            order = np.where(own > 0, _GAINED - own, own) << _RANKS | rank
            order[own == 0] = _NOTHING
            for place in ahead:
                order, place[:] = np.maximum(order, place), np.minimum(order, place)
    ahead[:, scored.scores == NOT_SCORED] = _NOTHING
    names = by_name[(ahead & ((1 << _RANKS) - 1)).clip(max=len(by_name) - 1)] if len(by_name) else ahead
    return np.where(ahead == _NOTHING, NO_REASON, names).astype(np.int16).T


def _once_per_family(card: Scorecard, points: NDArray[np.int16]) -> None:
    """Leave its points to one entry of each family: what costs most, where nothing costs anything what brings most."""
    families: Mapping[str, list[int]] = defaultdict(list)
    for at, counted in enumerate(card.counted):
        if counted.entry.family:
            families[counted.entry.family].append(at)
    for members in families.values():
        own = [points[:, at] for at in members]
        costly = reduce(np.minimum, own)
        weight = np.where(costly < 0, costly, reduce(np.maximum, own))
        left = np.ones(len(weight), np.bool_)
        for at in members:
            taken = left & (points[:, at] == weight)
            left ^= taken
            points[:, at] *= taken


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
            known += reduce(np.logical_or, [given[:, at] for at in own])
        enough &= known >= dimension.evidence
    return enough
