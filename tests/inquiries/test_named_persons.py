"""Persons named in a portrait on a separate consent of their own: two are known by number, and one consents."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from consent.statements import SEPARATE_TYPE, separate_claims
from gateway.app import create_app
from gateway.consents.holders import marked
from gateway.identity.clients.limits import set_for_people
from gateway.identity.clients.mandates import Mandate, set_mandate
from gateway.inquiries.portrait.naming import digest_of
from gateway.inquiries.replay import replay_inquiry
from gateway.inquiries.sheet_pdf import sheet_data
from gateway.people.guard import cookie_name
from gateway.records.erasure import erase_subject
from gateway.runtime.actor import Actor, at_this_machine
from signing.jws import payload_of, sign_jws
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import citizen, uscc
from tests.inquiries.test_pages import session_of
from tests.network.holding import HOLDERS, LEADERS, deliver, firm, held, read_anew
from tests.records.test_at_rest import dump
from tests.stories import registration, slug

OUYANG, SITU = ("欧阳若望", "E7110021X"), ("司徒雷登", "PA-330022")
NAMES = (OUYANG[0], SITU[0])
AGREED = {}  # the consent that names both: the enterprise is made once


@pytest.fixture
async def ready(story, tmp_path):
    """Two persons hold an enterprise; the consent names both, and each has a key and a mandate of their own."""
    if "s-1" in story.keys:
        return story
    for number in (1, 2):
        await story.push("market_regulation", "ent_registration", registration(number))
    await story.feeds()
    listed = [held(1, OUYANG, "60"), held(1, SITU, "30"), held(1, ("匿某", citizen(24)), "10"), held(2, OUYANG, "100")]
    await deliver(story.gateway, tmp_path, "shareholder_contrib", HOLDERS, listed)
    leads = [(firm(1), uscc(1), OUYANG[1], OUYANG[0], "监事", "2020-01-01", ""),
             (firm(1), uscc(1), "P-000001", "匿某", "董事", "2020-01-01", "")]  # fmt: skip
    await deliver(story.gateway, tmp_path, "ent_legal_rep", LEADERS, leads)
    await read_anew(story.gateway)
    for account, bank in (("bank-1", "bank"), ("other-1", "other")):
        await story.account(account, bank)
    items = [{"id_number": one[1], "role": "shareholder"} for one in (OUYANG, SITU)]
    AGREED["own"] = await story.consent("bank-1", 1, products=["portrait"], pi_items=items)
    await story.consent("other-1", 1, products=["portrait"])
    for who, person in (("s-1", OUYANG), ("s-1b", SITU)):
        await story.enrol(who, "signatory", subject=uscc(1))
        async with story.gateway.units.begin("test.mandate", MACHINE) as work:
            await set_mandate(work, who, Mandate(holder=hash_of(story, person)))
    return story


def hash_of(story, person):
    return marked(story.gateway.protector, person[1])


async def give(story, who="s-1", person=OUYANG):
    claims = separate_claims(AGREED["own"]["consent"], AGREED["own"]["terms_sha256"], hash_of(story, person))
    body = {"person": hash_of(story, person), "statement": sign_jws(claims, story.keys[who], SEPARATE_TYPE)}
    path = f"/v1/consents/{AGREED['own']['consent']}/separate-consents"
    return await story.client.post(path, json=body, headers=await story.headers(who))


async def take_back(story, who="s-1", person=OUYANG):
    path = f"/v1/consents/{AGREED['own']['consent']}/separate-consents/{hash_of(story, person)}"
    return await story.client.request("DELETE", path, headers=await story.headers(who))


async def portrait(story, account="bank-1"):
    answer = await story.ask(account, 1, product="portrait")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert not any(name in json.dumps(payload_of(told["answer"]), ensure_ascii=False) for name in NAMES)
    return told


def statuses(story, told):
    by_hash = {one["person"]: one["status"] for one in told["network"]["persons"]}
    return [by_hash[hash_of(story, person)] for person in (OUYANG, SITU)]


async def again(story, told):
    async with story.gateway.units.begin("test.replay", Actor("auditor-1", "auditor")) as work:
        return await replay_inquiry(work, UUID(told["inquiry"]))


async def test_who_consented_is_named_and_everybody_else_stays_a_number(ready):
    before = await portrait(ready)
    assert "names" not in before
    assert statuses(ready, before) == ["no-own-consent", "no-own-consent"]
    assert all("单独同意" in one["zh"] for one in before["network"]["persons"])
    assert (await give(ready)).status_code == 200
    told = await portrait(ready)
    [(party, name)] = told["names"].items()
    assert name["name"] == OUYANG[0]
    assert statuses(ready, told) == ["named", "no-own-consent"]
    parties = {one["id"]: one for one in told["network"]["parties"]}
    assert parties[party]["named"] == digest_of(name["salt"], name["name"])
    assert [one for one in parties.values() if "named" in one] == [parties[party]]
    shares = {one["from"]: one["share"] for one in told["network"]["edges"] if one["kind"] == "holds"}
    assert shares[party] == 600_000
    posts = {one["position"]: one["from"] for one in told["network"]["edges"] if one["kind"] == "leads"}
    assert posts["supervisor"] == party
    assert posts["director"].startswith("person-")
    assert SITU[0] not in json.dumps(told, ensure_ascii=False)
    assert (await again(ready, told)).outcome == "equal"
    # No other institution's portrait names anybody, nor does the enterprise that the same person holds.
    other = await portrait(ready, "other-1")
    assert not {"names"} & set(other)
    assert "persons" not in other["network"]
    assert uscc(2) not in parties


async def test_taken_back_the_next_answer_and_an_earlier_one_have_a_number(ready):
    await give(ready)
    named = await portrait(ready)
    path = f"/v1/inquiries/{named['inquiry']}"
    headers = await ready.headers("bank-1")
    taken = await ready.client.get(f"{path}/answer", headers=headers)
    assert taken.json()["names"] == named["names"]
    for who, person in (("s-1b", OUYANG), ("s-1", SITU)):
        assert (await take_back(ready, who, person)).status_code == 403
    first, second = await take_back(ready), await take_back(ready)
    assert (first.status_code, second.json()["version"]) == (200, first.json()["version"])
    told = await portrait(ready)
    assert "names" not in told
    assert statuses(ready, told) == ["no-own-consent", "no-own-consent"]
    assert "names" not in (await ready.client.get(f"{path}/answer", headers=headers)).json()
    assert (await again(ready, named)).outcome == "equal"


async def test_files_and_pages_name_the_same_person(ready):
    await give(ready)
    told = await portrait(ready)
    names = {party: one["name"] for party, one in told["names"].items()}
    path, headers = f"/v1/inquiries/{told['inquiry']}", await ready.headers("bank-1")
    bods = (await ready.client.get(f"{path}/network/bods", headers=headers)).json()
    known = [one["recordDetails"] for one in bods if one["recordDetails"].get("personType") == "knownPerson"]
    assert [one["names"] for one in known] == [[{"type": "legal", "fullName": OUYANG[0]}]]
    assert not any("unspecifiedPersonDetails" in one for one in known)
    ftm = (await ready.client.get(f"{path}/network/ftm", headers=headers)).text
    data = json.dumps(sheet_data(told["answer"], told | {"network": told["network"]}), ensure_ascii=False)
    assert OUYANG[0] not in data
    sheet = await ready.client.get(f"{path}/sheet.pdf", headers=headers)
    async with ready.gateway.units.begin("test.for-people", OPERATOR) as work:
        await set_for_people(work, client_id="bank-1", allowed=True)
    settings = ready.gateway.settings
    transport = httpx.ASGITransport(app=create_app(settings, ready.gateway))
    async with httpx.AsyncClient(
        transport=transport, base_url=settings.issuer, headers={"Accept": "text/html"}
    ) as browser:
        browser.cookies.set(cookie_name(settings), await session_of(ready.gateway, "qian", "staff", institution="bank"))
        page = (await browser.get(f"/console/inquiries/{told['inquiry']}")).text
        file = (await browser.get(f"/console/inquiries/{told['inquiry']}/network/ftm")).text
        printed = await browser.get(f"/console/inquiries/{told['inquiry']}/sheet.pdf")
    assert printed.content == sheet.content
    assert sheet.content.startswith(b"%PDF-")
    for shown in (json.dumps(bods, ensure_ascii=False), ftm, page, file):
        assert OUYANG[0] in shown
        assert SITU[0] not in shown
    assert "本人已单独同意具名" in page
    assert names == {next(iter(names)): OUYANG[0]}


async def test_no_name_and_no_number_is_kept_in_clear(ready):
    await give(ready)
    await portrait(ready)
    held_of = "".join((await dump(ready.gateway)).values())
    assert not any(secret in held_of for person in (OUYANG, SITU) for secret in person)


async def test_a_person_is_named_in_one_way_and_by_a_number_that_is_one(ready):
    both = {"id_number": OUYANG[1], "person": "a" * 64, "role": "shareholder"}
    for item in (both, {"role": "shareholder"}):
        assert slug(await ready.request("bank-1", 1, products=["portrait"], pi_items=[item])) == "invalid-terms"
    wrong = [{"id_number": "33030", "role": "shareholder"}]
    assert (await ready.request("bank-1", 1, products=["portrait"], pi_items=wrong)).status_code == 400


async def test_of_data_that_is_no_identity_and_of_nobody_on_record_no_name_follows(ready):
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    items = [{"id_number": citizen(23), "role": "shareholder"}]
    agreed, AGREED["own"] = (
        AGREED["own"],
        await ready.consent("bank-1", 1, products=["portrait"], purpose="renewal", pi_items=items, valid_until=until),
    )
    async with ready.gateway.units.begin("test.mandate", MACHINE) as work:
        await set_mandate(work, "s-1", Mandate(holder=hash_of(ready, ("", citizen(23)))))
    assert (await give(ready, person=("", citizen(23)))).status_code == 200
    told = (await ready.ask("bank-1", 1, product="portrait", purpose="renewal")).json()
    assert [one["status"] for one in told["network"]["persons"]] == ["not-recorded"]
    items = [{"id_number": OUYANG[1], "role": "shareholder", "categories": ["assets"]}]
    await ready.consent("bank-1", 1, products=["portrait"], purpose="subsidy", pi_items=items, valid_until=until)
    told = (await ready.ask("bank-1", 1, product="portrait", purpose="subsidy")).json()
    assert "persons" not in told["network"]
    AGREED["own"] = agreed
    async with ready.gateway.units.begin("test.mandate", MACHINE) as work:
        await set_mandate(work, "s-1", Mandate(holder=hash_of(ready, OUYANG)))


async def test_erased_there_is_no_name_to_give(ready):
    await give(ready)
    told = await portrait(ready)
    assert told["names"]
    async with ready.gateway.units.begin("test.erase", at_this_machine()) as work:
        await erase_subject(work, ready.gateway.protector, uscc(1), "当事人申请")
    headers = await ready.headers("bank-1")
    taken = await ready.client.get(f"/v1/inquiries/{told['inquiry']}/answer", headers=headers)
    assert taken.status_code == 200
    assert "names" not in taken.json()
