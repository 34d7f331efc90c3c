"""What the law of a place says of an objection: which rule holds where and when, and the days it makes."""

import re
from datetime import date, timedelta

import msgspec
import pytest

from connectors.records.objection_rules import CHINA, Place, find_rule, load_places, read_term, term_of

DAY = date(2026, 2, 13)  # a Friday, before the Spring Festival


def days(place, day=DAY):
    term = term_of(find_rule(place, day), day)
    return term.mark_by, term.answer_by, term.close_by


@pytest.mark.parametrize(
    ("place", "whose"),
    [
        ("330300", "330000"), ("330000", "330000"), ("331000", "331000"), ("331082", "331000"), ("310115", "310000"),
        ("440300", "440300"), ("440305", "440300"), ("440100", CHINA), ("100000", CHINA), ("999999", CHINA),
    ],
)  # fmt: skip
def test_a_place_has_its_own_rule_or_its_citys_its_provinces_its_countrys(place, whose):
    assert find_rule(place, DAY).place == whose


@pytest.mark.parametrize(
    ("place", "mark", "answer", "close"),
    [
        (CHINA, (2026, 2, 13), (2026, 3, 5), (2026, 3, 5)),
        ("310000", (2026, 2, 14), (2026, 2, 27), (2026, 3, 2)),
        ("330300", (2026, 2, 13), (2026, 2, 27), (2026, 3, 19)),
        ("331000", (2026, 2, 13), (2026, 3, 2), (2026, 3, 4)),
        ("370000", (2026, 2, 13), (2026, 2, 25), (2026, 3, 2)),
        ("410000", (2026, 2, 13), (2026, 2, 25), (2026, 3, 2)),
        ("440300", (2026, 2, 14), (2026, 2, 25), (2026, 2, 28)),
    ],
)
def test_each_place_has_the_days_of_its_law(place, mark, answer, close):
    assert days(place) == (date(*mark), date(*answer), date(*close))


def test_the_days_that_reach_into_a_year_without_holidays_are_provisional():
    last = date(2026, 12, 2)
    assert not term_of(find_rule("330000", last), last).provisional  # twenty working days: 30 December
    later = date(2026, 12, 4)
    assert term_of(find_rule("330000", later), later).provisional
    assert not term_of(find_rule(CHINA, later), later).provisional  # of the calendar: none is left out


def test_only_one_place_withholds_and_every_rule_names_where_its_law_says_so():
    rules = {code: place.versions for code, place in load_places().items()}
    assert {code for code, versions in rules.items() if versions[-1].effect == "withhold"} == {"331000"}
    for code, versions in rules.items():
        named = (r"第.+章第.+节", r"chapter \d+, section \d+") if code == "440300" else (r"第.+条", r"articles? \d+")
        assert [one.version for one in versions] == list(range(1, len(versions) + 1))
        assert sorted(one.since for one in versions) == [one.since for one in versions]
        assert all(re.search(*pair) for one in versions for pair in zip(named, (one.law.zh, one.law.en), strict=True))
        assert all(0 <= one.mark <= one.answer <= one.close for one in versions)


def test_a_version_holds_from_its_day_on_and_the_one_before_until_then():
    rule = load_places()["330000"].versions[0]
    changed = msgspec.structs.replace(rule, version=2, since=date(2026, 2, 14), answer=3)
    places = {**load_places(), "330000": Place(load_places()["330000"].title, [rule, changed])}
    for day, version in ((date(2026, 2, 13), 1), (date(2026, 2, 14), 2), (date(2026, 2, 15), 2)):
        assert find_rule("330300", day, places).rule.version == version
    for place, last in (("330000", date(2017, 12, 31)), ("440300", date(2023, 2, 28))):
        assert find_rule(place, last).place == CHINA
        assert find_rule(place, last + timedelta(days=1)).place == place


def test_what_was_told_is_read_again_and_what_is_older_has_twenty_days():
    told = term_of(find_rule("331000", DAY), DAY)
    assert read_term(told.members(), DAY) == told
    former = read_term(None, DAY)
    assert (former.answer_by, former.close_by, former.place) == (DAY + timedelta(days=20), DAY + timedelta(20), None)


def test_an_objection_is_late_from_the_day_after_its_answer_and_overdue_from_the_day_after_the_last():
    term = term_of(find_rule("330000", DAY), DAY)
    one = timedelta(days=1)
    told = [
        term.state_on(day) for day in (DAY, term.answer_by, term.answer_by + one, term.close_by, term.close_by + one)
    ]
    assert told == ["in_time", "in_time", "late", "late", "overdue"]
