"""Clerks hand files in on the console: their own agency's, with counts, reasons and the refused rows to take home."""

import re

import fastexcel
import httpx
import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.client_actions import SetSigning
from gateway.app import create_app
from gateway.console.multipart import read_multipart
from gateway.intake import pages as uploads
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import register
from tests.persons import csrf, same_site, signed_in

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"


@pytest.fixture
async def browser(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        yield opened


@pytest.fixture
async def clerk(gateway, browser, request):
    person = f"clerk-{abs(hash(request.node.name)) % 10**8}"
    await signed_in(gateway, browser, person, "clerk", agency="tax")
    return browser


async def hand_in(browser, content, dataset="tax_arrears", batch="console-1", token=None, name="甲.csv", **headers):
    form = {"csrf": token or await csrf(browser), "dataset": dataset, "batch": batch}
    files = {"file": (name, content) if content is not None else ("", b"")}
    return await browser.post("/console/uploads", data=form, files=files, headers={**same_site(browser), **headers})


async def test_a_clerk_hands_a_file_in_and_sees_what_came_of_each_row(gateway, clerk):
    page = await clerk.get("/console/uploads")
    assert "欠税" in page.text
    assert "market_regulation" not in page.text
    assert re.search(r'name="batch" value="\d{8}-[0-9a-f]{8}"', page.text)
    body = f"{HEADER}甲公司,{uscc(1)},,1,增值税\n甲公司,{uscc(1)},,1,增值税\n<b>乙,{uscc(2)},,若干,增值税\n"
    answer = await hand_in(clerk, body.encode("gb18030"))
    assert answer.status_code == 303, answer.text
    shown = (await clerk.get(answer.headers["location"])).text
    for said in ("<dd>网页</dd>", "接受", "money_unreadable", "若干", "rejected-rows", '<rect class="accepted"'):
        assert said in shown
    assert "<b>乙" not in shown
    sheet = await clerk.get(f"{answer.headers['location']}/rejected-rows")
    assert fastexcel.read_excel(sheet.content).load_sheet(0).height == 1
    async with gateway.database.begin("test.read") as session:
        way, actor = (await session.execute(text("""
            SELECT way, actor FROM batch JOIN audit_event USING (event_id) WHERE sender_batch = 'console-1'
        """))).one()  # fmt: skip
    assert (way, actor.startswith("person:clerk-")) == ("console", True)


@pytest.mark.parametrize(
    ("content", "more", "status", "said"),
    [
        (b"a,b\n1,2\n", {}, 422, "missing columns"),
        (b"", {}, 422, "empty"),
        (None, {}, 400, "请选择"),
        (b"x", {"batch": "no such id!"}, 400, "批次号为"),
        (b"x", {"batch": "a\n"}, 422, "column"),
        (b"x", {"dataset": "none"}, 400, "请选择"),
        (b"x", {"dataset": "ent_registration"}, 403, "属于另一部门"),
        (b"x", {"token": "wrong"}, 403, "页面已过期"),
        (b"x", {"Sec-Fetch-Site": "cross-site"}, 403, "页面已过期"),
        (b"x", {"Origin": "https://else.example"}, 403, "页面已过期"),
    ],
)
async def test_what_cannot_be_taken_in_is_said_beside_the_form(gateway, clerk, content, more, status, said):
    answer = await hand_in(clerk, content, **{"batch": "console-2", **more})
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    async with gateway.database.begin("test.read") as session:
        assert (
            await session.execute(text("SELECT count(*) FROM batch WHERE sender_batch = 'console-2'"))
        ).scalar() == 0
    assert list((gateway.settings.instance_home / "spool").glob("tmp*")) == []


async def test_a_file_unlike_those_before_leads_to_where_it_is_held(gateway, clerk):
    body = f"{HEADER}甲公司,{uscc(60)},,1,增值税\n"
    assert (await hand_in(clerk, body.encode(), batch="like-1")).status_code == 303
    other = body.replace("税种", "税种,经办").replace("增值税", "增值税,某某")
    held = await hand_in(clerk, other.encode(), batch="unlike-1")
    assert (held.status_code, held.headers["location"]) == (303, "/console/quality/tax?said=held")
    shown = (await clerk.get(held.headers["location"])).text
    assert [said in shown for said in ("已暂存", "经办", "/accept", "unlike-1")] == [True] * 4


async def test_a_form_without_end_or_sense_is_refused(gateway, clerk, monkeypatch):
    monkeypatch.setattr(uploads, "read_multipart", lambda request, _most: read_multipart(request, 10_000))
    large = await hand_in(clerk, b"x" * 200_000)
    assert (large.status_code, "最多" in large.text) == (413, True)
    head = {**same_site(clerk), "Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--", b"\x00" * 100):
        assert (await clerk.post("/console/uploads", content=body, headers=head)).status_code in {400, 403}
    plain = await clerk.post("/console/uploads", data={"csrf": "x"}, headers=same_site(clerk))
    assert plain.status_code == 400


async def test_batches_are_listed_by_the_page_and_are_the_agencys_alone(gateway, clerk, monkeypatch):
    monkeypatch.setattr(uploads, "ON_A_PAGE", 2)
    for n in range(5):
        body = f"{HEADER}甲公司,{uscc(10 + n)},,1,增值税\n".encode()
        assert (await hand_in(clerk, body, batch=f"paged-{n}")).status_code == 303
    seen, path = [], "/console/uploads"
    for _ in range(3):
        shown = (await clerk.get(path)).text
        seen += re.findall(r"paged-\d", shown)
        more = re.search(r'href="(/console/uploads\?before=[^"]+)"', shown)
        path = more[1] if more else path
    assert seen == [f"paged-{n}" for n in (4, 3, 2, 1, 0)]
    own = re.search(r"/console/uploads/([0-9a-f-]{36})", (await clerk.get("/console/uploads")).text)[0]
    clerk.cookies.clear()
    await signed_in(gateway, clerk, "clerk-else", "clerk", agency="drc")
    assert (await clerk.get(own)).status_code == 404
    assert (await clerk.get(f"{own}/rejected-rows")).status_code == 404
    assert "paged-" not in (await clerk.get("/console/uploads")).text
    clerk.cookies.clear()
    await signed_in(gateway, clerk, "boss-u", "system")
    assert (await clerk.get(own)).status_code == 200
    assert "paged-" in (await clerk.get("/console/uploads")).text


async def test_where_an_agency_must_sign_the_console_says_so(gateway, clerk):
    await register(gateway, "tax", "agency")
    async with gateway.units.begin("test.sign", OPERATOR) as work:
        await SetSigning(client="tax", required=True).apply(work, means_of(gateway.settings, gateway.protector))
    gateway.access.expire()
    answer = await hand_in(clerk, HEADER.encode(), batch="console-3")
    assert (answer.status_code, "必须签名" in answer.text) == (400, True)
    async with gateway.database.begin("test.unsign", role="owner") as session:
        await session.execute(text("UPDATE client SET must_sign = false"))


async def test_scripts_are_ours_alone(clerk):
    policy = (await clerk.get("/console/uploads")).headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    scripts = re.findall(r'<script src="([^"]+)"', (await clerk.get("/console/uploads")).text)
    assert any("uploads" in script for script in scripts)
    for script in scripts:
        assert (await clerk.get(script)).headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("role", ["auditor", "regulator"])
async def test_other_roles_are_kept_out(gateway, browser, role):
    await signed_in(gateway, browser, f"{role}-u", role)
    assert (await browser.get("/console/uploads")).status_code == 403
    assert (await hand_in(browser, b"x")).status_code == 403
