"""The pages of consents on paper: two officers at the console, the bank's own page, the enterprise that is told."""

import hashlib
import re
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from consent.templates import shipped_members
from gateway.app import create_app
from gateway.consents.files import LONGEST_FILE
from gateway.consents.templates import set_template
from gateway.identity.clients.limits import set_for_people
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.persons import csrf, same_site, signed_in
from tests.stories import registration

NUMBER = 830
PICTURE = b"\x89PNG\r\n\x1a\n signed"
DIGEST = hashlib.sha256(PICTURE).hexdigest()
PEOPLE = {
    "maker": ("operator", {}), "checker": ("operator", {}), "boss": ("owner", {"enterprise": uscc(NUMBER)}),
    "li": ("staff", {"institution": "bank"}), "auditor-9": ("auditor", {}),
}  # fmt: skip
READ = text("SELECT count(*) FROM audit_event WHERE type = 'consent.evidence_read'")


@pytest.fixture(scope="module")
async def browsers(gateway):
    async with AsyncExitStack() as stack:
        opened = {}
        transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
        for person in PEOPLE:
            opened[person] = await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=transport, base_url=gateway.settings.issuer, headers={"Accept": "text/html"}, timeout=60
                )
            )
        yield opened


@pytest.fixture
async def ready(story, browsers):
    if "bank-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(NUMBER))
        await story.account("bank-1", "bank")
        async with story.gateway.units.begin("test.for-people", OPERATOR) as work:
            await set_for_people(work, client_id="bank-1", allowed=True)
        for person, (role, house) in PEOPLE.items():
            await signed_in(story.gateway, browsers[person], person, role, **house)
    return story


async def requested(story, **more):
    return (await story.request("bank-1", NUMBER, **more)).json()["consent"]


async def hand_in(browser, consent, name="signed.png", content=PICTURE):
    return await browser.post(
        f"/console/paper/{consent}/scans", data={"csrf": await csrf(browser)}, files={"file": (name, content)},
        headers=same_site(browser),
    )  # fmt: skip


async def enter(browser, consent, **more):
    page = (await browser.get(f"/console/paper/{consent}")).text
    shown = re.search(r'name="shown" value="(\w+)"', page)[1]
    form = {
        "shown": shown, "scan": DIGEST, "id_number": "330302197001010012", "role": "legal_rep",
        "signed_on": str(day_of(datetime.now(UTC))), "csrf": await csrf(browser), **more,
    }  # fmt: skip
    return await browser.post(f"/console/paper/{consent}", data=form, headers=same_site(browser))


async def decide(browser, change, decision="approve"):
    form = {"csrf": await csrf(browser), "reason": "已逐行核对"}
    return await browser.post(f"/console/changes/{change}/{decision}", data=form, headers=same_site(browser))


async def count_read(story):
    async with story.gateway.database.begin("test.read") as session:
        return (await session.execute(READ)).scalar_one()


async def test_a_paper_goes_from_the_counter_to_the_enterprise_through_two_officers(ready, browsers):
    consent = await requested(ready)
    maker, checker, boss, li = (browsers[name] for name in ("maker", "checker", "boss", "li"))
    found = await maker.get("/console/paper", params={"enterprise": uscc(NUMBER)})
    assert f"/console/paper/{consent}" in found.text
    for browser, place in ((maker, "paper"), (li, "consents")):
        sheet = await browser.get(f"/console/{place}/{consent}/sheet")
        assert (sheet.status_code, consent in sheet.text) == (200, True)
    assert (await hand_in(maker, consent)).headers["location"].endswith("?said=scan")
    assert consent in (await checker.get("/console/paper")).text
    assert (await enter(maker, consent)).headers["location"] == "/console/paper?said=entered"
    (change,) = re.findall(r"/console/changes/([0-9a-f-]+)", (await checker.get("/console/paper")).text)[:1]
    own = await decide(maker, change)
    assert (own.status_code, "复核" in (await maker.get("/console/paper")).text) == (409, True)
    shown = (await checker.get(f"/console/changes/{change}")).text
    assert f'src="/console/paper/{consent}/scans/{DIGEST}"' in shown
    before = await count_read(ready)
    picture = await checker.get(f"/console/paper/{consent}/scans/{DIGEST}")
    assert (picture.content, picture.headers["content-type"]) == (PICTURE, "image/png")
    assert await count_read(ready) == before + 1
    assert (await decide(checker, change)).status_code == 303
    told = (await boss.get("/console/enterprise")).text
    assert f"/console/enterprise/consents/{consent}" in told
    page = (await boss.get(f"/console/enterprise/consents/{consent}")).text
    assert "王小二 maker录入、王小二 checker对照扫描件复核" in page
    for browser, place in ((boss, "enterprise/consents"), (li, "consents")):
        assert DIGEST in (await browser.get(f"/console/{place}/{consent}")).text
        saved = await browser.get(f"/console/{place}/{consent}/files/{DIGEST}")
        assert (saved.content, saved.headers["content-type"]) == (PICTURE, "application/octet-stream")
    assert "在纸上同意" in (await li.get(f"/console/consents/{consent}")).text


async def test_what_is_wrong_is_said_beside_the_form(ready, browsers):
    consent, maker = await requested(ready), browsers["maker"]
    for name, content, status in (
        ("signed.gif", PICTURE, 422), ("signed.pdf", PICTURE, 422), ("signed.png", b"\x89PNG\r\n\x1a\n", 303),
        ("large.png", PICTURE + b"x" * (LONGEST_FILE - len(PICTURE) + 1), 422),
    ):  # fmt: skip
        assert (await hand_in(maker, consent, name, content)).status_code == status, name
    assert (await hand_in(maker, consent)).status_code == 303
    for wrong in ({"id_number": "1"}, {"signed_on": "gestern"}, {"until": "morgen"}, {"role": "agent"}):
        answer = await enter(maker, consent, **wrong)
        assert answer.status_code == 400, wrong
        assert 'class="notice bad"' in answer.text
    assert (await enter(maker, consent, shown="0" * 64)).status_code == 409
    assert (await maker.get("/console/paper", params={"enterprise": "1"})).status_code == 400
    assert (await maker.get("/console/paper/01983a2b-7c1d-7e00-8000-000000000010")).status_code == 404


async def test_staff_hand_in_the_scan_of_a_paper_which_then_waits_for_officers(ready, browsers):
    consent, li = await requested(ready), browsers["li"]

    async def send(name, content):
        return await li.post(
            f"/console/consents/{consent}/files", data={"csrf": await csrf(li)}, files={"file": (name, content)},
            headers=same_site(li),
        )  # fmt: skip

    wrong = await send("signed.gif", PICTURE)
    assert (wrong.status_code, 'class="notice bad"' in wrong.text) == (400, True)
    assert (await send("signed.png", PICTURE)).status_code == 303
    assert DIGEST in (await li.get(f"/console/consents/{consent}")).text
    assert f"/console/paper/{consent}" in (await browsers["maker"].get("/console/paper")).text


async def test_a_named_person_whose_consent_is_missing_is_shown_to_both_parties(ready, browsers):
    consent = await requested(ready, pi_items=[{"person": "a" * 64, "role": "legal_rep"}])
    for person, place in (("boss", "enterprise/consents"), ("li", "consents")):
        page = (await browsers[person].get(f"/console/{place}/{consent}")).text
        assert "还有 1 人没有同意" in page


async def test_templates_are_shown_with_their_bounds_and_every_version(ready, browsers):
    async with ready.gateway.units.begin("test.template", MACHINE) as work:
        written = next(one for one in shipped_members() if one["template"] == "subsidy")
        await set_template(work, {**written, "most": {**written["most"], "validity": "P7M"}})
    for person in ("maker", "auditor-9", "li"):
        listed = (await browsers[person].get("/console/consents/-/templates")).text
        assert "7 个月" in listed
        one = (await browsers[person].get("/console/consents/-/templates/subsidy")).text
        assert ("第 1 版" in one, "第 2 版" in one, "现行" in one) == (True, True, True)
        assert (await browsers[person].get("/console/consents/-/templates/nothing")).status_code == 404
