"""A health check at the console: its lines, the records behind each, and the file to print; in both languages."""

import re

import pytest

from connectors.catalogue.load import datasets
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from scoring_adapter.health import windows_of
from scoring_adapter.health_rules import load_rules
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.house.shown import faults_of
from tests.inquiries.test_health import TODAY, ago
from tests.inquiries.test_pages import NAME, ask, look, town  # noqa: F401 - where people ask
from tests.records.penalties import penalties, penalty

KNOWN = {"（bank）", "王小二", "li", "bank-1", "PDF", "xinqiao"}


@pytest.fixture
async def sheet(town):  # noqa: F811
    """The number of a health check that li was given."""
    fines = penalties(*(penalty(1, f"SP-{number}", on=ago(45)) for number in range(3)))
    await town.story.push("drc", "penalty_general", fines)
    return await ask(town, product="health_check")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_from_a_question_to_the_records_behind_a_figure_in_two_clicks(town, sheet, language):  # noqa: F811
    town.li.cookies.set("xinqiao-language", language)
    try:
        shown = await look(town.li, f"inquiries/{sheet}")
        behind = await look(town.li, f"inquiries/{sheet}/records/admin_penalty")
        tag = await look(town.li, f"inquiries/{sheet}/records/pen_cnt_1y")
    finally:
        town.li.cookies.set("xinqiao-language", "zh")
    assert f"/console/inquiries/{sheet}/records/admin_penalty" in shown
    assert f"/console/inquiries/{sheet}/sheet.pdf" in shown
    for page in (shown, behind, tag):
        assert "None" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    assert behind.count("<details data-printed>") == tag.count("<details data-printed>") == 3
    for number in range(3):
        assert (f"SP-{number}" in behind) == (datasets()["penalty_general"].sharing == "public")
    said = {"zh": ("体检表", "行政处罚", "警示", "依据的记录"), "en": ("Health check", "Administrative penalties")}
    for one in said[language]:
        assert one in shown + behind, one


async def test_a_chinese_sheet_says_nothing_in_english_and_nothing_of_its_insides(town, sheet):  # noqa: F811
    for path in ("", "/records/admin_penalty", "/records/registration", "/records/reg_capital"):
        assert faults_of(await look(town.li, f"inquiries/{sheet}{path}"), KNOWN) == [], path


async def test_the_chart_of_records_in_time_has_a_bar_for_each_window(town, sheet):  # noqa: F811
    shown = await look(town.li, f"inquiries/{sheet}")
    ends = [one.ends.isoformat() for one in windows_of(load_rules(), TODAY)]
    assert all(end in shown for end in ends)


async def test_the_file_to_print_is_a_pdf_of_this_answer(town, sheet):  # noqa: F811
    file = await town.li.get(f"/console/inquiries/{sheet}/sheet.pdf")
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    assert file.headers["content-disposition"] == f'attachment; filename="health-{uscc(1)}-{sheet}.pdf"'
    assert file.headers["cache-control"] == "no-store"
    assert file.content.startswith(b"%PDF-")


async def test_another_institution_and_other_roles_find_nothing(town, sheet):  # noqa: F811
    for path in ("records/admin_penalty", "sheet.pdf"):
        assert (await town.wu.get(f"/console/inquiries/{sheet}/{path}")).status_code == 404
        assert (await town.other.get(f"/console/inquiries/{sheet}/{path}")).status_code == 403
    await look(town.li, f"inquiries/{sheet}/records/no_such_figure", 404)


async def test_what_is_withheld_leads_to_no_records(town):  # noqa: F811
    async def rules(*policy):
        async with town.story.gateway.units.begin("test.output", OPERATOR) as work:
            await set_output_policy(work, "bank", "health_check", OutputPolicy(0, *policy))

    await rules("banded")
    try:
        banded = await ask(town, product="health_check")
    finally:
        await rules()
    shown = await look(town.li, f"inquiries/{banded}")
    assert "行政处罚" in shown
    assert f"/console/inquiries/{banded}/records/" not in shown
    assert "此应答不提供依据的记录" in await look(town.li, f"inquiries/{banded}/records/admin_penalty", 403)
    assert (await town.li.get(f"/console/inquiries/{banded}/sheet.pdf")).content.startswith(b"%PDF-")


async def test_reasons_of_a_score_lead_to_their_records_too(town):  # noqa: F811
    score = await ask(town)
    shown = await look(town.li, f"inquiries/{score}")
    (first, *_) = re.findall(rf"/console/inquiries/{score}/records/([a-z0-9_]+)", shown)
    assert NAME in await look(town.li, f"inquiries/{score}/records/{first}")
    assert "sheet.pdf" not in shown
    await look(town.li, f"inquiries/{score}/sheet.pdf", 404)


async def test_the_page_of_an_answer_leads_to_what_changed_since(town):  # noqa: F811
    before = await ask(town, product="health_check")
    await town.story.push("drc", "penalty_general", penalties(*(penalty(1, f"CP-{n}", on=ago(45)) for n in range(4))))
    after = await ask(town, product="health_check")
    shown = await look(town.li, f"inquiries/{after}")
    assert f"/console/inquiries/{after}/compare/{before}" in shown
    page = await look(town.li, f"inquiries/{after}/compare/{before}")
    for said in ("行政处罚", "警示", "分数变化"):
        assert said in page
    assert faults_of(page, KNOWN) == []
    town.li.cookies.set("xinqiao-language", "en")
    try:
        assert "Administrative penalties" in await look(town.li, f"inquiries/{after}/compare/{before}")
    finally:
        town.li.cookies.set("xinqiao-language", "zh")
    await look(town.wu, f"inquiries/{after}/compare/{before}", 404)
    await look(town.li, f"inquiries/{after}/compare/{after}", 404)
    assert f"compare/{after}" not in await look(town.li, f"inquiries/{before}")  # which came later
