"""Who stands near an enterprise at risk, worked out by hand, and against counting every two one by one."""

from itertools import product
from random import Random

import numpy as np
import pytest

from risk_monitor.contagion import MOST_SHARING, WARNED, Links, count_near
from risk_monitor.judging import Measures, judge
from risk_monitor.load import load_watch


def links(*pairs):
    return Links(np.array([one for one, _ in pairs], np.int64), np.array([other for _, other in pairs], np.int64))


def ranks(number, **at_risk):
    found = np.zeros(number + 1, np.int8)
    for name, rank in at_risk.items():
        found[int(name[1:])] = rank
    return found


@pytest.mark.parametrize(("rank", "near"), [(WARNED - 1, 0), (WARNED, 1), (WARNED + 1, 1)])
def test_a_warning_reaches_both_ends_of_a_holding(rank, near):
    assert count_near(ranks(3, n1=rank), links((1, 2))).tolist() == [0, 0, near, 0]
    assert count_near(ranks(3, n1=rank), links((2, 1))).tolist() == [0, 0, near, 0]


def test_it_goes_one_step_and_never_back_to_itself():
    assert count_near(ranks(4, n1=3), links((1, 2), (2, 3), (3, 1))).tolist() == [0, 0, 1, 1, 0]
    assert count_near(ranks(4, n1=3), links((1, 1), (1, -7))).tolist() == [0, 0, 0, 0, 0]


def test_who_has_a_person_or_a_place_in_common_is_tied_and_counted_once():
    tied = links((-7, 1), (-7, 2), (1, -8), (2, -8), (3, -8))
    assert count_near(ranks(3, n1=2, n3=2), tied).tolist() == [0, 1, 2, 1]


@pytest.mark.parametrize(("sharing", "near"), [(MOST_SHARING - 1, 1), (MOST_SHARING, 1), (MOST_SHARING + 1, 0)])
def test_an_address_of_many_says_nothing(sharing, near):
    place = links(*((number, -1) for number in range(1, sharing + 1)))
    assert count_near(ranks(sharing, n1=3), place)[2] == near


def test_a_tie_to_whom_nobody_judged_is_left_out():
    assert count_near(ranks(1, n1=3), links((1, 9))).tolist() == [0, 0]
    assert count_near(ranks(1), links()).tolist() == [0, 0]


def test_many_are_counted_as_two_by_two():
    chance = Random(3)
    parties = [*range(1, 20), -1, -2, -3]
    for _ in range(20):
        pairs = [(chance.choice(parties), chance.choice(parties)) for _ in range(30)]
        risky = np.array([0, *(chance.choice([0, 1, 2, 3]) for _ in range(19))], np.int8)
        ends = {(a, b) for a, b in pairs if a != b}
        ends |= {(b, a) for a, b in ends}
        beside = {(a, p) for a, p in ends if a > 0 > p}
        tied = {(a, b) for a, b in ends if a > 0 and b > 0}
        tied |= {(a, b) for (a, p), (b, q) in product(beside, beside) if p == q and a != b}
        by_hand = [sum((a, b) in tied and risky[a] >= WARNED for a in range(20)) for b in range(20)]
        assert count_near(risky, links(*pairs)).tolist() == by_hand


@pytest.mark.parametrize(
    ("known", "number", "held", "left_open"),
    [(True, 0, False, False), (True, 1, True, False), (False, 0, False, True)],
)
def test_the_point_is_open_where_nothing_is_known_of_ties(known, number, held, left_open):
    watch = load_watch()
    at = [point.id for point in watch.points].index("contagion")
    more = {name: np.array([number]) for name in ("near_holds", "near_guarantees", "near_leads", "near_address")}
    judged = judge(watch, Measures({}, {}).along(more, known=known))
    assert (bool(judged.held[0, at]), bool(judged.open[0, at])) == (held, left_open)
