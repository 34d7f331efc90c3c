"""The pages of hand-in, preview, held submissions and corrections, as clerks see them."""

import html
import io
import re
from uuid import uuid4

import fastexcel
import pytest
import xlsxwriter

from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.persons import csrf, same_site

ENGLISH = re.compile(r"\b(?:missing|columns|not stored|required|no such|an amount|the)\b")


async def look(browser, body, dataset="tax_arrears", **more):
    form = {"csrf": await csrf(browser), "dataset": dataset, "batch": f"b-{uuid4()}", "preview": str(uuid4()), **more}
    files = {"file": ("欠税.csv", body.encode())}
    return await browser.post("/console/uploads", data=form, files=files, headers=same_site(browser))


async def post(browser, path, **form):
    form = {"csrf": await csrf(browser), **form}
    return await browser.post(path, data=form, headers=same_site(browser))


def words_of(answer):
    """The words of a page's main part."""
    main = answer.text[answer.text.index("<main") :]
    return html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", main, flags=re.DOTALL))


async def test_a_file_is_looked_at_and_then_handed_in(clerk):
    looked = await look(clerk, f"{HEADER}\n甲公司,{uscc(600)},某路,1.5,增值税\n乙,{uscc(601)},,若干,增值税\n")
    assert looked.status_code == 303, looked.text
    page = await clerk.get(looked.headers["location"])
    said = words_of(page)
    for word in (
        "尚未提交",
        "欠税金额",
        "1.5",
        "open-data/1",
        "不是金额，应为以元计的数字",
        "报送 2 行",
        "若干",
        "甲公司",
    ):
        assert word in said, word
    assert not ENGLISH.findall(said), ENGLISH.findall(said)
    assert "style=" not in page.text
    sheet = await clerk.get(f"{looked.headers['location']}/rejected-rows")
    cells = fastexcel.read_excel(sheet.content).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    assert (cells[0][0], cells[1][3]) == ("行号 · 试报", "不是金额，应为以元计的数字")
    done = await post(clerk, f"{looked.headers['location']}/confirm")
    assert done.headers["location"].startswith("/console/uploads/")
    again = await post(clerk, f"{looked.headers['location']}/confirm")  # sent twice
    assert again.headers["location"] == done.headers["location"]
    assert (await clerk.get(looked.headers["location"])).headers["location"] == done.headers["location"]
    batch = words_of(await clerk.get(done.headers["location"]))
    assert "共 2 行，其中问题数据 1 行" in batch
    assert not ENGLISH.findall(batch)


async def test_questions_come_first_and_their_answers_are_buttons(clerk):
    looked = await look(clerk, f"企业或单位名称,纳税人识别号,应补缴款（万元）,税种\n甲公司,{uscc(605)},0.2,增值税\n")
    page = await clerk.get(looked.headers["location"])
    assert "必填的“欠税余额" in words_of(page)
    assert not ENGLISH.findall(words_of(page)), words_of(page)
    assert "报送 " not in re.findall(r"<button[^>]*>(.*?)</button>", page.text)[-1]
    answered = await post(clerk, f"{looked.headers['location']}/answer", column="应补缴款（万元）", use="balance")
    assert answered.status_code == 303, answered.text
    assert "2000" in words_of(await clerk.get(looked.headers["location"]))
    given_up = await post(clerk, f"{looked.headers['location']}/discard")
    assert given_up.headers["location"] == "/console/uploads?dataset=tax_arrears"
    assert (await clerk.get(looked.headers["location"])).status_code == 404


async def test_a_file_that_is_none_of_the_dataset_says_what_it_lacks(clerk):
    looked = await look(clerk, "a,b\n1,2\n")
    said = words_of(await clerk.get(looked.headers["location"]))
    assert ("找不到这些必需的列" in said, ENGLISH.findall(said)) == (True, [])
    empty = await look(clerk, "")
    assert empty.status_code == 303
    assert "文件是空的" in words_of(await clerk.get(empty.headers["location"]))


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"dataset": "none"}, 400, "请选择"),
        ({"batch": "no such id!"}, 400, "批次号为"),
        ({"preview": "x"}, 400, "页面已过期"),
        ({"dataset": "ent_registration"}, 403, "属于另一部门"),
        ({"csrf": "wrong"}, 403, "页面已过期"),
    ],
)
async def test_what_is_wrong_with_the_form_is_said_beside_it(clerk, changes, status, said):
    answer = await look(clerk, "x", **changes)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


async def test_a_held_submission_leads_to_what_would_be_lost(clerk):
    assert (await clerk.get("/console/held")).status_code == 200
    first = await look(clerk, arrears([610]))
    await post(clerk, f"{first.headers['location']}/confirm")
    looked = await look(clerk, arrears([611], f"{HEADER},联系人").replace("增值税", "增值税,王五"))
    assert "报送后会暂存" in words_of(await clerk.get(looked.headers["location"]))
    held = (await post(clerk, f"{looked.headers['location']}/confirm")).headers["location"]
    assert held.startswith("/console/held/")
    page = await clerk.get(held)
    for word in ("接受会丢失 1 个值", "联系人（不入库）", "王五", "不可恢复", "先不处理"):
        assert word in words_of(page), word
    assert not ENGLISH.findall(words_of(page))
    assert re.search(r"<dialog[^>]* id=\"accept\".*?<dialog[^>]* id=\"discard\"", page.text, re.DOTALL)
    listed = words_of(await clerk.get("/console/held?state=waiting"))
    assert ("欠税公告信息" in listed, "待处理" in listed) == (True, True)
    assert (await post(clerk, f"{held}/accept")).headers["location"].startswith("/console/uploads/")
    late = await post(clerk, f"{held}/discard")
    assert (late.status_code, "已处理" in words_of(late)) == (409, True)
    assert "已接受" in words_of(await clerk.get(held))


async def test_corrected_rows_come_back_and_each_says_how_it_stands(clerk):
    rows = [f"公司{n},{uscc(620 + n)},,{n}圆整,增值税" for n in range(3)]
    looked = await look(clerk, "\n".join([HEADER, *rows]))
    batch = (await post(clerk, f"{looked.headers['location']}/confirm")).headers["location"].rpartition("/")[2]
    page = await clerk.get(f"/console/corrections/{batch}")
    assert "还有 3 行待更正" in words_of(page)
    assert not ENGLISH.findall(words_of(page))
    sheet = await clerk.get(f"/console/corrections/{batch}/rejected-rows")
    table = fastexcel.read_excel(sheet.content).load_sheet(0, header_row=None, dtypes="string").to_polars().rows()
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        written = book.add_worksheet()
        for number, row in enumerate(table):
            cells = [cell or "" for cell in row]
            cells[8] = cells[8].removesuffix("圆整") if number < 3 else cells[8]
            written.write_row(number, 0, cells)
    form, head = {"csrf": await csrf(clerk)}, same_site(clerk)
    path = f"/console/corrections/{batch}"
    wrong = await clerk.post(path, data=form, files={"file": ("a.csv", b"a,b\n1,2\n")}, headers=head)
    assert (wrong.status_code, "不是问题数据表" in wrong.text) == (422, True)
    none = await clerk.post(path, data=form, files={"file": ("", b"")}, headers=head)
    assert none.status_code == 400
    done = await clerk.post(path, data=form, files={"file": ("a.xlsx", target.getvalue())}, headers=head)
    assert done.headers["location"].startswith(f"{path}?done="), done.text
    said = words_of(await clerk.get(done.headers["location"]))
    assert "累计已更正 2 行，仍有误 1 行" in said
    assert "仍有误" in words_of(await clerk.get(f"{path}?state=again"))
    assert batch in (await clerk.get("/console/corrections?state=open")).text


async def test_what_is_another_agencys_is_nowhere_to_be_found(open_browser, clerk):
    looked = await look(clerk, f"{HEADER}\n甲公司,{uscc(640)},,若干,增值税\n")
    preview = looked.headers["location"]
    batch = (await post(clerk, f"{preview}/confirm")).headers["location"].rpartition("/")[2]
    other = await look(clerk, arrears([641]))
    held_body = arrears([642], f"{HEADER},备用").replace("增值税", "增值税,王五")
    held = (await post(clerk, f"{(await look(clerk, held_body)).headers['location']}/confirm")).headers["location"]
    stranger = await open_browser("clerk-q", "clerk", agency="drc")
    for path in (
        other.headers["location"], f"{other.headers['location']}/rejected-rows", f"/console/uploads/{batch}", held,
        f"/console/corrections/{batch}", f"/console/corrections/{batch}/rejected-rows", "/console/quality/tax",
    ):  # fmt: skip
        assert (await stranger.get(path)).status_code == 404, path
    assert (await stranger.get(f"{other.headers['location']}/progress")).status_code == 404
    for path in (f"{other.headers['location']}/confirm", f"{held}/accept", f"{held}/discard"):
        assert (await post(stranger, path)).status_code == 404, path
    for path in ("answer", "judge", "discard"):
        answer = await post(stranger, f"{other.headers['location']}/{path}", column="税种", use="")
        assert answer.status_code == 404, path
    for page in ("uploads", "held", "corrections", "feeds", "templates"):
        assert "欠税" not in (await stranger.get(f"/console/{page}")).text, page
    auditor = await open_browser("auditor-q", "auditor")
    for page in ("uploads", "held", "corrections", "feeds", "templates", f"uploads/{batch}"):
        assert (await auditor.get(f"/console/{page}")).status_code == 403, page
