"""Enterprises worked by hand, from their records to their points."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.catalogue.load import datasets
from scoring_adapter.enterprise import Known, compute_tags, wanted_others, wanted_series
from scoring_adapter.score import score
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.value import Feed

AS_OF = date(2026, 1, 1)
CARD = load_scorecard()


@dataclass(frozen=True)
class Record:
    """A record that counts."""

    dataset: str
    fields: dict = field(default_factory=dict)


def feeds(*without, delivered=AS_OF):
    return {name: Feed(delivered, of.freshness_days, of.granularity)
            for name, of in datasets().items() if name not in without}  # fmt: skip


def scored(*records, fed=None):
    known = Known([Record(*record) for record in records], feeds() if fed is None else fed)
    return score(CARD, compute_tags(CARD.own_tags, known, AS_OF))


REGISTRATION = {"entity_name": "甲", "est_date": "2010-05-01", "approval_date": "2024-01-01", "reg_capital": "500",
                "currency": "CNY", "ent_type": "有限责任公司"}  # fmt: skip
REPORT = {"report_year": "2024", "publish_date": "2025-06-01"}
PENALTY = {"cf_wsh": "1", "cf_cflb": ["罚款"], "cf_nr_fk": "0.5", "cf_nr_wfff": None, "cf_nr_zkdx": None,
           "cf_jdrq": "2025-10-01"}  # fmt: skip
REGISTERED = [("ent_registration", REGISTRATION), ("annual_report_base", REPORT)]
# 600 base. Registered 15 whole years +35 (10 or more), 5,000,000 yuan +20 (5 to 50 million). All datasets are delivered
# and say nothing else: no entry in the abnormal list in 3 years +5, no judgment in a year +5, no penalty in a year +5,
# no tax arrears +5.
REGISTERED_POINTS = 600 + 35 + 20 + 5 + 5 + 5 + 5

# The same with one penalty of 0.5 (5,000 yuan) three months ago: one in a year -25, the 5 of a year without any are
# gone; one in three years -12 and a fine below 10,000 yuan 0 are about the same event.
PENALISED_POINTS = REGISTERED_POINTS - 25 - 5

# Good and bad together: tax credit A +45, rated blue +8; 20,000.50 yuan of tax unpaid -50 instead of +5, an open
# enforcement case of 80,000 yuan unpaid -60 (the case) or -40 (the amount): once, -60.
MIXED = [
    *REGISTERED,
    ("tax_credit_grade", {"grade": "A", "eval_year": "2024", "eval_date": "2025-05-01"}),
    ("env_credit_rating", {"rating": "blue", "year": "2024-12-31"}),
    ("tax_arrears", {"taxpayer_name": "丙", "tax_type": "增值税", "balance": "20000.5"}),
    ("enforcement_case", {"case_no": "1", "filing_date": "2025-03-01", "status": "open", "unexec_amount": "80000"}),
]
MIXED_POINTS = REGISTERED_POINTS + 45 + 8 - 50 - 5 - 60


@pytest.mark.parametrize(
    ("records", "points", "band"),
    [
        (REGISTERED, REGISTERED_POINTS, "good"),
        ([*REGISTERED, ("penalty_general", PENALTY)], PENALISED_POINTS, "good"),
        (MIXED, MIXED_POINTS, "fair"),
    ],
)
def test_three_enterprises_worked_by_hand(records, points, band):
    result = scored(*records)
    assert (result.points, result.band.id) == (points, band), [f for f in result.findings if f.points]


@pytest.mark.parametrize(
    "harmless",
    [
        ("tax_arrears", {"taxpayer_name": "甲", "tax_type": "增值税", "balance": "0"}),
        ("social_insurance_arrears", {"insurance_type": "养老", "period": "2025-12", "arrears": "0"}),
        ("power_usage", {"account_no": "1", "period": "2025-11", "kwh": "500", "arrears": "0"}),
        ("abnormal_operation", {"date_in": "2016-03-01", "date_out": "2018-03-01"}),
        ("env_credit_rating", {"rating": "red", "year": "2015-12-31"}),
        ("enforcement_case", {"case_no": "1", "filing_date": "2025-03-01", "status": "closed", "unexec_amount": "0"}),
    ],
    ids=lambda record: record[0],
)
def test_what_is_over_or_nothing_costs_nothing(harmless):
    assert scored(*REGISTERED, harmless).points == REGISTERED_POINTS


def test_a_debt_that_is_reported_every_month_is_one_debt():
    def reported(month):
        return ("power_usage", {"account_no": "1", "period": f"2025-{month:02}", "kwh": "500", "arrears": "800"})

    once = scored(*REGISTERED, reported(12)).points
    assert once == REGISTERED_POINTS - 15
    assert scored(*REGISTERED, *map(reported, range(9, 13))).points == once


def test_a_firm_with_nothing_but_an_old_registration_has_no_score():
    result = scored(*REGISTERED, fed={"ent_registration": Feed(AS_OF, 1)})
    assert (result.outcome, result.points) == ("insufficient-evidence", None)
    assert scored(*REGISTERED, fed={}).outcome == "insufficient-evidence"


def test_what_is_delivered_no_longer_is_known_no_longer():
    old = scored(*REGISTERED, fed=feeds(delivered=date(2022, 1, 1)))
    assert {finding.value.status for finding in old.findings} == {"stale"}
    assert {one.dimension for one in old.missing} == {c for c, of in CARD.card.dimensions.items() if of.evidence}


@settings(max_examples=20)
@given(st.permutations([*MIXED, ("penalty_general", PENALTY), ("honor_award", {"award_no": "1"})]))
def test_the_order_of_the_records_changes_nothing(records):
    expected = scored(*sorted(records, key=str))
    assert [f.points for f in scored(*records).findings] == [f.points for f in expected.findings]


@settings(max_examples=20)
@given(st.lists(st.dates(date(2020, 1, 1), AS_OF), max_size=5), st.dates(date(2020, 1, 1), AS_OF), st.integers(0, 500))
def test_one_more_penalty_never_raises_the_score(earlier, at, fine):
    def penalty(number, day, amount):
        changes = {"cf_wsh": str(number), "cf_jdrq": day.isoformat(), "cf_nr_fk": str(amount)}
        return ("penalty_general", {**PENALTY, **changes})

    before = [*REGISTERED, *(penalty(number, day, 1) for number, day in enumerate(earlier))]
    assert scored(*before, penalty("new", at, fine)).points <= scored(*before).points


def test_series_and_other_enterprises_are_wanted_where_a_record_asks_for_them():
    tags = CARD.tags
    held = [Record("outbound_investment", {"investee_uscc": "91330300MAX000031G"}), Record("ent_registration")]
    others = wanted_others(tags, AS_OF, held)
    assert others.codes == {"91330300MAX000031G"}
    assert "ent_registration" in others.datasets
    assert wanted_others(tags, AS_OF, held[1:]).codes == frozenset()
    assert wanted_series(tags, AS_OF, ["private_lending_filing"]) == {"wz_rate_index"}
    assert wanted_series(tags, AS_OF, ["tax_arrears"]) == set()


def test_a_tag_of_another_enterprise_comes_from_its_own_records():
    tags, code, fed = CARD.tags, "91330300MAX000031G", feeds()
    held = [Record("outbound_investment", {"investee_uscc": code, "invest_date": "2020-01-01"})]
    for industry, share in (("J6631", 10_000), ("C1951", 0)):
        investee = {**REGISTRATION, "industry_code": industry, "scope": "制造"}
        known = Known(held, fed, others={code: [Record("ent_registration", investee)]})
        value = compute_tags(tags, known, AS_OF)["eq_invest_fin_ratio"]
        assert (value.value, value.status) == (share, "computed")
