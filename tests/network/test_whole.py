"""All enterprises computed together are where each is by itself, on networks that chance has made."""

from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring_adapter.network.control import having_enough, ultimate
from scoring_adapter.network.shares import CONTROL, HOPS, PPM, Part, add_up, divide
from scoring_adapter.network.whole import NONE, Relations, stand

PARTIES = [1, 2, 3, 4, 5, -1, -2]
EDGES = st.dictionaries(
    st.sampled_from(list(permutations(PARTIES, 2))),
    st.one_of(st.none(), st.sampled_from([1, 333_333, 499_999, 500_000, 500_001, PPM]), st.integers(0, PPM)),
    min_size=1,
)


def ways(edges, last, way=(), shares=()):
    """Every way up from a party, in the plainest words."""
    for (holder, held), share in edges.items():
        if held == (way[-1] if way else last) and holder not in {last, *way} and len(shares) < HOPS:
            yield (*way, holder), (*shares, share)
            yield from ways(edges, last, (*way, holder), (*shares, share))


def relations(edges):
    columns = np.array([[*pair, NONE if share is None else share] for pair, share in edges.items()], dtype=np.int64)
    return Relations(columns[:, 0], columns[:, 1], columns[:, 2], columns[:, 0], columns[:, 1])


def controlled(edges):
    """Who ultimately controls each enterprise, by the functions that a single enterprise is asked with."""
    totals = {party: add_up(ways(edges, party)) for party in PARTIES}
    enough = {party: having_enough(found) for party, found in totals.items()}
    return {
        (party, one): totals[party][one].share
        for party in PARTIES
        if party > 0
        for one in ultimate(party, enough[party], enough)
    }


@given(EDGES)
def test_who_controls_is_the_same_for_all_together_and_for_each(edges):
    found = stand(relations(edges))
    pairs = zip(found.controlled.tolist(), found.controllers.tolist(), strict=True)
    assert dict(zip(pairs, found.control_shares.tolist(), strict=True)) == controlled(edges)


@given(EDGES)
def test_components_circles_and_degrees_are_those_of_a_plain_search(edges):
    found = stand(relations(edges))
    above = {party: reached(edges, party) for party in PARTIES}
    linked = reached_both_ways(edges)
    for at, subject in enumerate(found.subjects.tolist()):
        circle = {other for other in above[subject] if subject in above[other]}
        assert found.circle[at] == (min(one for one in circle if one > 0) if len(circle) > 1 else NONE)
        assert found.component[at] == min(one for one in linked[subject] if one > 0)
        assert found.component_size[at] == sum(one > 0 for one in linked[subject])
        assert found.holders[at] == sum(held == subject for _, held in edges)
        assert found.holdings[at] == sum(holder == subject for holder, _ in edges)


def reached(edges, first):
    seen = [first]
    for party in seen:
        seen.extend(holder for holder, held in edges if held == party and holder not in seen)
    return set(seen)


def reached_both_ways(edges):
    return {party: reached([*edges, *((b, a) for a, b in edges)], party) for party in PARTIES}


def test_under_common_control_are_those_with_one_controller():
    edges = {(-1, 1): PPM, (-1, 2): 600_000, (2, 3): PPM, (-2, 4): PPM, (-2, 5): 499_999}
    found = stand(relations(edges))
    assert dict(zip(found.subjects.tolist(), found.group.tolist(), strict=True)) == {1: 1, 2: 1, 3: 1, 4: 4, 5: NONE}
    assert dict(zip(found.subjects.tolist(), found.group_size.tolist(), strict=True)) == {
        1: 3, 2: 3, 3: 3, 4: 1, 5: NONE,
    }  # fmt: skip


def test_the_same_network_has_the_same_digest_and_another_has_another():
    edges = {(-1, 1): PPM, (1, 2): 600_000}
    assert stand(relations(edges)).digest == stand(relations(dict(reversed(edges.items())))).digest
    assert stand(relations(edges)).digest != stand(relations({**edges, (1, 2): 600_001})).digest


def test_control_begins_at_a_half():
    for share, known in ((CONTROL - 1, []), (CONTROL, [-1]), (CONTROL + 1, [-1])):
        assert stand(relations({(-1, 1): share})).controllers.tolist() == known


def test_sums_are_exact_and_cut_once_at_their_end():
    # Two ways of 0.333333 × 0.999999 each, cut together: not 333332 twice.
    edges = {(-1, 2): 333_333, (-1, 3): 333_333, (2, 1): 999_999, (3, 1): 999_999}
    assert add_up(ways(edges, 1))[-1].share == 2 * 333_333 * 999_999 // PPM == 666_665
    found = stand(relations(edges))
    assert {-1: 666_665}.items() <= dict(
        zip(found.controllers[found.controlled == 1].tolist(), found.control_shares.tolist(), strict=False)
    ).items()


def test_shares_follow_the_days_on_which_somebody_came_or_left():
    divided = divide([Part(None, "1", [(0, 30)]), Part(None, "2", [(0, 10), (20, 30)])], whole=True)
    assert divided == [
        [(0, 10, 333_333), (10, 20, PPM), (20, 30, 333_333)],
        [(0, 10, 666_666), (20, 30, 666_666)],
    ]


def test_ratios_are_percents_where_one_of_them_is_above_one():
    def shares(*ratios):
        return [found[0].share for found in divide([Part(one, None, [(0, 1)]) for one in ratios], whole=True)]

    assert shares("1", "99") == [10_000, 990_000]
    assert shares("0.01", "0.99") == [10_000, 990_000]
    assert shares("1") == [PPM]
    assert shares("250") == [PPM]
    assert shares(None, "60") == [None, 600_000]
    assert shares("-5", "NaN") == [None, None]


def test_what_is_not_known_of_one_of_them_is_not_made_up():
    divided = divide([Part(None, "1", [(0, 1)]), Part(None, None, [(0, 1)])], whole=True)
    assert [found[0].share for found in divided] == [None, None]
    assert [found[0].share for found in divide([Part(None, "1", [(0, 1)])], whole=False)] == [None]
