"""The pages of cases: a list, one case with its steps, opening; for offices, regulators and auditors alone."""

from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.disposal.cases import KIND, OFFICE, OTHER_OFFICE, at_risk, worked
from tests.enterprises import uscc
from tests.persons import csrf, same_site, signed_in
from tests.scores.scanning import rows
from tests.visits import client_of

HTML = {"Accept": "text/html"}
NUMBERS = iter(range(1201, 1299))
PEOPLE = iter(range(1000))


@asynccontextmanager
async def visiting(town, role, **house):
    async with client_of(town.gateway) as browser:
        await signed_in(town.gateway, browser, f"visitor-{next(PEOPLE)}", role, **house)
        yield browser


async def send(browser, path, upload=None, **form):
    form["csrf"] = await csrf(browser)
    return await browser.post(path, data=form, files=upload, headers={**same_site(browser), **HTML})


async def test_an_office_works_its_case_on_the_page_to_the_end(town):
    case = await worked(town, next(NUMBERS))
    path = f"/console/cases/{case.id}"
    async with visiting(town, "office", office=OFFICE) as browser:
        assert str(case.id) in (await browser.get("/console/cases", headers=HTML)).text
        shown = (await browser.get(path, headers=HTML)).text
        assert all(said in shown for said in ("待受理", "受理", "承诺高收益", "申请移交其他处置办"))
        assert (await send(browser, f"{path}/steps", step="accept", words="已受理")).status_code == 303
        sent = await send(browser, f"{path}/files", upload={"file": ("笔录.pdf", b"%PDF-1")})
        assert sent.status_code == 303
        sha256 = (await rows(town.gateway, f"SELECT sha256 FROM disposal_file WHERE case_id = '{case.id}'"))[0].sha256
        assert sha256 in (await browser.get(path, headers=HTML)).text
        done = await send(browser, f"{path}/steps", step="check", words="现场有人，账册不全", files=sha256)
        assert done.status_code == 303
        assert (await browser.get(f"{path}/files/{sha256}")).content == b"%PDF-1"
        assert (await send(browser, f"{path}/steps", step="confirm", words="确认存疑")).status_code == 303
        final = {"step": "close", "words": "兑付完毕", "outcome": "redeemed"}
        unsure = await send(browser, f"{path}/steps", **final)
        assert (unsure.status_code, "办结后不能再改" in unsure.text) == (400, True)
        assert (await send(browser, f"{path}/steps", **final, sure="yes")).status_code == 303
        ended = (await browser.get(path, headers=HTML)).text
        assert ("兑付完毕" in ended, "账册不全" in ended, 'name="step"' in ended) == (True, True, False)


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"step": "accept", "words": ""}, 400, "说明须有"), ({"step": "fly", "words": "好的"}, 400, "请按表单填写"),
        ({"step": "ask-time", "words": "再查", "until": "soon"}, 400, "请按表单填写"),
        ({"step": "confirm", "words": "确认"}, 409, "不允许这一步"),
        ({"step": "ask-hand-over", "words": "移交", "office": "330399"}, 409, "没有人员"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_says_why_on_the_same_page(town, form, status, said):
    case = await worked(town, next(NUMBERS))
    async with visiting(town, "office", office=OFFICE) as browser:
        answer = await send(browser, f"/console/cases/{case.id}/steps", **form)
        assert (answer.status_code, said in answer.text) == (status, True)


async def test_a_regulator_opens_one_and_the_first_and_decides(town):
    number = next(NUMBERS)
    await at_risk(town, number)
    async with visiting(town, "regulator") as browser:
        risks = (await browser.get(f"/console/subjects/{uscc(number)}/risks", headers=HTML)).text
        assert "/console/cases/-/open?subject=" in risks
        asked = (await browser.get(f"/console/cases/-/open?subject={uscc(number)}&type={KIND}", headers=HTML)).text
        assert OTHER_OFFICE in asked
        made = await send(browser, "/console/cases/-/open", subject=uscc(number), type=KIND, office=OTHER_OFFICE)
        assert (made.status_code, made.headers["location"][:15]) == (303, "/console/cases/")
        risks = (await browser.get(f"/console/subjects/{uscc(number)}/risks", headers=HTML)).text
        assert (made.headers["location"] in risks, "/console/cases/-/open?" in risks) == (True, False)
        known = await browser.get(f"/console/cases/-/open?subject={uscc(number)}&type={KIND}", headers=HTML)
        assert (known.status_code, known.headers["location"]) == (303, made.headers["location"])
        again = await send(browser, "/console/cases/-/open", subject=uscc(number), type=KIND, office="")
        assert (again.status_code, "已有未办结的案件" in again.text) == (409, True)
        wrong = await send(browser, "/console/cases/-/first", number="many", type="", level="")
        assert (wrong.status_code, "整数" in wrong.text) == (400, True)
        first = await send(browser, "/console/cases/-/first", number="5", type="", level="")
        told = (await browser.get(first.headers["location"], headers=HTML)).text
        assert "已有未办结案件" in told
        moved = await send(browser, f"{made.headers['location']}/steps", step="assign", words="改派", office=OFFICE)
        assert moved.status_code == 303
    async with visiting(town, "office", office=OTHER_OFFICE) as browser:
        assert (await browser.get(made.headers["location"], headers=HTML)).status_code == 404


async def test_an_auditor_reads_and_has_nothing_to_press(town):
    case = await worked(town, next(NUMBERS), "accept")
    async with visiting(town, "auditor") as browser:
        shown = (await browser.get(f"/console/cases/{case.id}", headers=HTML)).text
        assert ('name="step"' in shown, 'name="file"' in shown) == (False, False)
        assert (await send(browser, f"/console/cases/{case.id}/steps", step="confirm", words="确认")).status_code == 403
        listed = await browser.get("/console/cases?state=accepted&export=csv")
        assert str(uscc(612)) not in listed.text
        assert listed.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize("role", ["operator", "system", "clerk"])
async def test_nobody_else_sees_them(town, role):
    house = {"agency": "tax"} if role == "clerk" else {}
    async with visiting(town, role, **house) as browser:
        for path in ("/console/cases", "/console/cases/-/first"):
            assert (await browser.get(path, headers=HTML)).status_code == 403


async def test_overseers_have_a_case_replayed_on_its_page_and_nobody_else(town):
    case = await worked(town, next(NUMBERS), "accept", "confirm")
    path = f"/console/cases/{case.id}/replay"
    for role in ("auditor", "regulator"):
        async with visiting(town, role) as browser:
            assert "由日志重放" in (await browser.get(f"/console/cases/{case.id}", headers=HTML)).text
            same = await send(browser, path)
            assert (same.status_code, "由日志的 3 条重放，与案件的登记完全一致" in same.text) == (200, True)
    async with town.gateway.database.begin("test.changed", role="owner") as session:
        await session.execute(text("UPDATE disposal_case SET office = '330304' WHERE id = :id"), {"id": case.id})
    async with visiting(town, "auditor") as browser:
        differs = (await send(browser, path)).text
        assert all(said in differs for said in ("与日志有 1 处不符", "鹿城区 330302", "瓯海区 330304"))
        assert (await send(browser, path.replace(str(case.id), str(uuid4())))).status_code == 404
    async with visiting(town, "office", office=OTHER_OFFICE) as browser:
        assert "由日志重放" not in (await browser.get(f"/console/cases/{case.id}", headers=HTML)).text
        assert (await send(browser, path)).status_code == 403


async def test_a_case_whose_row_is_gone_is_shown_to_overseers_as_the_log_has_it(town):
    case = await worked(town, next(NUMBERS), "accept", "confirm")
    async with town.gateway.database.begin("test.gone", role="owner") as session:
        await session.execute(text("DELETE FROM disposal_case WHERE id = :id"), {"id": case.id})
    path = f"/console/cases/{case.id}"
    for role in ("auditor", "regulator"):
        async with visiting(town, role) as browser:
            looked = await browser.get(path, headers=HTML)
            for shown in (looked, await send(browser, f"{path}/replay")):
                assert shown.status_code == 200
                assert all(said in shown.text for said in ("登记缺失", "日志有此案件的 3 条", "鹿城区 330302", "受理"))
            assert (await browser.get(f"/console/cases/{uuid4()}", headers=HTML)).status_code == 404
    async with visiting(town, "office", office=OFFICE) as browser:
        assert (await browser.get(path, headers=HTML)).status_code == 404
    newest = "SELECT outcome FROM audit_event WHERE type = 'case.replayed' ORDER BY event_id DESC LIMIT 4"
    assert [row.outcome for row in await rows(town.gateway, newest)] == ["differs"] * 4
