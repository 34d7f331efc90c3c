"""People for tests: invited, enrolled, signed in over HTTP as a browser does it."""

import re
import time

import httpx
import pyotp
from sqlalchemy import text

from gateway.people.acting import acting
from gateway.people.invitations import invite
from gateway.people.sessions import find_present
from gateway.runtime.actor import ANYONE, Actor
from tests.actors import OPERATOR
from tests.enterprises import uscc

PASSWORD = "correct horse battery"
# Where somebody of a role belongs; "house" is an institution the test adds.
HOUSES = {
    "clerk": {"agency": "tax"}, "office": {"office": "330302"}, "staff": {"institution": "house"},
    "owner": {"enterprise": uscc(1)},
}  # fmt: skip


def same_site(client) -> dict[str, str]:
    return {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}


async def invited(gateway, person_id, role, **more) -> str:
    """Invite a person and return the link's token; owners act at once unless `wait_hours` says otherwise."""
    async with gateway.units.begin("test.invite", OPERATOR) as work:
        return await invite(
            work, person_id=person_id, name=f"王小二 {person_id}", role=role, **{"wait_hours": 0, **more}
        )


async def enrol(client: httpx.AsyncClient, token: str, person_id: str, **changes) -> tuple[httpx.Response, str]:
    """Take up an invitation; return the answer and the secret shown."""
    shown = await client.get("/console/enrol", params={"token": token})
    assert shown.status_code == 200, shown.text
    secret = re.search(r"<code>([A-Z2-7]+)</code>", shown.text)[1]
    form = {"token": token, "password": PASSWORD, "again": PASSWORD, "code": pyotp.TOTP(secret).now(), **changes}
    return await client.post("/console/enrol", data=form, headers=same_site(client)), secret


async def attempt(client, person_id, secret, password=PASSWORD, code=None, following="/console") -> httpx.Response:
    """Try to sign in, by default with the code of now."""
    code = pyotp.TOTP(secret).at(time.time()) if code is None else code
    form = {"person": person_id, "password": password, "code": code, "next": following}
    return await client.post("/console/sign-in", data=form, headers=same_site(client))


async def forget_step(gateway, person_id) -> None:
    """Let the code of now be good again, instead of waiting half a minute."""
    async with gateway.database.begin("test.step") as session:
        await session.execute(text("UPDATE person SET totp_step = 0 WHERE person_id = :id"), {"id": person_id})


async def signed_in(gateway, client, person_id, role, **more) -> str:
    """Invite, enrol and sign in; the client keeps the cookie. Returns the secret."""
    answer, secret = await enrol(client, await invited(gateway, person_id, role, **more), person_id)
    assert answer.status_code == 200, answer.text
    await forget_step(gateway, person_id)
    assert (await attempt(client, person_id, secret)).status_code == 303
    return secret


async def csrf(client) -> str:
    """Return the token of the session's forms."""
    return re.search(r'name="csrf" value="([^"]+)"', (await client.get("/console/catalogue")).text)[1]


async def acting_of(gateway, client) -> Actor:
    """Return as whom the person signed in on this client acts."""
    async with gateway.units.begin("test.visitor", ANYONE) as work:
        return acting(await find_present(work.session, client.cookies["xinqiao-session"], work.now))
