"""What would raise a score: what is told comes true to the point, one event counts once, nothing is promised beyond."""

from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given, settings

from scoring_adapter.enterprise import Known, compute_tags
from scoring_adapter.errors import CardError
from scoring_adapter.improving import improve, months_after
from scoring_adapter.improving_rules import load_improving, nothing_of, read_improving
from scoring_adapter.improving_told import told_improvements
from scoring_adapter.score import COMPUTABLE, score
from scoring_adapter.tags.bounds import months_before
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.value import Feed, TagValue
from tests.scoring.test_score import CARD, anything, of

RULES = load_improving()
SHIPPED = (files("scoring_adapter") / "sheets/improving-1.yaml").read_text("utf-8")
DAY = date(2026, 11, 28)
ALL = 1000  # more than there are steps


def applied(values, changes):
    """Return the values with what is told to change changed."""
    after = {
        one.counted.tag.id: TagValue(one.after, "none" if one.after is None else "computed") for one in changes
    }  # fmt: skip
    return {**values, **after}


def raising(most=RULES.most, **values):
    return improve(score(CARD, of(**values)), told_most(most), DAY)


def told_most(most):
    return read_improving(SHIPPED.replace("most: 4", f"most: {most}"), load_tags())


@settings(max_examples=300, deadline=None)
@given(anything())
def test_who_does_what_is_told_scores_exactly_what_is_told(values):
    result = score(CARD, values)
    found = improve(result, RULES, DAY)
    if result.points is None:
        assert found.steps == ()
        assert found.together is None
        return
    assert len(found.steps) <= RULES.most
    for step in found.steps:
        after = score(CARD, applied(values, step.changes))
        assert after.points == step.score == result.points + step.gain
        assert step.gain > 0
        assert (step.by is None) == (step.how == "act")
        assert all(values[one.counted.tag.id].status in COMPUTABLE for one in step.changes)
        assert len({one.counted.entry.family or one.counted.tag.id for one in step.changes}) == 1
    done = [change for step in found.steps for change in step.changes]
    assert found.together == (score(CARD, applied(values, done)).points if done else None)
    assert [step.gain for step in found.steps] == sorted((step.gain for step in found.steps), reverse=True)


def test_every_tag_of_the_card_is_said_to_be_in_whose_hands_it_is():
    assert sorted(RULES.named) == sorted(one.tag.id for one in CARD.counted)


def test_one_fine_is_worth_what_the_family_gains_and_passes_when_its_last_window_does():
    fine = {"pen_cnt_1y": 1, "pen_cnt_3y": 1, "pen_union_cnt_3y": 1, "pen_amt_3y": 20_000_00}
    (step,) = [one for one in raising(**fine).steps if one.changes[0].counted.entry.family == "penalties"]
    assert {one.counted.tag.id for one in step.changes} == set(fine)
    assert (step.gain, step.by) == (30, date(2029, 11, 28))  # the worst, 25, and 5 for a clean year
    assert all(one.deed is None for one in step.changes)


def test_of_steps_that_bring_the_same_the_soonest_is_told():
    (step,) = [one for one in raising(pen_cnt_1y=1).steps if one.changes[0].counted.tag.id == "pen_cnt_1y"]
    assert step.by == date(2027, 11, 28)


def test_what_another_tag_of_the_family_costs_just_as_much_is_no_step():
    told = raising(dishonest_now=1, re_seized=1).steps
    (step,) = [one for one in told if one.changes[0].counted.entry.family == "enforcement"]
    assert step.gain == 110  # the seized property still costs 40, and is not in its hands
    assert not [one for one in raising(re_seized=1).steps if one.changes[0].counted.entry.family == "enforcement"]


def test_what_cannot_be_computed_is_never_told_to_change():
    values = {**of(), "tax_arrears_balance": TagValue(None, "stale"), "si_arrears": TagValue(None, "no-feed")}
    steps = improve(score(CARD, values), told_most(ALL), DAY).steps
    assert not {"tax_arrears_balance", "si_arrears"} & {one.counted.tag.id for step in steps for one in step.changes}


def test_a_score_at_the_bottom_does_not_rise_by_what_does_not_reach_it():
    worst = {"reg_closed": 1, "bankruptcy_now": 1, "crim_charge": 1, "ser_now": 1, "tax_arrears_balance": 100}
    result = score(CARD, of(**worst))
    assert result.points == 0
    assert "tax_arrears_balance" not in {
        one.counted.tag.id for step in raising(ALL, **worst).steps for one in step.changes
    }


@pytest.mark.parametrize(("most", "told"), [(1, 1), (2, 2), (3, 3)])
def test_no_more_steps_are_told_than_declared_and_the_largest_first(most, told):
    values = {"tax_arrears_balance": 100, "abn_now": 1, "si_arrears": 100, "insp_hazard_open": 2}
    every = raising(ALL, **values).steps
    assert len(every) >= 4
    assert raising(most, **values).steps == every[:told]


def test_the_next_grade_and_the_next_year_are_told():
    grade = next(one for one in raising(ALL, tax_grade_latest=3, reg_age_y=2).steps
                 if one.changes[0].counted.tag.id == "tax_grade_latest")  # fmt: skip
    assert grade.changes[0].counted.points_of(grade.changes[0].after) == grade.gain + grade.changes[
        0
    ].counted.points_of(3)
    age = next(one for one in raising(ALL, reg_age_y=2).steps if one.changes[0].counted.tag.id == "reg_age_y")
    assert (age.changes[0].after, age.by, age.gain) == (3, date(2027, 11, 28), 20)


@pytest.mark.parametrize(
    ("day", "months"),
    [(date(2026, 8, 31), 6), (date(2024, 2, 29), 12), (date(2024, 2, 29), 36), (date(2026, 11, 28), 36)],
)
def test_a_window_is_over_on_the_day_told_and_not_the_day_before(day, months):
    end = months_after(day, months)
    assert months_before(end, months) >= day
    assert months_before(end - timedelta(days=1), months) < day


class Held:
    """A record that counts."""

    def __init__(self, dataset, **fields):
        self.dataset, self.fields = dataset, fields


@pytest.mark.parametrize("on", [DAY, DAY - timedelta(days=400)])
def test_what_is_told_to_pass_has_passed_on_that_day_by_the_records_themselves(on):
    tags = load_tags()
    fine = Held("penalty_general", cf_wsh="温罚〔2026〕1号", cf_jdrq=on.isoformat(), cf_nr_fk="5")
    known = Known([fine], {name: Feed(date(2099, 1, 1), 10**6) for name in tags.sources})
    penalties = {one.tag.id for one in CARD.counted if one.entry.family == "penalties"}
    found = {name: value for name, value in compute_tags(tags, known, DAY).items() if name in penalties}
    (step,) = [one for one in improve(score(CARD, {**of(), **found}), told_most(ALL), DAY).steps
               if one.changes[0].counted.entry.family == "penalties"]  # fmt: skip
    then = compute_tags(tags, known, step.by)
    assert {one.counted.tag.id: one.after for one in step.changes} == {
        one.counted.tag.id: then[one.counted.tag.id].value for one in step.changes
    }


def test_each_step_is_told_in_both_languages_with_its_values_and_its_day():
    told = told_improvements(CARD, raising(tax_arrears_balance=1_200_000, pen_cnt_1y=2))
    pay, wait = (next(one for one in told["steps"] if one["how"] == how) for how in ("act", "pass"))
    assert pay["changes"] == [{"tag": "tax_arrears_balance", "from": "12000.00", "to": "0.00"}]
    assert pay["zh"] == "缴清欠税（欠税余额由12,000 元变为0 元）"
    assert pay["en"].startswith("Pay the taxes in arrears (")
    assert wait["by"] == "2027-11-28"
    assert wait["zh"].startswith("没有新的，最迟 2027-11-28：")
    assert "by 2027-11-28 at the latest" in wait["en"]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("most: 4", "most: 0", "most"),
        ("grow: [reg_age_y]", "grow: [reg_age_y, abn_now]", "twice"),
        ("grow: [reg_age_y]", "grow: [nothing_of_the_kind]", "no such tag"),
        ("pass: [chg_legalrep_1y", "pass: [reg_age_y", "twice"),
        ("outside: [reg_capital,", "outside: [", ""),
        ("{to: 1, zh", "{to: 1, next: true, zh", "next"),
        ("pass: [chg_legalrep_1y,", "pass: [reg_approval_age_y, ", "window"),
        ("grow: [reg_age_y]", "grow: [reg_approval_age_y]", "age"),
        ("most: 4", "least: 4", "read"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_name(was, becomes, said):
    changed = SHIPPED.replace(was, becomes)
    assert changed != SHIPPED
    if not said:
        assert read_improving(changed, load_tags()).digest != RULES.digest
        return
    with pytest.raises(CardError, match=said):
        read_improving(changed, load_tags())


def test_nothing_is_what_the_tag_itself_makes_of_no_records():
    values = compute_tags(load_tags(), Known([], {name: Feed(DAY, 10**6) for name in load_tags().sources}), DAY)
    for name in [*RULES.act, *RULES.passing]:
        tag = load_tags().by_id[name]
        if tag.operator != "without":
            assert nothing_of(tag) == values[name].value, name
