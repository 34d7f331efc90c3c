"""Where a score lies among others, in whole numbers; with whom it is compared, and when nothing is told."""

from datetime import date
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_adapter.distribution import TOLD, Distribution, Group
from scoring_adapter.errors import CardError
from scoring_adapter.industries import Place, load_industries, read_industries
from scoring_adapter.percentile import STATUSES, told_industry
from scoring_adapter.scan.placing import place_all
from scoring_adapter.score import score
from scoring_adapter.scorecard import codes_of
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.value import TagValue
from tests.scoring.test_score import CARD, of

RULES = load_industries()
DAY = date(2026, 11, 27)
SOURCE = (files("scoring_adapter") / "sheets/industries-1.yaml").read_text("utf-8")
CODES = load_tags().sources["ent_registration"].columns["section"].codes
MADE = Group("C", "small", (500, 600, 700, 900), (10, 20, 60, 10))
EVERY = Group("C", "", (400, 600), (60, 60))
BOTH = Distribution(DAY, {("C", "small"): MADE, ("C", ""): EVERY})


def told(section=3, headcount=25, distribution=BOTH, **more):
    """What an answer tells of an enterprise that scores 620 or so."""
    values = {
        **of(),
        "reg_industry": section if isinstance(section, TagValue) else TagValue(section, "computed"),
        "si_headcount_avg_1y": TagValue(headcount, "none" if headcount is None else "computed"),
    }
    return told_industry(RULES, score(CARD, values), values, distribution, **{"narrowed": False, **more})


@pytest.mark.parametrize(
    ("points", "percentile"),
    [(499, 0), (500, 0), (501, 10), (600, 10), (601, 30), (700, 30), (701, 90), (900, 90), (901, 100)],
)
def test_a_percentile_is_the_share_that_scores_less_rounded_down(points, percentile):
    assert MADE.percentile(points) == percentile
    assert Group("C", "", (1, 2), (1, 2)).percentile(2) == 33


def test_the_scores_told_of_a_group_are_the_least_that_so_many_do_not_exceed():
    assert (MADE.enterprises, MADE.told) == (100, [500, 600, 700, 700, 700])
    assert Group("C", "", (1, 2, 3), (1, 1, 1)).told == [1, 1, 2, 3, 3]


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.integers(0, 1000))
def test_a_group_counted_is_as_its_scores_counted_one_by_one(scores, points):
    several = sorted(set(scores))
    group = Group("C", "", several, [scores.count(one) for one in several])
    assert group.percentile(points) == 100 * sum(one < points for one in scores) // len(scores)
    ordered = sorted(scores)
    for percent, told_score in zip(TOLD, group.told, strict=True):
        assert told_score == next(one for at, one in enumerate(ordered, 1) if 100 * at >= percent * len(scores))


@pytest.mark.parametrize(
    ("section", "headcount", "place"),
    [
        (3, 19, Place(3, 1)), (3, 20, Place(3, 2)), (3, 299, Place(3, 2)), (3, 300, Place(3, 3)),
        (3, 999, Place(3, 3)), (3, 1000, Place(3, 4)), (3, None, Place(3, 0)), (5, 50, Place(5, 0)),
        (6, 9, Place(6, 1)), (6, 10, Place(6, 2)), (20, 1, Place(20, 0)), (21, 1, Place(0, 0)), (0, 1, Place(0, 0)),
        (None, 1, Place(0, 0)),
    ],
)  # fmt: skip
def test_size_goes_by_the_bounds_of_the_section(section, headcount, place):
    assert RULES.place(section, headcount) == place


@given(st.lists(st.tuples(st.none() | st.integers(-1, 22), st.none() | st.integers(0, 1200)), max_size=30))
def test_many_are_placed_as_each_is(several):
    values = np.array([[one or 0, many or 0] for one, many in several], np.int64).reshape(-1, 2)
    given_ = np.array([[one is not None, many is not None] for one, many in several], np.bool_).reshape(-1, 2)
    sections, sizes = place_all(RULES, values, given_)
    assert list(map(Place, sections.tolist(), sizes.tolist())) == [RULES.place(*one) for one in several]


def test_an_answer_names_the_group_how_many_are_in_it_and_of_which_day():
    found = told()
    points = score(CARD, of(si_headcount_avg_1y=25)).points
    assert found == {
        "status": "computed", "percentile": MADE.percentile(points), "enterprises": 100,
        "section": {"code": "C", "zh": "制造业", "en": "manufacturing"},
        "size": {"code": "small", "zh": "小型", "en": "small"},
        "scores": {"10": 500, "25": 600, "50": 700, "75": 700, "90": 700}, "day": "2026-11-27",
    }  # fmt: skip


@pytest.mark.parametrize("headcount", [None, 19, 300])
def test_who_has_no_size_or_too_small_a_group_is_compared_with_its_section(headcount):
    found = told(headcount=headcount)
    assert (found["status"], found["size"], found["enterprises"]) == ("computed", None, 120)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"narrowed": True}, "narrowed"),
        ({"distribution": None}, "no-scan"),
        ({"section": 1}, "few"),
        ({"section": 0}, "unknown"),
        *(({"section": TagValue(None, status)}, status) for status in ("none", "no-feed", "stale", "withheld")),
    ],
)
def test_where_nothing_can_be_told_the_answer_says_why(changes, status):
    found = told(**changes)
    assert found == ({"status": status, "day": "2026-11-27"} if status == "few" else {"status": status})
    assert status in STATUSES


def test_without_a_score_there_is_nothing_to_compare():
    values = {**of(), "reg_age_y": TagValue(None, "no-feed"), "reg_capital": TagValue(None, "no-feed")}
    values |= {tag: TagValue(None, "no-feed") for tag in values}
    values |= {"reg_industry": TagValue(3, "computed"), "si_headcount_avg_1y": TagValue(None, "no-feed")}
    assert told_industry(RULES, score(CARD, values), values, None, narrowed=False) == {"status": "no-score"}


def test_sections_are_the_levels_of_the_tag():
    assert list(codes_of(load_tags().by_id[RULES.section], load_tags())) == [one.id for one in RULES.sections]
    assert len(RULES.sections) == 20


def test_the_digest_is_of_the_day_and_of_every_count():
    one = Distribution(DAY, {("C", ""): EVERY})
    assert one.digest() == Distribution(DAY, {("C", ""): Group("C", "", (400, 600), (60, 60))}).digest()
    others = [
        Distribution(date(2026, 11, 28), {("C", ""): EVERY}),
        Distribution(DAY, {("C", ""): Group("C", "", (400, 600), (60, 61))}),
        Distribution(DAY, {("D", ""): Group("D", "", (400, 600), (60, 60))}),
    ]
    assert len({one.digest(), *(other.digest() for other in others)}) == 4


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("least: 30", "least: 0"), ("{id: T,", "{id: U,"), ("bounds: [10, 50, 300]", "bounds: [10, 300, 50]"),
        ("bounds: [10, 50, 300]", "bounds: [10, 50]"), ("bounds: [10, 50, 300]", "bounds: [0, 50, 300]"),
        ("version: 1", "edition: 1"),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(was, becomes):
    changed = SOURCE.replace(was, becomes)
    assert changed != SOURCE
    with pytest.raises(CardError):
        read_industries(changed, CODES)
