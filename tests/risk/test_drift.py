"""Spreads of a day and how far one is from another, worked out by hand."""

import numpy as np
import pytest

from gateway.risk.drift import POINTS, Spread, basis_of, moved, spread_of
from gateway.risk.pieces import Piece
from risk_monitor.judging import Measures, judge
from risk_monitor.load import load_watch
from tests.watches import model


def pieces(*news):
    watch = load_watch()
    for part in news:
        known = Measures({"op_neg_2y": np.array(part)}, {"op_neg_2y": np.ones(len(part), np.bool_)})
        yield Piece(np.arange(len(part)) + 1, known, judge(watch, known))


def test_shares_are_of_all_pieces_together():
    found = spread_of(load_watch(), None, list(pieces([25, 0], [0, 0])), None)
    assert found["negative-news"] == Spread([0.75, 0.25])
    assert found["mass-involving"].shares == [1.0, 0.0, 0.0, 0.0]
    assert POINTS not in found


def test_points_of_the_model_lie_in_the_groups_of_the_first_day():
    first = spread_of(load_watch(), model(), list(pieces([0, 6, 30, 30])), None)[POINTS]
    later = spread_of(load_watch(), model(), list(pieces([30, 30, 30, 30])), first.bounds)[POINTS]
    assert later.bounds == first.bounds
    assert (sum(first.shares), later.shares[-1]) == (pytest.approx(1), 1.0)


@pytest.mark.parametrize(
    ("first", "now", "psi"),
    [([0.5, 0.5], [0.5, 0.5], 0), ([0.9, 0.1], [0.8, 0.2], 81_093), ([1.0, 0.0], [0.9, 0.1], 700_597)],
)  # fmt: skip
def test_psi_is_as_it_is_defined(first, now, psi):
    assert moved(Spread(first), Spread(now)) == pytest.approx(psi, abs=100)


def test_days_under_other_rules_or_another_model_are_not_compared():
    assert len({basis_of(load_watch(), one) for one in (None, model(), model(news=81))}) == 3
