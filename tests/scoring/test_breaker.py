"""When a provider is left alone, and how much is asked again: by a clock that the test holds."""

import pytest

from scoring_adapter.providers.breaker import MOST_SAVED, WINDOW, Breaker, Budget


def ends(breaker, *sound, now=0.0):
    for one in sound:
        breaker.end(breaker.pass_through(now), now, sound=one)


@pytest.mark.parametrize(("faults", "passes"), [(2, True), (3, False), (4, False)])
def test_it_opens_after_as_many_faults_as_agreed(faults, passes):
    breaker = Breaker(3, 30)
    began = [breaker.pass_through(0.0) for _ in range(faults)]
    for one in began:
        breaker.end(one, 0.0, sound=False)
    assert (breaker.pass_through(1.0) is not None) is passes


def test_faults_that_are_long_past_are_forgotten():
    breaker = Breaker(2, 30)
    ends(breaker, False, *[True] * (WINDOW - 1), False)
    ends(breaker, True, False, now=1.0)  # the first fault has left the window, the second one has not
    assert breaker.pass_through(2.0) is None
    other = Breaker(2, 30)
    ends(other, False, *[True] * WINDOW, False)
    assert other.pass_through(2.0) is not None


def test_once_its_time_is_over_one_goes_through_and_no_other():
    breaker = Breaker(1, 30)
    ends(breaker, False)
    assert breaker.pass_through(29.9) is None
    probe = breaker.pass_through(30.0)
    assert probe.probe
    assert breaker.pass_through(31.0) is None
    breaker.end(probe, 32.0, sound=True)
    assert [breaker.pass_through(33.0).probe for _ in range(2)] == [False, False]


def test_a_probe_that_fails_has_its_time_begin_anew():
    breaker = Breaker(1, 30)
    ends(breaker, False)
    breaker.end(breaker.pass_through(30.0), 35.0, sound=False)
    assert breaker.pass_through(64.9) is None
    assert breaker.wait(60.0) == 5.0
    assert breaker.pass_through(65.0).probe


def test_a_probe_that_was_given_up_leaves_its_place_to_the_next():
    breaker = Breaker(1, 30)
    ends(breaker, False)
    breaker.end(breaker.pass_through(30.0), 31.0, sound=None)
    assert breaker.pass_through(31.0).probe


@pytest.mark.parametrize("sound", [True, False])
def test_what_was_asked_before_it_opened_neither_closes_nor_reopens_it(sound):
    breaker = Breaker(1, 30)
    late = breaker.pass_through(0.0)
    ends(breaker, False)
    breaker.end(late, 20.0, sound=sound)
    assert breaker.pass_through(29.9) is None
    probe = breaker.pass_through(30.0)
    breaker.end(late, 30.5, sound=False)
    assert breaker.pass_through(31.0) is None
    breaker.end(probe, 31.0, sound=True)
    assert breaker.pass_through(31.0) is not None


def test_a_budget_lasts_for_what_was_saved_and_the_share_of_each_question():
    budget = Budget(25)
    assert [budget.take() for _ in range(int(MOST_SAVED) + 1)] == [True] * int(MOST_SAVED) + [False]
    for _ in range(3):
        budget.add()
    assert not budget.take()
    budget.add()
    assert [budget.take(), budget.take()] == [True, False]


def test_no_budget_lets_nothing_be_asked_again():
    budget = Budget(0)
    budget.add()
    assert not budget.take()
