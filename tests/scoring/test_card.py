"""The published card: three enterprises worked by hand, every change worth exactly its points, nothing pretended."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue.load import datasets
from scoring_adapter.card import load_card, read_card
from scoring_adapter.errors import CardError
from scoring_adapter.score import Input, score

AS_OF = date(2026, 1, 1)
FEEDS = frozenset(datasets())
REGISTRATION = {"entity_name": "甲", "est_date": "2010-05-01", "approval_date": "2024-01-01", "reg_capital": "500",
                "currency": "CNY", "ent_type": "有限责任公司"}  # fmt: skip
PENALTY = {"cf_wsh": "1", "cf_cflb": ["罚款"], "cf_nr_fk": "0.5", "cf_nr_wfff": None, "cf_nr_zkdx": None,
           "cf_jdrq": "2025-10-01"}  # fmt: skip


def inputs(*records):
    return [Input(dataset, fields, f"{n:064x}") for n, (dataset, fields) in enumerate(records)]


def scored(*records, feeds=FEEDS):
    return score(load_card(), inputs(*records), feeds, AS_OF)


CLEAN = [("ent_registration", REGISTRATION)]
# 600 base. Registration: 15 years +40 (10 or more), capital 500 (5 million) +20 (500 to 4,999), on file 0, approved two
# whole years ago +5 (below 3). No penalty ever +10, no tax penalty ever +5, no arrears +10, never abnormal +10.
CLEAN_POINTS = 600 + 40 + 20 + 5 + 10 + 5 + 10 + 10

# The same with one penalty of 0.5 (10,000 yuan) three months ago: in 6 months -25, in 1 year -15, in 3 years -10; ever:
# from +10 to 0; fines below 1 bring nothing.
PENALISED_POINTS = CLEAN_POINTS - 25 - 15 - 10 - 10

# Nothing but a tax arrears notice of 20,000.50 yuan. No registration: age none -20, capital none 0, not on file -60;
# arrears -60 (10,000 to 99,999) and one kind -5; penalties +10, tax penalties +5, abnormal +10.
THIN = [("tax_arrears", {"taxpayer_name": "丙", "tax_type": "增值税", "balance": "20000.5"})]
THIN_POINTS = 600 - 20 - 60 - 60 - 5 + 10 + 5 + 10


@pytest.mark.parametrize(
    ("records", "points", "band"),
    [
        (CLEAN, CLEAN_POINTS, "excellent"),
        ([*CLEAN, ("penalty_general", PENALTY)], PENALISED_POINTS, "good"),
        (THIN, THIN_POINTS, "fair"),
    ],
)
def test_three_enterprises_worked_by_hand(records, points, band):
    result = scored(*records)
    assert (result.points, result.band.id) == (points, band)


def test_the_reasons_name_what_weighed_most_in_words():
    reasons = scored(*THIN).reasons()
    assert [(r["tag"], r["points"]) for r in reasons[:2]] == [("reg_found", -60), ("tax_arrears_balance", -60)]
    assert reasons[1]["zh"] == "累计欠税余额（元）：20000.5（-60 分）"


def test_a_tag_without_a_feed_is_not_computable_and_never_zero():
    result = scored(*CLEAN, feeds=FEEDS - {"tax_arrears"})
    finding = next(f for f in result.findings if f.tag.id == "tax_arrears_balance")
    assert (finding.value, finding.points, finding.as_answer()["computable"]) == (None, None, False)
    assert "tax_arrears_balance" in result.not_computable()
    assert result.points == CLEAN_POINTS - 10
    computable = [f for f in scored(*CLEAN).findings if f.points is not None]
    assert len(computable) >= 30


@given(st.permutations([*CLEAN, *THIN, ("penalty_general", PENALTY), ("honor_award", {"award_no": "1"})]))
def test_the_order_of_the_records_changes_nothing(records):
    items = [Input(dataset, fields, dataset) for dataset, fields in records]
    result = score(load_card(), items, FEEDS, AS_OF)
    expected = sorted(items, key=lambda item: item.dataset)
    assert result == score(load_card(), expected, FEEDS, AS_OF)


@given(st.lists(st.dates(date(2015, 1, 1), AS_OF), max_size=6), st.dates(date(2015, 1, 1), AS_OF), st.integers(0, 500))
def test_one_more_penalty_never_raises_the_score(earlier, at, fine):
    def penalty(day, amount):
        return ("penalty_general", {**PENALTY, "cf_jdrq": day.isoformat(), "cf_nr_fk": str(amount)})

    before = [*CLEAN, *(penalty(day, 1) for day in earlier)]
    assert scored(*before, penalty(at, fine)).points <= scored(*before).points


@given(st.lists(st.sampled_from([*CLEAN, *THIN, ("penalty_general", PENALTY), ("abnormal_operation", {})]), max_size=8))
def test_the_score_is_the_base_and_the_published_points(records):
    result = scored(*records)
    assert result.points == max(0, min(1000, 600 + sum(f.points or 0 for f in result.findings)))


def test_the_digest_of_the_inputs_follows_every_record_and_the_model():
    assert scored(*CLEAN).inputs_digest != scored(*CLEAN, *THIN).inputs_digest
    assert scored(*CLEAN).model.startswith("enterprise/1+")


CARD = """
name: x
version: 1
base: 500
bands: [{id: a, name: {zh: 甲, en: a}, from: 0}]
dimensions: {d: {zh: 丁, en: d}}
tags: [{id: t, name: {zh: 签, en: t}, dimension: d, dataset: s, kind: count, bins: [{points: 0}]}]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 0", "points: 0.5"),
        ("{points: 0}", "{below: 1, points: 0}"),
        ("{points: 0}", "{below: 2, points: 0}, {below: 1, points: 0}, {points: 0}"),
        ("dimension: d", "dimension: e"),
        ("kind: count", "kind: guess"),
        ("kind: count", "kind: sum"),
        ("kind: count", "kind: level"),
        ("kind: count", "kind: years"),
        ("from: 0", "from: 1"),
        ("base: 500", "base: 500\nbonus: 1"),
        ("name: x", "name: ["),
    ],
)
def test_an_unsound_card_is_refused(old, new):
    assert read_card(CARD).tags
    with pytest.raises(CardError):
        read_card(CARD.replace(old, new))
