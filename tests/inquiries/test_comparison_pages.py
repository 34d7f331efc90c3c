"""An answer read by an officer: where the score lies, and what would raise it, in words, chart and PDF."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.console.words import Words
from gateway.inquiries.industry_words import WHY, industry_of
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.sheet_pdf import sheet_data, sheet_pdf
from gateway.scores.distributions import forget_newest
from scoring_adapter.scorecard import load_scorecard
from signing.jws import payload_of
from tests.actors import OPERATOR
from tests.house.shown import faults_of
from tests.inquiries.test_pages import ask, look, town  # noqa: F401 - where people ask
from tests.inquiries.test_sheet_pages import KNOWN
from tests.records.penalties import penalties, penalty
from tests.stories import REGISTRATION, as_csv, registration

YESTERDAY = day_of(datetime.now(UTC)) - timedelta(days=1)


@pytest.fixture(scope="module")
async def compared(town):  # noqa: F811
    """Enterprise 1 makes shoes, was fined, and yesterday's scan counted its industry."""
    line = registration(1).splitlines()[1].split(",")
    body = as_csv((*REGISTRATION, "行业代码"), [*line, "C1952"])
    await town.story.push("market_regulation", "ent_registration", body)
    await town.story.push("drc", "penalty_general", penalties(penalty(1, "CP-1")))
    async with town.story.gateway.database.begin("test.distribution") as session:
        values = {"day": YESTERDAY, "model": load_scorecard().card.model(), "run": uuid4()}
        await session.execute(text("""
            INSERT INTO score_distribution VALUES (:day, :model, 'C', '', '{100,900}', '{300,900}', :run)
        """), values)  # fmt: skip
        forget_newest(session)
    return town


async def answer_of(town, number):  # noqa: F811
    shown = await town.li.get(f"/console/inquiries/{number}/answer")
    assert shown.status_code == 200, shown.text
    return shown.text


@pytest.mark.parametrize("product", ["score", "health_check"])
async def test_a_page_says_where_the_score_lies_and_what_would_raise_it(compared, product):
    number = await ask(compared, product=product)
    told = payload_of(await answer_of(compared, number))
    shown = await look(compared.li, f"inquiries/{number}")
    for said in ("同业比较", "高于同组 25% 的企业（制造业）", "1,200", "怎样提升分数", "到时自行消失"):
        assert said in shown, said
    assert told["industry"]["percentile"] == 25
    assert "相对基础分 600" in shown
    for reason in told["reasons"]:
        assert f"<code>{reason['code']}</code>" in shown
    for step in told["improvements"]["steps"]:
        assert step["zh"] in shown
        assert f"之后为 {step['score']} 分" in shown
    assert faults_of(shown, KNOWN) == []
    compared.li.cookies.set("xinqiao-language", "en")
    try:
        english = await look(compared.li, f"inquiries/{number}")
    finally:
        compared.li.cookies.set("xinqiao-language", "zh")
    assert "Scores higher than 25% of its group (manufacturing)" in english
    assert "None" not in re.sub(r"<script.*?</script>", "", english, flags=re.DOTALL)


async def test_two_answers_compared_show_both_percentiles(compared):
    one, other = await ask(compared), await ask(compared, product="health_check")
    shown = await look(compared.li, f"inquiries/{one}/compare/{other}")
    assert "百分位" in shown
    assert shown.count('<td class="number">25</td>') == 2


async def test_the_printed_sheet_has_the_same(compared):
    answer = await answer_of(compared, await ask(compared, product="health_check"))
    told = payload_of(answer)
    data = sheet_data(answer, told)
    assert data["industry"]["finding"] == "高于同组 25% 的企业（制造业）"
    assert [one["score"] for one in data["industry"]["bars"]] == [told["score"], 900, 900, 900, 100, 100]
    assert [one["own"] for one in data["industry"]["bars"]] == [True, *[False] * 5]
    assert len(data["improvements"]) == len(told["improvements"]["steps"]) > 0
    assert sheet_pdf(answer).startswith(b"%PDF-")


@pytest.mark.parametrize("form", ["banded", "flag"])
async def test_what_a_policy_withholds_is_on_no_page_and_in_no_sheet(compared, form):
    async with compared.story.gateway.units.begin("test.output", OPERATOR) as work:
        threshold = 500 if form == "flag" else None
        await set_output_policy(work, "bank", "health_check", OutputPolicy(0, form, threshold, ()), None)
    try:
        number = await ask(compared, product="health_check")
        shown, answer = await look(compared.li, f"inquiries/{number}"), await answer_of(compared, number)
    finally:
        async with compared.story.gateway.units.begin("test.output", OPERATOR) as work:
            await set_output_policy(work, "bank", "health_check", OutputPolicy(), None)
    assert not {"industry", "improvements"} & payload_of(answer).keys()
    for hidden in ("相对基础分", "该项最多", "高于同组", "制造业", "之后为"):
        assert hidden not in shown
    if form == "banded":
        data = sheet_data(answer, payload_of(answer))
        assert (data["industry"], data["improvements"]) == (None, [])
        assert sheet_pdf(answer).startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("status", WHY)
def test_each_reason_for_no_comparison_is_a_sentence(status, language):
    found = industry_of({"industry": {"status": status}}, Words(language))
    assert found.finding
    assert "industry-" not in found.finding
    assert (found.facts, found.chart) == ((), None)


def test_an_answer_of_before_has_no_comparison():
    assert industry_of({}, Words("zh")) is None
