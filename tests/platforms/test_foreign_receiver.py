"""A platform that is not this program, written from docs/deliveries.md alone: standard library and a JWS library."""

import hashlib
import json
import time
from contextlib import contextmanager
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import rfc8785
from joserfc import jws, jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text

from gateway.evidence.stored_check import check_stored
from gateway.platforms.outbox import deliver
from gateway.platforms.peers import set_peer
from gateway.platforms.sender import NotDeliveredError, send
from gateway.runtime.actor import Actor, at_this_machine
from gateway.runtime.denial import DeniedError
from tests import http_server
from tests.enterprises import uscc
from tests.evidence.forging import forging

REGISTRY = jws.JWSRegistry(algorithms=["Ed25519"])


class Platform:
    """Everything a receiver keeps."""

    def __init__(self, sender_key):
        self.sender_key, self.key = OKPKey.import_key(sender_key), OKPKey.generate_key("Ed25519")
        self.taken, self.failures, self.tamper, self.refuses = {}, [], {}, False

    def token(self, form, issuer):
        claims = jwt.decode(form["client_assertion"][0], self.sender_key, registry=REGISTRY).claims
        assert (claims["sub"], claims["aud"]) == ("gateway-there", issuer)
        assert claims["exp"] > time.time()
        return {"access_token": "foreign-token", "token_type": "Bearer", "expires_in": 300}

    def take(self, message, issuer):
        payload = json.loads(jws.deserialize_compact(message, self.sender_key, registry=REGISTRY).payload)
        assert hashlib.sha256(rfc8785.dumps(payload["items"])).hexdigest() == payload["items_sha256"]
        known = self.taken.get(payload["delivery"])
        if known:
            return known[1]
        claims = {
            "v": 1, "delivery": payload["delivery"], "exchange": payload["exchange"], "kind": payload["kind"],
            "message_sha256": hashlib.sha256(message.encode()).hexdigest(), "items_sha256": payload["items_sha256"],
            "iss": issuer, "entry": str(uuid4()), "at": payload["issued_at"], **self.tamper,
        }  # fmt: skip
        header = {"alg": "Ed25519", "kid": "foreign", "typ": "xinqiao-receipt+jws"}
        receipt = jws.serialize_compact(header, json.dumps(claims), self.key, registry=REGISTRY)
        if not self.tamper:
            self.taken[payload["delivery"]] = payload, receipt
        return receipt


@contextmanager
def serving(platform):
    class Handler(http_server.JsonHandler):
        def do_POST(self):
            body = self.read_body().decode()
            issuer = f"http://127.0.0.1:{self.server.server_port}"
            if platform.failures:
                return self.say(platform.failures.pop(0), {})
            if self.path == "/oauth/token":
                return self.say(200, platform.token(parse_qs(body), issuer))
            assert self.headers["Authorization"] == "Bearer foreign-token"
            if platform.refuses:
                return self.say(422, {})
            receipt = platform.take(json.loads(body)["message"], issuer)
            return self.say(200, {"receipt": receipt, "onward_expected": False})

    with http_server.serving(Handler) as url:
        yield url


@pytest.fixture
async def foreign(gateway):
    platform = Platform(gateway.keys.public("delivery"))
    with serving(platform) as url:
        async with gateway.units.begin("test.peer", at_this_machine()) as work:
            jwk = {**platform.key.as_dict(private=False), "kid": "foreign"}
            await set_peer(
                work, peer_id="foreign", role="city", url=url, jwk=jwk, client_id="gateway-there", status="active"
            )
        yield platform


async def queue_one(gateway):
    items = [{"subject": uscc(1), "inquiry": str(uuid4()), "outcome": "refused"}]
    async with gateway.units.begin("test.deliver", Actor("bank-1", "account")) as work:
        (delivery,) = await deliver(work, kind="usage-results", role="city", items=items, exchange=uuid4())
    return delivery


async def differences(gateway):
    async with gateway.units.begin("test.differences", at_this_machine()) as work:
        return (await check_stored(work, lambda _done, _all: None, tree=False)).findings.told


async def state(gateway, delivery):
    async with gateway.database.begin("test.state") as session:
        query = text("SELECT state, attempts FROM delivery WHERE delivery_id = :d")
        return tuple((await session.execute(query, {"d": delivery})).one())


async def test_a_receiver_written_from_the_page_takes_a_delivery_once(gateway, foreign):
    delivery = await queue_one(gateway)
    await send(gateway.units, gateway.http, delivery)
    assert await state(gateway, delivery) == ("confirmed", 0)
    await send(gateway.units, gateway.http, delivery)  # settled before: nothing more is sent
    assert list(foreign.taken) == [str(delivery)]
    assert await differences(gateway) == []
    async with forging(gateway) as work:
        await work.session.execute(text("UPDATE delivery SET receipt = receipt || 'x'"))
        found = (await check_stored(work, lambda _done, _all: None, tree=False)).findings.told
    assert [one.where for one in found] == ["deliveries"]


async def test_a_receiver_that_answers_500_for_a_while_gets_it_in_the_end(gateway, foreign):
    delivery = await queue_one(gateway)
    foreign.failures = [500, 503, 500]
    for _ in range(3):
        with pytest.raises(NotDeliveredError):
            await send(gateway.units, gateway.http, delivery)
    await send(gateway.units, gateway.http, delivery)
    assert await state(gateway, delivery) == ("confirmed", 3)


TAMPERS = {
    "message": {"message_sha256": "0" * 64},
    "items": {"items_sha256": "0" * 64},
    "exchange": {"exchange": "01990000-0000-7000-8000-000000000001"},
    "delivery": {"delivery": "x"},
}


@pytest.mark.parametrize("tamper", list(TAMPERS.values()), ids=list(TAMPERS))
async def test_a_receipt_over_anything_else_is_not_believed(gateway, foreign, tamper):
    delivery = await queue_one(gateway)
    foreign.tamper = tamper
    with pytest.raises(NotDeliveredError):
        await send(gateway.units, gateway.http, delivery)
    assert (await state(gateway, delivery))[0] == "pending"


async def test_a_delivery_refused_for_good_waits_for_a_person(gateway, foreign):
    delivery = await queue_one(gateway)
    foreign.refuses = True
    await send(gateway.units, gateway.http, delivery)
    assert await state(gateway, delivery) == ("refused", 0)
    async with gateway.database.begin("test.event") as session:
        query = text("SELECT count(*) FROM audit_event WHERE type = 'delivery.refused'")
        assert (await session.execute(query)).scalar_one() == 1
    assert await differences(gateway) == []


@pytest.mark.parametrize("changes", [{"role": "moon"}, {"url": "ftp://x"}, {"jwk": {"kty": "oct"}}, {"jwk": {}}])
async def test_a_peer_needs_a_role_an_address_and_a_key(gateway, changes):
    values = {"role": "city", "url": "http://x", "jwk": {"kid": "x", **gateway.keys.public("delivery")}, **changes}
    with pytest.raises(DeniedError):
        async with gateway.units.begin("test.peer", at_this_machine()) as work:
            await set_peer(work, peer_id="bad", client_id="c", status="active", **values)
