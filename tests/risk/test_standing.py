"""What is written of what was found: opened and raised at once, lowered and ended only when it has cooled down."""

from datetime import date, timedelta

import pytest

from gateway.risk.standing import Current, Found, compare
from risk_monitor.load import load_watch

DAY, COOL = date(2026, 11, 28), load_watch().cool_days
KEY = (7, "distress")


def found(level):
    return {KEY: Found(level, 60, {})} if level else {}


def standing(level, seen=DAY - timedelta(days=1)):
    return {KEY: Current(level, date(2026, 10, 1), seen)} if level else {}


@pytest.mark.parametrize(
    ("now", "stands", "counted"),
    [("notice", None, "opened"), ("warning", "notice", "raised"), ("restriction", "warning", "raised")],
)
def test_what_is_new_or_higher_is_written_at_once(now, stands, counted):
    changes = compare(found(now), standing(stands), DAY, COOL)
    assert changes.moved == {KEY: (found(now)[KEY], stands)}
    assert changes.counted() == {**dict.fromkeys(("opened", "raised", "lowered", "ended"), 0), counted: 1}


def test_what_stands_as_it_was_found_is_only_seen():
    changes = compare(found("warning"), standing("warning"), DAY, COOL)
    assert (changes.seen, changes.moved) == ([KEY], {})


@pytest.mark.parametrize(("days", "moves"), [(COOL - 1, False), (COOL, True), (COOL + 1, True)])
@pytest.mark.parametrize(("now", "counted"), [("notice", "lowered"), (None, "ended")])
def test_what_is_lower_is_believed_once_it_has_cooled_down(days, moves, now, counted):
    changes = compare(found(now), standing("warning", DAY - timedelta(days=days)), DAY, COOL)
    assert changes.counted()[counted] == int(moves)
    assert changes.seen == []
