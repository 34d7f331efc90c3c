"""A token that is being given while its client is changed: after the change's commit nothing of it lives on."""

import asyncio

import pytest

from gateway.identity.clients.access import BOUND_SECONDS
from gateway.identity.clients.client_keys import retire_key
from tests.actors import OPERATOR
from tests.gates import held, writes_to
from tests.identities import ask_token, assertion, change, register
from tests.second_worker import second_worker


@pytest.fixture(scope="module")
async def beside(gateway):
    async with second_worker(gateway) as client:
        yield client


async def retire(gateway, client_id, key):
    async with gateway.units.begin("test.retire", OPERATOR) as work:
        await retire_key(work, client_id=client_id, kid=key.kid)


async def suspend(gateway, whose):
    await change(gateway, whose, "suspend")


CHANGES = {
    "its key is retired": lambda gateway, key: retire(gateway, "leaked-0", key),
    "it is suspended": lambda gateway, _key: suspend(gateway, "client:leaked-1"),
    "its institution is suspended": lambda gateway, _key: suspend(gateway, "institution:bank-2"),
    "its institution is closed": lambda gateway, _key: change(gateway, "institution:bank-3", "close"),
}
AFTER = dict(zip(CHANGES, (401, 403, 403, 403), strict=True))


@pytest.mark.parametrize("what", CHANGES)
async def test_tokens_given_while_their_client_is_changed_end_with_the_change(gateway, client, beside, what):
    number = list(CHANGES).index(what)
    name, issuer = f"leaked-{number}", gateway.settings.issuer
    key = await register(gateway, name, "account", f"bank-{number}")
    # Seen a moment ago: when it was last used is not written again, so that nothing else holds its row.
    assert (await ask_token(client, assertion(key, name, issuer))).status_code == 200
    async with held(gateway.database, writes_to("audit_event")) as gate:
        # Each worker has written a token, and waits to record it, when the change begins.
        asked = [asyncio.create_task(ask_token(worker, assertion(key, name, issuer))) for worker in (client, beside)]
        await gate.waiting(2)
        changing = asyncio.create_task(CHANGES[what](gateway, key))
        await gate.waiting(3)
    await changing
    await asyncio.sleep(BOUND_SECONDS)  # what is promised, and not a guess at when something happens
    for answer in await asyncio.gather(*asked):
        headers = {"Authorization": f"DPoP {answer.json()['access_token']}"}
        for worker in (client, beside):
            assert (await worker.get("/v1/quota", headers=headers)).status_code == AFTER[what]


async def test_who_asks_for_a_token_while_the_key_is_retired_waits_and_gets_none(gateway, client, beside):
    name, issuer = "late-1", gateway.settings.issuer
    key = await register(gateway, name, "account", "bank")
    async with held(gateway.database, writes_to("audit_event")) as gate:
        changing = asyncio.create_task(retire(gateway, name, key))
        await gate.waiting(1)
        asked = [asyncio.create_task(ask_token(worker, assertion(key, name, issuer))) for worker in (client, beside)]
        await gate.waiting(3)
    await changing
    for answer in await asyncio.gather(*asked):
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
