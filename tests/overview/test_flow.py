"""The graph and the first line say what the figures say, the same each time."""

from datetime import UTC, datetime

import pytest

from gateway.console.words import words_in
from gateway.overview.charts import by_band, by_hour, first_line, platform_names
from gateway.overview.figures import Asking, Feed, Overview, Platform
from gateway.overview.flow import MOST_KINDS, flow_of

AT = datetime(2026, 11, 27, 6, 32, tzinfo=UTC)  # half past two in the afternoon in China


def feed(number, records=10, late=0):
    return Feed("tax", f"set-{number}", f"kind-{number}", 7, AT, late, records)


def overview(**changes):
    members = {
        "at": AT, "subjects": 9, "new_subjects": 1, "feeds": [feed(1), feed(2, 30)],
        "institutions": [Asking("bank", "某银行", "bank", 4, 3, 1), Asking("lake", "湖银行", "bank", 2, 2, 0)],
        "asked": [0] * 9 + [6] + [0] * 14, "denied": [0] * 9 + [1] + [0] * 14, "denials": {"consent-required": 1},
        "bands": {"excellent": None, "good": 7, "fair": None, "poor": 0},
        "platforms": [Platform("city", "city", 5, 1, 0, 4)], **changes,
    }  # fmt: skip
    return Overview(**members)


def test_everything_goes_through_the_gateway_with_its_count():
    flow = flow_of(overview())
    assert {(start, end, count) for start, end, count in flow.arrows} == {
        ("data-kind-2", "gateway", 30), ("data-kind-1", "gateway", 10), ("gateway", "institution-bank", 6),
        ("gateway", "platform-city", 5),
    }  # fmt: skip
    assert flow == flow_of(overview())
    assert len({(node.x, node.y) for node in flow.nodes}) == len(flow.nodes)


@pytest.mark.parametrize(("kinds", "shown"), [(MOST_KINDS, MOST_KINDS), (MOST_KINDS + 1, MOST_KINDS + 1), (40, 11)])
def test_of_many_kinds_of_data_the_largest_stand_alone_and_the_others_together(kinds, shown):
    flow = flow_of(overview(feeds=[feed(number, number + 1) for number in range(kinds)]))
    data = [node for node in flow.nodes if node.side == "data"]
    assert len(data) == shown
    assert sum(node.count for node in data) == kinds * (kinds + 1) // 2


def test_nothing_at_all_is_the_gateway_alone():
    flow = flow_of(overview(feeds=[], institutions=[], platforms=[]))
    assert ([node.id for node in flow.nodes], flow.arrows) == (["gateway"], [])


def test_the_first_line_names_what_is_wrong_and_nothing_else():
    words = words_in("zh")
    assert first_line(words, overview()) == "一切正常。"
    late = overview(feeds=[feed(1, late=2)], platforms=[Platform("city", "city", 5, 1, 2, 4)])
    assert first_line(words, late) == "除 1 个来源迟到、2 份报送被拒收外，一切正常。"
    assert first_line(words_in("en"), late) == "All is well but for 1 late feed and 2 refused deliveries."


def test_an_hour_that_has_not_come_has_no_number_and_one_without_questions_has_zero():
    asked = by_hour(words_in("zh"), overview()).series[0].values
    assert (asked[9], asked[14], asked[15]) == (6, 0, None)


def test_a_band_that_is_hidden_is_drawn_as_nothing_and_said_to_be_hidden():
    chart = by_band(words_in("zh"), overview())
    assert list(chart.series[0].values) == [None, 7, None, 0]
    assert "不显示" in chart.finding


def test_two_platforms_of_one_kind_are_told_apart():
    one = platform_names(words_in("zh"), overview())
    assert one == {"city": "城市公共信用平台"}
    two = overview(platforms=[Platform(name, "city", 0, 0, 0, 0) for name in ("a", "b")])
    assert platform_names(words_in("zh"), two) == {"a": "城市公共信用平台 a", "b": "城市公共信用平台 b"}
