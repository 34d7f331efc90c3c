"""A clerk's day in a browser: feeds, a file looked at and handed in, what is held, rows corrected, scores."""

import re

import fastexcel
import xlsxwriter

from tests.agencies import HEADER
from tests.browser.look import words_of
from tests.enterprises import uscc

# Codes of files, formats and mappings that are no words.
CODES = {"csv", "xlsx", "xls", "ods", "json", "ndjson", "xml", "open", "data", "excel", "sha"}


async def choose(page, path, dataset="tax_arrears"):
    await page.select_option("[name=dataset]", dataset)
    await page.set_input_files("[name=file]", path)
    await page.get_by_role("button", name="上传并预览").click()
    await page.wait_for_url(re.compile("/previews/"))


async def chinese(page):
    """Pass where the page's main part holds no English word."""
    said = await page.locator("main").inner_text()
    assert {word.lower() for word in words_of(said)} - CODES == set(), said


async def test_a_file_is_looked_at_answered_handed_in_and_corrected(city, visit, look, tmp_path):
    page = await visit("clerk", "/console/feeds")
    await look(page, "clerk-feeds")
    await page.get_by_role("link", name="数据报送").last.click()
    await look(page, "clerk-uploads")
    path = tmp_path / "欠税.csv"
    rows = [f"浏览公司{n},{uscc(9200 + n)},某路,{n}圆整,增值税,0.{n}" for n in range(1, 3)]
    sound = f"浏览公司,{uscc(9210)},某路,5,增值税,0.5"
    path.write_text("\n".join([f"{HEADER},滞纳金（万元）", sound, *rows]), "utf-8")
    await choose(page, path)
    await page.get_by_text("滞纳金（万元）").first.wait_for()
    await look(page, "clerk-preview-question")
    await chinese(page)
    assert await page.get_by_role("button", name="报送 3 行").is_disabled()
    await page.get_by_role("button", name="不是，忽略此列").click()
    await page.get_by_role("button", name="报送 3 行").and_(page.locator(":enabled")).wait_for()
    await look(page, "clerk-preview")
    await page.get_by_role("button", name="报送 3 行").click()
    await page.wait_for_url(re.compile("/console/(held|uploads)/[0-9a-f-]{36}$"))
    if "/held/" in page.url:  # the city's clerk has handed this dataset in before, without this column
        await look(page, "clerk-held")
        await chinese(page)
        await page.locator(".head-acts button[commandfor=accept]").click()
        await page.locator("dialog[open]").wait_for()
        await look(page, "clerk-held-dialog")
        await page.locator("dialog[open] button", has_text="接受").click()
        await page.wait_for_url(re.compile("/console/uploads/[0-9a-f-]{36}$"))
    await look(page, "clerk-batch")
    await chinese(page)
    await page.locator(".head-acts .button.primary").click()
    await look(page, "clerk-correction")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="下载问题数据").click()
    table = fastexcel.read_excel(await (await downloading.value).path()).load_sheet(0, header_row=None, dtypes="string")
    with xlsxwriter.Workbook(str(tmp_path / "更正.xlsx")) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table.to_polars().rows()):
            cells = [cell or "" for cell in row]
            sheet.write_row(number, 0, [cell.removesuffix("圆整") if number == 1 else cell for cell in cells])
    await page.set_input_files("[name=file]", tmp_path / "更正.xlsx")
    await page.get_by_role("button", name="传回更正").click()
    await page.get_by_text("累计已更正 1 行，仍有误 1 行").wait_for()
    await look(page, "clerk-corrected")
    await chinese(page)


async def test_a_file_without_a_required_column_is_told_which_one_may_be_it(visit, look, tmp_path):
    page = await visit("clerk", "/console/uploads?dataset=tax_arrears")
    path = tmp_path / "缺列.csv"
    path.write_text(f"企业或单位名称,纳税人识别号,应补缴款（万元）,税种\n浏览公司,{uscc(9220)},0.2,增值税\n", "utf-8")
    await choose(page, path)
    await look(page, "clerk-preview-lacking")
    await chinese(page)
    await page.get_by_role("button", name="是，读作").first.click()
    await page.get_by_text("2000").first.wait_for()
    await page.get_by_role("button", name="换个文件").click()
    await page.wait_for_url(re.compile(r"/console/uploads\?dataset=tax_arrears"))


async def test_the_other_pages_are_whole_in_both_languages(visit, look):
    for language in ("zh", "en"):
        page = await visit("clerk", "/console/held", language=language)
        for name, path in (
            ("held-list", "held"), ("corrections", "corrections"), ("quality", "quality/tax"),
            ("catalogue", "catalogue"), ("dataset", "catalogue/penalty_tax"), ("templates", "templates"),
        ):  # fmt: skip
            await page.goto(re.sub("/console/.*", f"/console/{path}", page.url))
            await look(page, f"clerk-{name}-{language}")
    page = await visit("auditor", "/console/quality")
    await look(page, "quality-ranking")
