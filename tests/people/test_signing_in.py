"""Signing in as a person: invitation, password and code, the lock, the session and its end, forms of other sites."""

import asyncio
import re
import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import text

from gateway.identity.clients.registry import add_institution
from gateway.people.hashing import AT_ONCE, QUEUE
from gateway.people.lanes import FREE_TRIES
from gateway.people.standing import set_standing
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.identities import change, login, register
from tests.persons import PASSWORD, attempt, csrf, enrol, forget_step, invited, same_site, signed_in


async def run_sql(gateway, query, **values):
    async with gateway.database.begin("test.sql") as session:
        await session.execute(text(query), values)


async def test_an_invited_person_sets_a_password_and_signs_in(gateway, client):
    await signed_in(gateway, client, "li-auditor", "auditor")
    home = await client.get("/console/catalogue")
    assert (home.status_code, "王小二" in home.text, "审计管理员" in home.text) == (200, True, True)
    assert 'lang="zh-CN"' in home.text
    client.cookies.clear()
    sent = await client.get("/console/changes?said=done")
    assert sent.status_code == 303
    assert sent.headers["location"] == "/console/sign-in?next=%2Fconsole%2Fchanges%3Fsaid%3Ddone"


async def test_every_page_keeps_to_itself(client):
    page = await client.get("/console/sign-in")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert re.findall(r"<script(?![^>]* ?src=)|style=| on[a-z]+=", page.text) == []
    assert 'src="http' not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"  # a browser then names itself when it sends our forms
    sheet = re.search(r'rel="stylesheet" href="([^"]+)"', page.text)[1]
    assert (await client.get(sheet)).headers["content-type"].startswith("text/css")


async def test_english_is_one_click_away_and_stays(client):
    back = await client.get("/console/language/en?next=/console/sign-in")
    assert (back.status_code, back.headers["location"]) == (303, "/console/sign-in")
    page = await client.get("/console/sign-in")
    assert ("One-time code" in page.text, 'lang="en"' in page.text) == (True, True)
    for elsewhere in ("https://evil.example", "//evil.example", "/console//evil.example", "/\\evil.example"):
        answer = await client.get("/console/language/zh", params={"next": elsewhere})
        assert answer.headers["location"] == "/console"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "short", "again": "short"}, "12 到 128"),
        ({"password": "x" * 129, "again": "x" * 129}, "12 到 128"),
        ({"password": "wrong-user-1 and more", "again": "wrong-user-1 and more"}, "12 到 128"),
        ({"again": "another password"}, "两次输入的密码不一致"),
        ({"code": "000000"}, "验证码不对"),
        ({"code": ""}, "验证码不对"),
    ],
)
async def test_an_enrolment_that_will_not_do_is_told_and_can_be_repeated(gateway, client, changes, said):
    token = await invited(gateway, "wrong-user-1", "auditor")
    answer, _ = await enrol(client, token, "wrong-user-1", **changes)
    assert (answer.status_code, said in answer.text) == (400, True)
    answer, _ = await enrol(client, token, "wrong-user-1")
    assert answer.status_code == 200


async def test_an_invitation_is_good_once_and_for_a_time(gateway, client):
    token = await invited(gateway, "once-1", "auditor")
    await enrol(client, token, "once-1")
    for gone in (token, "unknown", ""):
        assert (await client.get("/console/enrol", params={"token": gone})).status_code == 410
    late = await invited(gateway, "late-1", "auditor")
    await run_sql(gateway, "UPDATE person SET invited_until = now() WHERE person_id = 'late-1'")
    assert (await client.get("/console/enrol", params={"token": late})).status_code == 410


@pytest.mark.parametrize("role", ["operator", "staff", "clerk", "king"])
async def test_a_role_comes_with_what_it_belongs_to(gateway, role):
    wrong = {"operator": {"agency": "x"}, "staff": {}, "clerk": {"institution": "none"}, "king": {}}[role]
    with pytest.raises(DeniedError):
        await invited(gateway, "wrong-2", role, **wrong)


async def test_nothing_tells_which_part_was_wrong_and_each_try_is_in_the_log(gateway, client):
    secret = await signed_in(gateway, client, "zhao", "operator")
    answers = [
        await attempt(client, "zhao", secret, password="wrong horse battery"),
        await attempt(client, "zhao", secret, code="000000"),
        await attempt(client, "nobody", secret),
        await attempt(client, "zhao\x00", secret),
        await attempt(client, "zhao", secret, password="x" * 5000),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    key = await register(gateway, "auditor-1", "auditor")
    headers = await login(client, key, "auditor-1", gateway.settings.issuer)
    found = (await client.get("/v1/audit/entries?type=person.sign_in_refused", headers=headers)).json()["entries"]
    assert [entry["leaf"]["actor"] for entry in found] == ["person:zhao"] * 3
    assert sorted(entry["leaf"]["outcome"] for entry in found) == ["wrong-code", "wrong-password", "wrong-password"]
    assert PASSWORD not in str(found)


async def test_a_code_opens_once_even_at_the_same_moment(gateway, client):
    secret = await signed_in(gateway, client, "qian", "auditor")
    await forget_step(gateway, "qian")
    answers = await asyncio.gather(*(attempt(client, "qian", secret) for _ in range(FREE_TRIES - 1)))
    assert sorted(answer.status_code for answer in answers) == [303] + [401] * (FREE_TRIES - 2)


async def test_a_session_ends_by_idleness_by_age_by_suspension_and_by_signing_out(gateway, client):
    secret = await signed_in(gateway, client, "zhou", "auditor")

    async def again():
        await forget_step(gateway, "zhou")
        assert (await attempt(client, "zhou", secret)).status_code == 303
        assert (await client.get("/console/catalogue")).status_code == 200

    past = datetime.now(UTC) - timedelta(minutes=31)
    await run_sql(gateway, "UPDATE person_session SET seen_at = :past WHERE person_id = 'zhou'", past=past)
    assert (await client.get("/console/catalogue")).status_code == 303
    await again()
    await run_sql(gateway, "DELETE FROM person_session WHERE person_id = 'zhou'")
    assert (await client.get("/console/catalogue")).status_code == 303
    await again()
    for status in ("suspended", "active"):
        async with gateway.units.begin("test.standing", OPERATOR) as work:
            await set_standing(work, person_id="zhou", status=status)
        assert (await client.get("/console/catalogue")).status_code == 303
    await again()
    cookie = client.cookies.get("xinqiao-session")
    form = {"csrf": await csrf(client)}
    assert (await client.post("/console/sign-out", data=form, headers=same_site(client))).status_code == 303
    client.cookies.set("xinqiao-session", cookie)
    assert (await client.get("/console/catalogue")).status_code == 303


async def test_signing_out_everywhere_ends_every_session(gateway, client):
    secret = await signed_in(gateway, client, "wu", "auditor")
    first = client.cookies.get("xinqiao-session")
    client.cookies.clear()
    await forget_step(gateway, "wu")
    await attempt(client, "wu", secret)
    form = {"csrf": await csrf(client), "everywhere": "1"}
    assert (await client.post("/console/sign-out", data=form, headers=same_site(client))).status_code == 303
    client.cookies.clear()
    client.cookies.set("xinqiao-session", first)
    assert (await client.get("/console/catalogue")).status_code == 303


async def test_staff_of_a_suspended_institution_are_out(gateway, client):
    async with gateway.units.begin("test.party", OPERATOR) as work:
        await add_institution(work, institution_id="branch", name="支行", kind="bank")
    await signed_in(gateway, client, "teller", "staff", institution="branch")
    assert (await client.get("/console/catalogue")).status_code == 200
    await change(gateway, "institution:branch", "suspend")
    assert (await client.get("/console/catalogue")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(gateway, client):
    secret = await signed_in(gateway, client, "zheng", "auditor")
    await forget_step(gateway, "zheng")
    answer = await attempt(client, "zheng", secret)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {},
    ],
)
async def test_a_form_of_another_site_is_refused_signed_in_or_not(gateway, client, headers):
    secret = await signed_in(gateway, client, "feng", "auditor")
    form = {"csrf": await csrf(client)}
    assert (await client.post("/console/sign-out", data=form, headers=headers)).status_code == 403
    assert (await client.get("/console/catalogue")).status_code == 200
    form = {"person": "feng", "password": PASSWORD, "code": "1", "next": secret}
    assert (await client.post("/console/sign-in", data=form, headers=headers)).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 44])
async def test_a_form_without_its_sessions_token_is_refused(gateway, client, token):
    await signed_in(gateway, client, "chen", "auditor")
    answer = await client.post("/console/sign-out", data={"csrf": token}, headers=same_site(client))
    assert answer.status_code == 403
    assert (await client.get("/console/catalogue")).status_code == 200


async def test_after_signing_in_the_page_asked_for_comes_and_no_foreign_one(gateway, client):
    secret = await signed_in(gateway, client, "wei", "operator")
    for following, shown in {
        "/console/clients": "/console/clients", "https://evil.example": "/console", "//evil.example": "/console",
        "/v1/quota": "/console", "/console\r\nX: y": "/console",
    }.items():  # fmt: skip
        await forget_step(gateway, "wei")
        answer = await attempt(client, "wei", secret, following=following)
        assert (answer.status_code, answer.headers["location"]) == (303, shown)


async def test_many_guesses_at_once_leave_room_for_everybody_else(gateway, client):
    await run_sql(gateway, "DELETE FROM sign_in_lane")
    guesses = [asyncio.create_task(attempt(client, f"nobody-{number}", "", code="000000")) for number in range(40)]
    await asyncio.sleep(0)
    answer = await client.get("/readyz")
    waiting = sum(not guess.done() for guess in guesses)
    assert answer.status_code in {200, 503}  # it asks the database, and is answered
    assert waiting > 0
    assert {(await guess).status_code for guess in guesses} <= {401, 429, 503}
    await run_sql(gateway, "DELETE FROM sign_in_lane")


async def test_a_password_is_hashed_while_no_transaction_is_open(gateway, client):
    """Both hashing threads are held: whoever enrols waits for one, and for no connection meanwhile."""
    token, release = await invited(gateway, "slow-1", "auditor"), threading.Event()
    held = [asyncio.create_task(QUEUE.run(release.wait, known=True)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    enrolling = asyncio.create_task(enrol(client, token, "slow-1"))
    try:
        while QUEUE._taken <= AT_ONCE:
            assert not enrolling.done()
            await asyncio.sleep(0.01)
        async with gateway.database.begin("test.open") as session:
            query = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"""
            assert (await session.execute(text(query))).scalar_one() == 0
    finally:
        release.set()
        await asyncio.gather(*held)
    answer, _ = await enrolling
    assert answer.status_code == 200


async def test_an_invitation_that_is_taken_up_twice_at_once_is_taken_up_once(gateway, client):
    token = await invited(gateway, "twice-1", "auditor")
    shown = await client.get("/console/enrol", params={"token": token})
    code = pyotp.TOTP(re.search(r"<code>([A-Z2-7]+)</code>", shown.text)[1]).now()
    form = {"token": token, "password": PASSWORD, "again": PASSWORD, "code": code}
    sent = [client.post("/console/enrol", data=form, headers=same_site(client)) for _ in range(2)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*sent)) == [200, 410]


def test_a_password_is_hashed_in_earnest_as_rfc_9106_recommends(earnest_hasher):
    assert earnest_hasher().hash("correct horse battery").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
