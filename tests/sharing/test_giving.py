"""Credentials given at the console: to one institution, of what was chosen, for some days; looked at by its people."""

import html
import re
import time
from datetime import timedelta

import pytest

from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.sharing.enterprise_pages import state_of
from gateway.sharing.giving import MOST_DAYS, Wanted, give_credential, list_given, take_credential_back
from gateway.sharing.looking import look_at
from signing.errors import SignatureError
from signing.selective import LONGEST, read_shown
from tests.enterprises import uscc
from tests.matching.proposals import rows_of
from tests.persons import csrf, same_site, signed_in
from tests.sharing.test_issuing import offered, scored, take
from tests.visits import client_of
from xinqiao_client.credentials import present

__all__ = ["offered", "scored"]
OWN, OTHER = 7401, 7402


def owner(number=OWN):
    return Actor(f"person:boss-{number}", "signatory", subject=uscc(number))


def staff(institution="bank"):
    return Actor("person:qian", "person", institution)


async def give(story, members=("band",), days=3, institution="bank", actor=None, *, offered=True):
    async with story.gateway.units.begin("test.give", actor or owner()) as work:
        return await give_credential(work, Wanted(institution, list(members), days), offered=offered)


async def look(story, shown, actor=None):
    async with story.gateway.units.begin("test.look", actor or staff()) as work:
        return await look_at(work, shown, offered=True)


@pytest.fixture
async def ready(story, scored):
    if f"s-{OWN}" not in story.keys:
        await scored(OWN)
        await story.account("other-1", "other")
    return story


async def test_an_institution_is_shown_what_was_chosen_until_it_is_taken_back(ready):
    shown = await give(ready)
    looked = await look(ready, f" {shown[:40]}\n{shown[40:]} ")
    assert (looked.fault, set(looked.members)) == ("", {"band"})
    assert looked.claims["sub"] == uscc(OWN)
    assert not {"institution", "account", "score"} & set(looked.claims)
    assert (await look(ready, shown, staff("other"))).fault == "not-for-you"
    async with ready.gateway.units.begin("test.list", owner()) as work:
        [given] = [one for one in await list_given(work, offered=True) if one.members == ["band"]]
    assert state_of(given, given.given_at) == "holds"
    assert state_of(given, given.until) == "ended"
    with pytest.raises(DeniedError) as denied:
        async with ready.gateway.units.begin("test.back", owner(OTHER)) as work:
            await take_credential_back(work, given.credential_id, offered=True)
    assert denied.value.denial.reason == "credential-not-found"
    for _ in range(2):
        async with ready.gateway.units.begin("test.back", owner()) as work:
            taken = await take_credential_back(work, given.credential_id, offered=True)
    assert state_of(taken, given.given_at) == "taken-back"
    assert (await look(ready, shown)).fault == "taken-back"
    told = await rows_of(ready.gateway, "SELECT FROM audit_event WHERE type = 'credential.taken_back'")
    assert len(told) == 1
    kept = await rows_of(ready.gateway, "SELECT * FROM shared_credential")
    assert shown not in str(kept)


@pytest.mark.parametrize(("days", "ok"), [(0, False), (1, True), (MOST_DAYS, True), (MOST_DAYS + 1, False)])
async def test_it_is_given_for_one_to_seven_days(ready, days, ok):
    if ok:
        claims = read_shown(await give(ready, days=days), ready.gateway.keys.publics("answer")).claims
        assert claims["exp"] - claims["iat"] == timedelta(days=days).total_seconds()
    else:
        with pytest.raises(DeniedError):
            await give(ready, days=days)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [({"members": ()}, "invalid-request"), ({"members": ("band", "name")}, "invalid-request"),
     ({"institution": "nobody"}, "invalid-request"), ({"actor": staff()}, "insufficient-scope"),
     ({"actor": owner(OTHER)}, "nothing-to-share"), ({"offered": False}, "sharing-not-offered")],
)  # fmt: skip
async def test_what_is_not_given(ready, asked, reason):
    with pytest.raises(DeniedError) as denied:
        await give(ready, **asked)
    assert denied.value.denial.reason == reason


async def test_one_that_was_changed_or_has_ended_or_is_not_ours_does_not_hold(ready, monkeypatch):
    shown = await give(ready, members=("band", "score"))
    issued, first, second, _ = shown.split("~")
    publics = ready.gateway.keys.publics("answer")
    assert set(read_shown(f"{issued}~{first}~", publics).claims) & {"band", "score"}
    assert not {"band", "score"} & set(read_shown(f"{issued}~", publics).claims)
    head, body, signature = issued.split(".")
    for wrong in (
        f"{issued}~{first}~{first}~", f"{issued}~{first[:-2]}AA~", f"{head}.{body[:-4]}AAAA.{signature}~", issued, "",
        "~", f"{issued}~{first}~{second}~x.y.z", shown + "~" * LONGEST,
    ):  # fmt: skip
        with pytest.raises(SignatureError):
            read_shown(wrong, publics)
        assert (await look(ready, wrong)).fault == "not-ours"

    async def later(session):
        return await database_now(session) + timedelta(days=MOST_DAYS)

    with monkeypatch.context() as changed:
        changed.setattr("gateway.sharing.looking.database_now", later)
        assert (await look(ready, shown)).fault == "ended"
    with pytest.raises(DeniedError):
        await look(ready, shown, owner())


async def test_one_that_is_bound_to_a_key_holds_where_its_holder_signed_it_for_the_institution(ready, offered):
    credential = (await take(ready, OWN)).json()["credential"]
    audience = f"{ready.gateway.settings.issuer}/institutions/bank"
    key = ready.keys[f"s-{OWN}"].jwk
    shown = present(credential, ["band"], key, audience=audience, nonce="n-9")
    looked = await look(ready, shown)
    assert (looked.fault, set(looked.members), looked.nonce) == ("", {"band"}, "n-9")
    assert looked.signed_at is not None
    assert abs(looked.signed_at.timestamp() - time.time()) < 3600
    assert (await look(ready, credential)).fault == "not-for-you"
    assert (await look(ready, present(credential, ["band"], key, audience="x", nonce="n"))).fault == "not-for-you"


async def test_people_do_all_of_it_on_pages(ready, offered):
    async with client_of(ready.gateway) as browser:
        await signed_in(ready.gateway, browser, "boss-7401", "owner", enterprise=uscc(OWN))
        path, body = (
            "/console/enterprise/credentials",
            {"csrf": await csrf(browser), "institution": "bank", "days": "2"},
        )
        refused = await browser.post(path, data=body, headers=same_site(browser))
        assert refused.status_code == 400
        made = await browser.post(path, data={**body, "score": "yes"}, headers=same_site(browser))
        assert made.status_code == 200, made.text
        shown = html.unescape(re.search(r"<textarea readonly[^>]*>([^<]+)<", made.text)[1])
        assert shown not in (await browser.get(path)).text
        one = re.search(rf'action="({path}/[0-9a-f-]+/take-back)"', made.text)[1]
    async with client_of(ready.gateway) as browser:
        await signed_in(ready.gateway, browser, "qian-7", "staff", institution="bank")
        page = await browser.post(
            "/console/credentials", data={"csrf": await csrf(browser), "credential": shown}, headers=same_site(browser)
        )
        assert uscc(OWN) in page.text
        assert "成立：本平台签发" in page.text
    async with client_of(ready.gateway) as browser:
        await signed_in(ready.gateway, browser, "boss-7402", "owner", enterprise=uscc(OTHER))
        body = {"csrf": await csrf(browser)}
        assert (await browser.post(one, data=body, headers=same_site(browser))).status_code == 404
    async with client_of(ready.gateway) as browser:
        await signed_in(ready.gateway, browser, "boss-7403", "owner", enterprise=uscc(OWN))
        body = {"csrf": await csrf(browser)}
        assert (await browser.post(one, data=body, headers=same_site(browser))).status_code == 303
    assert (await look(ready, shown)).fault == "taken-back"


async def test_where_they_are_not_offered_the_pages_say_so(ready):
    for person, role, more, path in (
        ("boss-7404", "owner", {"enterprise": uscc(OWN)}, "/console/enterprise/credentials"),
        ("qian-8", "staff", {"institution": "bank"}, "/console/credentials"),
    ):
        async with client_of(ready.gateway) as browser:
            await signed_in(ready.gateway, browser, person, role, **more)
            page = await browser.get(path)
        assert page.status_code == 200
        assert "没有开通凭证" in page.text
