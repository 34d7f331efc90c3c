"""A record counts for a day exactly when life.py says that it is current then."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.records.life import PastAct, State, Version, status_of
from connectors.records.shown_days import EPOCH, shown_spans

START = date(2024, 1, 1)
DAYS = st.integers(0, 40).map(lambda number: START + timedelta(days=number))
NOW = datetime(2024, 3, 1, tzinfo=UTC)
ACTS = st.lists(st.tuples(DAYS, st.sampled_from(State), st.booleans(), st.integers(1, 3)), max_size=5)


def number(day):
    return None if day is None else day.toordinal() - EPOCH


@settings(max_examples=150)
@given(st.none() | DAYS, st.none() | DAYS, st.integers(1, 3), ACTS)
def test_spans_are_the_days_on_which_a_record_is_current(event, until, version, some):
    acts = [PastAct(n, of, state, False, lasting, on, NOW) for n, (on, state, lasting, of) in enumerate(some, 1)]
    spans = shown_spans(number(event), number(until), version, acts)
    assert all(end < begin for (_, end), (begin, _) in pairwise(spans))
    seen = Version(version, True, event, until, NOW, None)
    for offset in range(-2, 44):
        day = START + timedelta(days=offset)
        counts = any(begin <= number(day) < end for begin, end in spans)
        assert counts == (status_of(seen, acts, day) is State.CURRENT), day
