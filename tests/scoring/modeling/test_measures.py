"""The measures by hand, and AUC and KS against what their definitions say, pair by pair."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_adapter.modeling.measures import auc, bounds_of, calibration_error, ks, psi, shares_of

ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30).filter(
    lambda rows: len({bad for _, bad in rows}) == 2
)


def apart(rows):
    return np.array([risk for risk, _ in rows]), np.array([bad for _, bad in rows])


@given(ROWS)
def test_auc_is_the_share_of_pairs_in_order(rows):
    pairs = [(one, other) for one, bad in rows if bad for other, good in rows if not good]
    wanted = sum((one > other) + (one == other) / 2 for one, other in pairs) / len(pairs)
    assert auc(*apart(rows)) == pytest.approx(wanted)


@given(ROWS)
def test_ks_is_the_greatest_distance_at_any_risk(rows):
    risk, bad = apart(rows)
    wanted = max(abs((risk[bad] <= at).mean() - (risk[~bad] <= at).mean()) for at in range(6))
    assert ks(risk, bad) == pytest.approx(wanted)


def test_the_stability_index_by_hand():
    assert psi([0.5, 0.5], [0.5, 0.5]) == 0
    assert psi([0.5, 0.5], [0.75, 0.25]) == pytest.approx(0.25 * math.log(1.5) + 0.25 * math.log(2))
    assert 0 < psi([1.0, 0.0], [0.9, 0.1]) < 1


def test_groups_are_of_about_one_size_and_take_what_is_beyond():
    bounds = bounds_of(np.arange(1000))
    assert len(bounds) == 9
    assert all(share == pytest.approx(0.1, abs=0.002) for share in shares_of(np.arange(1000), bounds))
    assert shares_of(np.array([-5, 5000]), bounds)[:: len(bounds)] == [0.5, 0.5]
    assert bounds_of(np.zeros(50, np.int64)) == [0]


def test_what_was_foretold_is_held_against_what_came():
    chance, bad = np.array([0.2, 0.2, 0.6, 0.6]), np.array([False, False, True, False])
    assert calibration_error(chance, bad, np.array([0, 0, 1, 1])) == pytest.approx((0.4 + 0.2) / 4)
