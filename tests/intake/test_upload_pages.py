"""Clerks choose files on the console: bounded, from their own form, their own agency's; and see earlier batches."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.client_actions import SetSigning
from gateway.console.multipart import read_multipart
from gateway.intake import forms
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import register
from tests.persons import csrf, same_site

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"


async def choose(browser, content, dataset="tax_arrears", batch="console-1", name="甲.csv", **headers):
    form = {"csrf": await csrf(browser), "dataset": dataset, "batch": batch, "preview": str(uuid4())}
    files = {"file": (name, content) if content is not None else ("", b"")}
    return await browser.post("/console/uploads", data=form, files=files, headers={**same_site(browser), **headers})


async def hand_in(browser, content, batch):
    looked = (await choose(browser, content, batch=batch)).headers["location"]
    return await browser.post(f"{looked}/confirm", data={"csrf": await csrf(browser)}, headers=same_site(browser))


@pytest.mark.parametrize("foreign", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://else.example"}])
async def test_a_form_of_another_site_is_refused_and_leaves_nothing(gateway, clerk, foreign):
    answer = await choose(clerk, b"x", **foreign)
    assert (answer.status_code, "页面已过期" in answer.text) == (403, True)
    assert list((gateway.settings.instance_home / "spool").glob("tmp*")) == []


async def test_a_form_without_end_or_sense_is_refused(clerk, monkeypatch):
    monkeypatch.setattr(forms, "read_multipart", lambda request, _most: read_multipart(request, 10_000))
    large = await choose(clerk, b"x" * 200_000)
    assert (large.status_code, "最多" in large.text) == (413, True)
    head = {**same_site(clerk), "Content-Type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--", b"\x00" * 100):
        assert (await clerk.post("/console/uploads", content=body, headers=head)).status_code in {400, 403}
    plain = await clerk.post("/console/uploads", data={"csrf": "x"}, headers=same_site(clerk))
    assert plain.status_code == 400
    assert (await choose(clerk, None)).status_code == 400


async def test_batches_are_listed_by_the_page_and_are_the_agencys_alone(open_browser, clerk):
    for n in range(12):
        body = f"{HEADER}甲公司,{uscc(10 + n)},,1,增值税\n".encode()
        assert (await hand_in(clerk, body, f"paged-{n:02}")).status_code == 303
    pages = [(await clerk.get(f"/console/uploads?size=10&page={page}")).text for page in (1, 2)]
    seen = [re.findall(r"paged-\d\d", page) for page in pages]
    assert seen == [[f"paged-{n:02}" for n in range(11, 1, -1)], ["paged-01", "paged-00"]]
    assert "paged-" in (await clerk.get("/console/uploads?name=欠税")).text
    assert "paged-" not in (await clerk.get("/console/uploads?name=处罚")).text
    exported = await clerk.get("/console/uploads?export=csv")
    assert (exported.headers["content-type"].startswith("text/csv"), "欠税公告信息" in exported.text) == (True, True)
    own = re.search(r"/console/uploads/[0-9a-f-]{36}", pages[0])[0]
    boss = await open_browser("boss-u", "system")
    assert (await boss.get(own)).status_code == 200
    assert "paged-" in (await boss.get("/console/uploads")).text


async def test_where_an_agency_must_sign_the_console_says_so(gateway, clerk):
    await register(gateway, "tax", "agency")
    async with gateway.units.begin("test.sign", OPERATOR) as work:
        await SetSigning(client="tax", required=True).apply(work, means_of(gateway.settings, gateway.protector))
    gateway.access.expire()
    answer = await choose(clerk, HEADER.encode(), batch="console-3")
    assert (answer.status_code, "必须签名" in answer.text) == (400, True)
    async with gateway.database.begin("test.unsign", role="owner") as session:
        await session.execute(text("UPDATE client SET must_sign = false"))


@pytest.mark.parametrize("role", ["auditor", "regulator"])
async def test_other_roles_are_kept_out(open_browser, role):
    browser = await open_browser(f"{role}-u", role)
    assert (await browser.get("/console/uploads")).status_code == 403
    assert (await choose(browser, b"x")).status_code == 403
