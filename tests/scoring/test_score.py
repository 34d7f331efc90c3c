"""A score out of tags' values: every change worth exactly its points, one event once, nothing pretended."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_adapter.card import HIGHEST
from scoring_adapter.score import score
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.value import TagValue

CARD = load_scorecard()
COUNTED = {one.tag.id: one for one in CARD.counted}
NOTHING = {tag: TagValue(0 if one.tag.operator in {"count", "exists", "sum", "total", "max", "without"} else None,
                         "computed" if one.tag.operator in {"count", "exists", "sum", "total", "max", "without"}
                         else "none") for tag, one in COUNTED.items()}  # fmt: skip


def of(**values):
    """Values of an enterprise that is registered, and of which nothing else is known."""
    known = {"reg_capital": 100_000_00, **values}
    return {**NOTHING, **{tag: TagValue(value, "computed") for tag, value in known.items()}}


def points(**values):
    return score(CARD, of(**values)).points


def several(one):
    """Return a value for every bin or level of an entry."""
    if one.levels:
        return [*one.levels, None]
    return [None, *([one.bounds[0] - 1, *one.bounds] if one.bounds else [0])]


@st.composite
def anything(draw):
    """Draw values of every tag: any of its bins, or any status that has none."""
    drawn = {}
    for tag, one in COUNTED.items():
        value = draw(st.sampled_from(several(one)))
        status = "none" if value is None else "computed"
        drawn[tag] = draw(
            st.sampled_from([TagValue(value, status), TagValue(value, status), TagValue(None, "no-feed")])
        )
    return drawn


@settings(max_examples=40)
@given(anything())
def test_a_score_is_the_base_and_the_points_of_its_findings(values):
    result = score(CARD, values)
    assert all((f.points is None) == (f.value.status not in {"computed", "none"}) for f in result.findings)
    total = CARD.card.base + sum(f.points or 0 for f in result.findings)
    if result.missing:
        assert (result.points, result.band, result.reasons()) == (None, None, [])
    else:
        assert result.points == max(0, min(HIGHEST, total))
        assert result.band == next(band for band in CARD.card.bands if result.points >= band.from_)


@settings(max_examples=40)
@given(anything())
def test_of_a_family_one_entry_counts_the_one_that_costs_most(values):
    families = defaultdict(list)
    for finding in score(CARD, values).findings:
        if finding.counted.entry.family:
            families[finding.counted.entry.family].append(finding)
    for members in families.values():
        brought = [f.points for f in members if f.points]
        alone = [f.counted.points_of(f.value.value) for f in members if f.points is not None]
        worst, best = min(alone, default=0), max(alone, default=0)
        assert brought == [weightiest for weightiest in [worst if worst < 0 else best] if weightiest]


@settings(max_examples=60)
@given(anything(), st.sampled_from(sorted(COUNTED)), st.data())
def test_more_of_what_is_good_never_lowers_a_score_nor_more_of_what_is_bad_raises_it(values, tag, data):
    one = COUNTED[tag]
    known = sorted(value for value in several(one) if value is not None)
    low, high = sorted(data.draw(st.lists(st.sampled_from(known), min_size=2, max_size=2)))
    less, more = (
        score(CARD, {**values, tag: TagValue(value, "computed")}).points or 0 for value in (low, high)
    )  # fmt: skip
    if one.tag.direction == "+":
        assert less <= more
    if one.tag.direction == "-":
        assert more <= less


def test_one_fine_is_paid_once_however_many_tags_look_at_it():
    heavy = {"pen_cnt_1y": 1, "pen_cnt_3y": 1, "pen_union_cnt_3y": 1, "pen_amt_3y": 200_000_00}
    clean = points(pen_cnt_1y=0)
    assert points(**heavy) - clean == -50 - 5  # the amount weighs most; the clean year's 5 points are gone
    assert points(**heavy, pen_license_revoked_3y=1) - clean == -110 - 5
    small = {**heavy, "pen_amt_3y": 1}
    assert points(**small) - clean == -25 - 5


@pytest.mark.parametrize(
    ("bad", "cost"),
    [
        ({"tax_arrears_balance": 0}, 0),
        ({"tax_arrears_balance": 1_00}, -25),
        ({"si_arrears": 0}, 0),
        ({"ut_arrears_amt": 0}, 0),
        ({"exec_now": 0, "exec_amt_3y": 0}, 0),
        ({"exec_now": 0, "exec_amt_3y": 1}, -40),
        ({"abn_now": 0, "abn_cnt_3y": 0}, 0),
        ({"abn_now": 0, "abn_cnt_3y": 1}, -25),
        ({"abn_now": 1, "abn_cnt_3y": 1}, -125),
        ({"env_rating": 1}, -90),
    ],
)
def test_names_say_what_they_cost_for(bad, cost):
    assert points(**bad) - points() == cost


def test_every_band_can_be_reached_and_both_ends_of_the_scale():
    best, worst = ({tag: max(several(one), key=lambda v, o=one: sign * o.points_of(v)) for tag, one in COUNTED.items()}
                   for sign in (1, -1))  # fmt: skip
    made, reached = dict(worst), []
    for tag in [None, *COUNTED]:
        made |= {tag: best[tag]} if tag else {}
        values = {t: TagValue(v, "none" if v is None else "computed") for t, v in made.items()}
        reached.append(score(CARD, values))
    scored = [one for one in reached if one.points is not None]
    assert {one.band.id for one in scored} == {band.id for band in CARD.card.bands}
    assert (min(one.points for one in scored), max(one.points for one in scored)) == (0, HIGHEST)


def test_where_too_little_is_known_there_is_no_score_and_what_is_missing_is_said():
    unfed = {tag: TagValue(None, "no-feed") for tag in COUNTED}
    registered = {"reg_capital", "reg_age_y", "reg_sensitive_industry", "reg_closed"}
    result = score(CARD, {**unfed, **{tag: TagValue(3, "computed") for tag in registered}})
    assert (result.outcome, result.points, result.band) == ("insufficient-evidence", None, None)
    missing = {one.dimension: one for one in result.missing}
    assert "asset" not in missing  # the registered capital is known
    assert (missing["finance_tax"].known, missing["finance_tax"].needed) == (0, 2)
    assert missing["finance_tax"].datasets["tax_arrears"] == "no-feed"
    assert len(result.not_computable()) == len(COUNTED) - len(registered)


@pytest.mark.parametrize("code", [code for code, of in CARD.card.dimensions.items() if of.evidence])
def test_every_dimension_that_asks_for_evidence_can_withhold_the_score(code):
    stale = {tag: TagValue(None, "stale") if COUNTED[tag].tag.dimension == code else value
             for tag, value in of().items()}  # fmt: skip
    assert score(CARD, of()).outcome == "scored"
    result = score(CARD, stale)
    assert [one.dimension for one in result.missing] == [code]
    assert set(result.missing[0].datasets.values()) == {"stale"}


def test_evidence_is_counted_in_datasets_and_what_is_not_there_is_none():
    only_one = {
        tag: value if COUNTED[tag].tag.dimension != "finance_tax" or tag == "tax_arrears_balance"
        else TagValue(None, "none") for tag, value in of().items()
    }  # fmt: skip
    (missing,) = score(CARD, only_one).missing
    assert (missing.dimension, missing.known) == ("finance_tax", 1)
    assert missing.datasets["tax_credit_grade"] == "none"


def test_the_reasons_name_what_weighed_most_in_words():
    reasons = score(CARD, of(tax_arrears_balance=20_000_50, reg_age_y=15, tax_grade_latest=1)).reasons()
    assert [(r["tag"], r["points"]) for r in reasons[:3]] == [
        ("tax_grade_latest", -90), ("tax_arrears_balance", -50), ("reg_age_y", 35),
    ]  # fmt: skip
    assert reasons[1]["zh"].endswith("：20,000.5 元（-50 分）")
    assert reasons[1]["en"].endswith(": 20,000.5 yuan (-50 points)")
    assert reasons[0]["zh"].endswith("：D（-90 分）")


@pytest.mark.parametrize(
    ("tag", "value", "code", "best"),
    [
        ("pen_cnt_1y", 1, "pen_cnt_1y-2", 5),
        ("tax_arrears_balance", 100, "tax_arrears_balance-2", 5), ("env_rating", 5, "env_rating-5", 20),
    ],
)  # fmt: skip
def test_a_reason_names_its_step_of_the_card_and_the_most_that_it_could_bring(tag, value, code, best):
    told = next(one for one in score(CARD, of(**{tag: value})).reasons() if one["tag"] == tag)
    assert (told["code"], told["best"]) == (code, best)
    assert told["points"] == COUNTED[tag].points_of(value) <= best


def test_each_step_of_the_card_has_its_own_code():
    for one in CARD.counted:
        steps = {one.step_of(value): one.points_of(value) for value in several(one)}
        assert len(steps) == len(one.levels or one.points) + 1, one.tag.id
        assert steps[0] == one.entry.none
