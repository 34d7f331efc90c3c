"""What people read of a tag's value: its level by name, its unit once, an age that is less than one."""

from datetime import date

import pytest

from gateway.console.words import Words
from gateway.inquiries.computing import assess
from gateway.inquiries.records import words as records_words
from gateway.questions import replay_words
from gateway.scores.level_names import level_names
from scoring_adapter.improving import improve
from scoring_adapter.improving_rules import load_improving
from scoring_adapter.improving_told import told_improvements
from scoring_adapter.score import score
from scoring_adapter.shown import phrase
from scoring_adapter.tags.value import TagValue
from tests.scoring.test_score import CARD, of

DAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("tag", "value", "zh", "en"),
    [
        ("reg_age_y", 15, "存续时长：15 年", "15 years since establishment"),
        ("reg_age_y", 1, "存续时长：1 年", "1 year since establishment"),
        ("reg_age_y", 0, "存续时长：不满 1 年", "less than a year since establishment"),
        ("reg_age_y", None, "存续时长（年）：无", "years since establishment: none"),
        ("hf_break", 0, "近12个月公积金断缴月数：0 个月", "0 months of 12 without a deposit between two with one"),
        ("tax_arrears_balance", 200, "欠税余额：2 元", "tax owed: 2 yuan"),
        ("env_rating", 5, "近3年最近一次环境信用等级：绿色", "latest environmental credit grade in 3 years: green"),
        ("env_rating", 0, "近3年最近一次环境信用等级：其他", "latest environmental credit grade in 3 years: other"),
        ("env_safety_std", 1, "安全生产标准化等级：三级", "work-safety standard level: level 3"),
    ],
)
def test_a_tag_and_its_value_are_one_phrase(tag, value, zh, en):
    told = phrase(CARD.tags.by_id[tag], value, CARD.tags, level_names())
    assert (told.zh, told.en) == (zh, en)


def test_an_answer_names_levels_in_its_reasons_and_in_what_would_raise_it():
    nothing = {tag.id: TagValue(None, "no-feed") for tag in CARD.tags.tags}
    values = {**nothing, **of(tax_grade_latest=1, env_rating=3)}
    told = assess(CARD, "score", values, DAY, None).details
    reasons = {one["tag"]: one for one in told["reasons"]}
    assert reasons["tax_grade_latest"]["zh"] == "最近纳税信用等级：D级（-90 分）"
    steps = told["improvements"]["steps"]
    assert any("由D级变为" in one["zh"] for one in steps)
    assert steps == told_improvements(CARD, improve(score(CARD, values), load_improving(), DAY), level_names())["steps"]


def test_views_and_answers_computed_again_name_levels_too():
    value = {"value": "green", "unit": "level", "status": "computed"}
    column = {**value, "column": "env_rating", "name": {"zh": "环境信用等级", "en": "environmental grade"}}
    assert records_words._column(column, Words("zh")).value == "绿色"
    assert replay_words._entry(Words("zh"), {**value, "tag": "env_rating"}) == "绿色"
