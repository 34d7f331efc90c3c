"""Answers as people read them: with a score, without one, and those of the first card, which are shown as before."""

import pytest

from gateway.console.words import Words
from gateway.inquiries.answer_sheet import lay_out
from scoring_adapter.published import FIRST_MODEL
from scoring_adapter.scorecard import load_scorecard

WHEN = {
    "issued_at": "2026-11-27T01:00:00+00:00",
    "expires_at": "2026-12-27T01:00:00+00:00",
    "entry": "e",
    "inputs": "d",
}
FIRST = {
    **WHEN, "v": 1, "model": FIRST_MODEL, "score": 690, "band": "excellent", "not_computable": ["tax_arrears_kinds"],
    "reasons": [{"tag": "reg_age_y", "points": 40, "zh": "存续时长（年）：15（+40 分）", "en": "years: 15 (+40)"}],
    "tags": [
        {"tag": "abn_now", "dimension": "operation", "name": {"zh": "次数", "en": "entries"}, "computable": True,
         "value": 0, "points": 10},
        {"tag": "pen_amt_1y", "dimension": "operation", "name": {"zh": "罚款", "en": "fines"}, "computable": False,
         "value": None, "points": None},
    ],
}  # fmt: skip


def newest(**changes):
    return {
        **WHEN, "v": 2, "model": load_scorecard().card.model(), "outcome": "scored", "score": 690, "band": "good",
        "reasons": [], "missing": [], "not_computable": [], **changes,
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_answer_of_the_first_card_is_shown_by_its_own_bands_and_names(language):
    sheet = lay_out(FIRST, Words(language))
    assert [(one.band, one.begins, one.here) for one in sheet.scale] == [
        ("poor", 0, False), ("fair", 450, False), ("good", 580, False), ("excellent", 680, True),
    ]  # fmt: skip
    assert (sheet.computed, sheet.missing[0].name) == (
        (43, 44),
        Words(language).either("欠税税种数", "kinds of tax in arrears"),
    )
    ((_, findings),) = sheet.sections
    assert [(one.code, one.value, one.computable) for one in findings] == [
        ("abn_now", "0", True), ("pen_amt_1y", Words(language).either("无", "none"), False),
    ]  # fmt: skip


def test_an_answer_without_a_score_says_what_is_missing():
    missing = [{"dimension": "finance_tax", "name": {"zh": "财税", "en": "finance and tax"}, "known": 1, "needed": 2,
                "datasets": {"tax_arrears": "stale"}}]  # fmt: skip
    statuses = ("no-feed", "stale", "granularity")
    unknown = [{"tag": "tax_arrears_balance", "status": status, "datasets": ["tax_arrears"]} for status in statuses]
    told = newest(outcome="insufficient-evidence", score=None, band=None, missing=missing, not_computable=unknown)
    sheet = lay_out(told, Words("zh"))
    assert (sheet.score, sheet.band, sheet.band_name, sheet.scale) == (None, "none", "证据不足", ())
    assert [(one.name, one.known, one.needed) for one in sheet.lacking] == [("财税", 1, 2)]
    whys = [one.why for one in sheet.missing]
    assert (len(set(whys)), all("欠税" in why for why in whys)) == (3, True)


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [("yuan", "5000000.00", "5,000,000 元"), ("basis_points", 1250, "12.5%"), ("flag", 1, "是"), ("flag", 0, "否"),
     ("level", "A", "A"), ("level", "other", "其他"), ("times", 3, "3 次"), ("yuan", None, "无")],
)  # fmt: skip
def test_values_are_told_with_their_unit(unit, value, shown):
    tag = {"tag": "t", "dimension": "asset", "name": {"zh": "签", "en": "tag"}, "value": value, "unit": unit,
           "status": "none" if value is None else "computed", "points": 0}  # fmt: skip
    ((title, (finding,)),) = lay_out(newest(tags=[tag]), Words("zh")).sections
    assert (title, finding.value, finding.computable) == ("资产", shown, True)


def test_a_model_that_is_not_ours_is_shown_as_it_came():
    sheet = lay_out(newest(model="five-force/3", band="AA", reasons=["示例"]), Words("zh"))
    assert (sheet.score, sheet.band_name, sheet.scale, sheet.computed) == (690, "AA", (), None)
