"""Recovery codes of one's own: counted on the page, made anew after password and code, shown once."""

import re

import pyotp
from sqlalchemy import text

from tests.persons import PASSWORD, attempt, csrf, enrol, forget_step, invited, same_site, signed_in

PAGE = "/console/recovery-codes"


def codes_in(page):
    return re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", page.text)


async def renew(gateway, client, person, code, password=PASSWORD):
    await forget_step(gateway, person)
    form = {"csrf": await csrf(client), "password": password, "code": code}
    return await client.post(PAGE, data=form, headers=same_site(client))


async def events(gateway, person):
    async with gateway.database.begin("test.events") as session:
        types = "('person.recovery_codes_renewed', 'person.proof_refused')"
        query = f"SELECT outcome FROM audit_event WHERE type IN {types} AND actor = :a ORDER BY ts"
        return list((await session.execute(text(query), {"a": f"person:{person}"})).scalars())


async def test_new_codes_take_password_and_code_and_are_shown_once(gateway, client):
    answer, secret = await enrol(client, await invited(gateway, "keeper-1", "auditor"), "keeper-1")
    (first, *_) = codes_in(answer)
    await forget_step(gateway, "keeper-1")
    assert (await attempt(client, "keeper-1", secret)).status_code == 303
    assert "还有 10 个恢复码" in (await client.get(PAGE)).text
    for wrong in ({"password": "not my password"}, {"code": "000000"}):
        refused = await renew(gateway, client, "keeper-1", **{"code": pyotp.TOTP(secret).now(), **wrong})
        assert (refused.status_code, codes_in(refused)) == (401, [])
    made = await renew(gateway, client, "keeper-1", pyotp.TOTP(secret).now())
    assert (made.status_code, len(set(codes_in(made)))) == (200, 10)
    assert codes_in(await client.get(PAGE)) == []
    assert await events(gateway, "keeper-1") == ["wrong-password", "wrong-code", "renewed"]
    client.cookies.clear()
    assert (await attempt(client, "keeper-1", secret, code=first)).status_code == 401
    assert (await attempt(client, "keeper-1", secret, code=codes_in(made)[3])).status_code == 303
    assert "还有 9 个恢复码" in (await client.get(PAGE)).text


async def test_a_form_without_the_sessions_token_makes_no_codes(gateway, client):
    secret = await signed_in(gateway, client, "keeper-2", "clerk", agency="tax")
    await forget_step(gateway, "keeper-2")
    form = {"csrf": "x", "password": PASSWORD, "code": pyotp.TOTP(secret).now()}
    assert (await client.post(PAGE, data=form, headers=same_site(client))).status_code == 403
    assert await events(gateway, "keeper-2") == []
