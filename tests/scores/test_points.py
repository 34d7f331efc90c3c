"""The card over many subjects at once is the card over each: points, score, band, reasons, what is not known."""

from random import Random

import numpy as np
import pytest

from scoring_adapter.scan.points import score_all, weightiest
from scoring_adapter.scan.results import NO_REASON, NOT_SCORED, pack_reasons, unpack_reasons
from scoring_adapter.score import score
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.value import TagValue

CARD = load_scorecard()
SUBJECTS = 150
ENDS = (-(2**63), 2**63 - 1, 0)


def value(one, chance):
    """Return a value at the border of a bin, a level, an end of what a number can be, or nothing."""
    if chance.random() < 0.1:
        return None
    if one.levels:
        return chance.choice([*one.levels, 0, 99])
    return chance.choice([*one.bounds, *(bound - 1 for bound in one.bounds), chance.choice(ENDS)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_many_are_scored_as_each_one_is(seed):
    chance = Random(seed)
    share = {1: 0.0, 2: 0.1, 3: 0.5}[seed]  # of tags that cannot be computed for anybody
    blocked = {one.tag.id: chance.choice(["no-feed", "stale", "granularity"]) for one in CARD.counted
               if chance.random() < share}  # fmt: skip
    table = [[value(one, chance) for one in CARD.counted] for _ in range(SUBJECTS)]
    values = np.array([[found or 0 for found in row] for row in table], np.int64)
    given = np.array([[found is not None for found in row] for row in table])
    scored = score_all(CARD, values, given, [blocked.get(one.tag.id, "computed") for one in CARD.counted])
    weighed, outcomes = weightiest(CARD, scored), set()
    packed = pack_reasons(weighed, scored.points)
    for at, row in enumerate(table):
        known = {
            one.tag.id: TagValue(None, blocked[one.tag.id])
            if one.tag.id in blocked
            else TagValue(found, "none" if found is None else "computed")
            for one, found in zip(CARD.counted, row, strict=True)
        }
        one = score(CARD, known)
        outcomes.add(one.outcome)
        assert scored.points[at].tolist() == [finding.points or 0 for finding in one.findings]
        assert scored.scores[at] == (NOT_SCORED if one.points is None else one.points)
        assert scored.bands[at] == (NOT_SCORED if one.band is None else CARD.card.bands.index(one.band))
        reasons = [(CARD.counted[place].tag.id, points) for place, points in unpack_reasons(packed[at])]
        assert reasons == [(reason["tag"], reason["points"]) for reason in one.reasons()]
        assert (weighed[at] != NO_REASON).sum() == len(reasons)
    assert ("insufficient-evidence" in outcomes, "scored" in outcomes) == (seed == 3, True)


def test_nobody_is_scored_where_there_is_nobody():
    scored = score_all(CARD, np.empty((0, len(CARD.counted)), np.int64), np.empty((0, len(CARD.counted)), bool),
                       ["computed"] * len(CARD.counted))  # fmt: skip
    assert [len(column) for column in (scored.points, scored.scores, scored.bands, weightiest(CARD, scored))] == [
        0,
        0,
        0,
        0,
    ]
