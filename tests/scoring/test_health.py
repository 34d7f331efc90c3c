"""A health check's lines: every limit one below, at it and one above; what may not be looked at shows nowhere."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import msgspec
import pytest

from scoring_adapter.errors import CardError
from scoring_adapter.health import Evidence, Seen, lines_of, standings, trend_of, windows_of
from scoring_adapter.health_rules import Placed, bind_sheet, load_rules, read_rules
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.value import Feed, TagValue

CARD, RULES = load_scorecard(), load_rules()
DAY = date(2026, 11, 30)
PLACED = {"penalty_general": Placed("admin_penalty", 7), "penalty_env": Placed("admin_penalty", 30),
          "tax_arrears": Placed("tax", 90), "fx_rate": Placed("financing", 3)}  # fmt: skip
SHEET = bind_sheet(RULES, CARD, PLACED)
FED = {name: Feed(DAY, one.freshness_days) for name, one in PLACED.items()}
NOTHING = {tag.id: TagValue(None, "no-feed") for tag in CARD.tags.tags}


def line(category="admin_penalty", events=(), objected=(), feeds=FED, seen=Seen(), values=NOTHING):  # noqa: B008
    found = lines_of(SHEET, standings(SHEET, CARD, values), Evidence(events, dict(objected), feeds), seen, DAY)
    assert [one["category"] for one in found] == [file.category for file in CARD.tags.files]
    return next(one for one in found if one["category"] == category)


def penalties(*days):
    return [("penalty_general", day) for day in days]


def test_windows_are_calendar_months_and_meet_without_a_gap():
    windows = windows_of(RULES, DAY)
    assert [(one.begins, one.ends) for one in windows[-3:]] == [
        (date(2026, 2, 28), date(2026, 5, 30)), (date(2026, 5, 30), date(2026, 8, 30)), (date(2026, 8, 30), DAY),
    ]  # fmt: skip
    assert len(windows) == RULES.windows
    assert windows[0].begins == date(2023, 11, 30)
    assert all(one.ends == two.begins for one, two in pairwise(windows))


def test_a_record_counts_in_the_window_of_its_day_and_the_newest_is_told():
    days = [date(2026, 8, 30), date(2026, 8, 31), DAY, date(2023, 11, 30), date(2023, 12, 1), None]
    found = line(events=[*penalties(*days), ("tax_arrears", DAY), ("unheard_of", DAY)])
    assert found["windows"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    assert (found["held"], found["latest"]) == (6, "2026-11-30")
    assert (line("tax")["held"], line("tax")["latest"]) == (0, None)


def test_what_is_objected_to_is_counted_apart():
    found = line(events=penalties(DAY), objected={"penalty_general": 2, "penalty_env": 1, "unheard_of": 9})
    assert (found["held"], found["objected"]) == (1, 3)


@pytest.mark.parametrize(
    ("earlier", "later", "trend"),
    [
        (0, 0, "few"), (1, 1, "few"), (0, 2, "few"), (0, 3, "rising"), (3, 0, "falling"), (1, 2, "rising"),
        (2, 2, "steady"), (100, 119, "steady"), (100, 120, "rising"), (100, 121, "rising"), (119, 100, "steady"),
        (120, 100, "falling"), (121, 100, "falling"),
    ],
)  # fmt: skip
def test_a_trend_is_said_from_three_records_on_and_from_a_fifth_more(earlier, later, trend):
    assert trend_of(RULES, [9] * 4 + [0, earlier, 0, 0] + [0, 0, 0, later]) == trend


def test_windows_that_reach_beyond_the_days_that_may_be_looked_at_are_not_counted():
    begins = windows_of(RULES, DAY)[-2 * RULES.compared].begins + timedelta(days=1)
    for first, trend in ((begins, "rising"), (begins + timedelta(days=1), "withheld")):
        found = line(events=penalties(DAY, DAY, DAY), seen=Seen(data_from=first))
        assert (found["trend"], found["windows"][0], found["windows"][-1]) == (trend, None, 3)
    for last, counted in ((DAY, 3), (DAY - timedelta(days=1), None)):
        assert line(events=penalties(DAY, DAY, DAY), seen=Seen(data_to=last))["windows"][-1] == counted


def test_a_category_none_of_whose_data_may_be_looked_at_is_withheld_throughout():
    tags = next(file for file in CARD.tags.files if file.category == "admin_penalty").tags
    values = {**NOTHING, **{tag.id: TagValue(None, "withheld") for tag in tags}}
    found = line(seen=Seen(datasets=frozenset({"tax_arrears"})), values=values)
    assert (found["status"], found["trend"], found["freshness"]) == ("withheld",) * 3
    assert (found["delivered"], found["datasets"]) == (None, [0, 0])
    one = {**values, tags[0].id: TagValue(None, "no-feed")}
    assert line(values=one)["status"] == "unknown"


@pytest.mark.parametrize(
    ("late", "freshness"), [((7, 30), "fresh"), ((8, 30), "partly"), ((7, 31), "partly"), ((8, 31), "stale")]
)
def test_freshness_goes_by_each_datasets_own_promise(late, freshness):
    days = [DAY - timedelta(days=many) for many in late]
    feeds = {"penalty_general": Feed(days[0], 7), "penalty_env": Feed(days[1], 30)}
    found = line(feeds=feeds)
    assert (found["freshness"], found["delivered"]) == (freshness, max(days).isoformat())
    assert found["datasets"] == [2, 2]


def test_what_never_came_is_never_fresh():
    found = line(feeds={"tax_arrears": Feed(DAY, 90), "penalty_env": Feed(None, 30)})
    assert (found["freshness"], found["delivered"], found["datasets"]) == ("never", None, [0, 2])
    (seen,) = [line(seen=Seen(frozenset({"penalty_env"})), feeds={"penalty_env": Feed(DAY, 30)})]
    assert (seen["freshness"], seen["datasets"]) == ("fresh", [1, 1])


def status(category="admin_penalty", **values):
    known = {tag: TagValue(value, "none" if value is None else "computed") for tag, value in values.items()}
    return standings(SHEET, CARD, {**NOTHING, **known})[category]


def test_how_a_category_stands_is_told_by_the_points_of_its_tags():
    assert status() == replace(status(), status="unknown", computed=0, of=34)
    assert (status(pen_cnt_3y=0).status, status(pen_cnt_3y=0).computed) == ("clear", 1)
    assert status(pen_cnt_1y=0).status == "sound"
    assert status(pen_cnt_1y=1).status == "attention"
    assert status("tax", tax_grade_latest=5).status == "sound"
    assert status("equity_investment", eq_holders=3).status == "unscored"


def test_a_warning_begins_where_one_tag_costs_as_much_as_the_rules_say():
    cost = -next(one for one in CARD.counted if one.tag.id == "pen_cnt_1y").points_of(1)
    assert cost > 1
    for warning, expected in ((cost - 1, "warning"), (cost, "warning"), (cost + 1, "attention")):
        sheet = bind_sheet(replace_rules(warning=warning), CARD, PLACED)
        values = {**NOTHING, "pen_cnt_1y": TagValue(1, "computed")}
        assert standings(sheet, CARD, values)["admin_penalty"].status == expected


def replace_rules(**changes):
    return msgspec.structs.replace(RULES, **changes)


def test_series_about_nobody_and_datasets_that_no_tag_reads_stand_on_no_sheet():
    assert "fx_rate" not in SHEET.datasets
    assert "penalty_general" in SHEET.datasets
    assert "nothing_reads_this" not in bind_sheet(RULES, CARD, {"nothing_reads_this": Placed("tax", 1)}).datasets


def test_the_digest_names_the_rules_and_where_each_dataset_stands():
    assert bind_sheet(RULES, CARD, PLACED).digest == SHEET.digest
    changed = {**PLACED, "tax_arrears": Placed("tax", 91)}
    assert bind_sheet(RULES, CARD, changed).digest != SHEET.digest
    assert bind_sheet(replace_rules(change=21), CARD, PLACED).digest != SHEET.digest


GOOD = "{name: health, version: 1, months: 3, windows: 8, compared: 4, least: 1, change: 1, warning: 1}"


@pytest.mark.parametrize(
    "wrong", ["months: 0", "windows: 7", "compared: 5", "least: 0", "change: 0", "warning: 0", "months: 1.5", "more: 1"]
)
def test_rules_that_make_no_sense_are_refused(wrong):
    assert read_rules(GOOD).windows == 8
    name = wrong.partition(":")[0]
    kept = [one for one in GOOD.strip("{}").split(", ") if not one.startswith(f"{name}:")]
    with pytest.raises(CardError):
        read_rules("{" + ", ".join([*kept, wrong]) + "}")
