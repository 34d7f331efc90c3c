"""The cell rate algorithm: a burst at once, the rate in the long run, and never more than both together."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.rates.gcra import SECOND, Pace, arrive, wait_of
from gateway.rates.told import rounded_up

PACE = Pace(rate=50, burst=20)


def taken(pace, moments):
    """Return which of the requests at these moments are let through."""
    arrival, let = 0, []
    for now in moments:
        if wait_of(arrival, now, pace) == 0:
            arrival = arrive(arrival, now, pace)
            let.append(now)
    return let


def test_a_burst_passes_at_once_and_one_more_waits_for_its_turn_to_the_nanosecond():
    now, arrival = 7 * SECOND, 0
    for _ in range(PACE.burst):
        assert wait_of(arrival, now, PACE) == 0
        arrival = arrive(arrival, now, PACE)
    assert wait_of(arrival, now, PACE) == PACE.interval
    assert wait_of(arrival, now + PACE.interval - 1, PACE) == 1
    assert wait_of(arrival, now + PACE.interval, PACE) == 0


@given(
    st.builds(Pace, st.integers(1, 1000), st.integers(1, 50)),
    st.lists(st.integers(0, 4 * SECOND), max_size=300).map(sorted),
)
def test_in_no_span_of_time_more_passes_than_the_burst_and_the_rate(pace, moments):
    let = taken(pace, moments)
    for first, begin in enumerate(let):
        for last in range(first, len(let)):
            assert last - first + 1 <= pace.burst + (let[last] - begin) // pace.interval


@given(st.integers(1, 1000), st.integers(1, 50))
def test_who_never_comes_faster_than_the_rate_is_never_kept_waiting(rate, burst):
    pace = Pace(rate, burst)
    moments = [number * pace.interval for number in range(200)]
    assert taken(pace, moments) == moments


def test_a_wait_is_told_in_whole_seconds_and_never_too_short():
    assert [rounded_up(span) for span in (1, SECOND, SECOND + 1)] == [1, 1, 2]
