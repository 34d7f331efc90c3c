"""Token requests that share a transaction: each gets what it would have got alone, and its event exactly once."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from audit.export import export_log
from audit.verifier import verify_log
from gateway.identity.key_routes import public_keys
from gateway.worker import publish_head, take_in
from tests.gates import held
from tests.identities import ask_token, assertion, change, proof, register

TOKEN_URL = "http://127.0.0.1:8000/oauth/token"


@pytest.fixture(scope="module")
async def bank(gateway):
    return await register(gateway, "bank-1", "account", "bank")


@pytest.fixture
def issuer(gateway):
    return gateway.settings.issuer


async def rows(gateway, query, **values):
    async with gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def execute(gateway, *statements):
    async with gateway.database.begin("test.owner", role="owner") as session:
        for statement in statements:
            await session.execute(text(statement))


@asynccontextmanager
async def one_group(gateway, client, key, count):
    """Hold up a first request at the database; what is asked within is one group, let go when `count` wait."""

    async def until(met):
        while not await met():  # noqa: ASYNC110 - locks of the database raise no event here
            await asyncio.sleep(0.01)

    async def held_up():
        return await rows(gateway, "SELECT 1 FROM pg_locks WHERE relation = 'once'::regclass AND NOT granted")

    async def all_there():
        return len(gateway.groups._waiting["token.issue"]) == count

    async with gateway.database.begin("test.hold", role="owner") as session:
        await session.execute(text("LOCK TABLE once IN SHARE MODE"))
        first = asyncio.create_task(ask_token(client, assertion(key, "bank-1", gateway.settings.issuer)))
        await until(held_up)
        yield
        await until(all_there)
    assert (await first).status_code == 200


async def asked_together(gateway, client, key, *requests):
    """Send requests (an assertion, and what else `ask_token` takes) as one group; return their answers."""
    async with one_group(gateway, client, key, len(requests)):
        sent = [asyncio.create_task(ask_token(client, signed, **more)) for signed, more in requests]
    return await asyncio.gather(*sent)


async def events(gateway, account, kind="token.issued"):
    query = "SELECT outcome FROM audit_event WHERE account = :account AND type = :kind ORDER BY event_id"
    return [outcome for (outcome,) in await rows(gateway, query, account=account, kind=kind)]


async def test_those_in_flight_share_a_transaction(gateway, client, bank, issuer):
    key = await register(gateway, "crowd-1", "account", "bank")
    answers = await asked_together(gateway, client, bank, *((assertion(key, "crowd-1", issuer), {}) for _ in range(20)))
    assert [answer.status_code for answer in answers] == [200] * 20
    assert len({answer.json()["access_token"] for answer in answers}) == 20
    query = "SELECT count(*), count(DISTINCT xmin::text) FROM issued_token WHERE client_id = 'crowd-1'"
    assert await rows(gateway, query) == [(20, 1)]
    assert await events(gateway, "crowd-1") == ["issued"] * 20
    ((used,),) = await rows(gateway, "SELECT last_used_at IS NOT NULL FROM client WHERE client_id = 'crowd-1'")
    assert used


async def test_a_replayed_member_is_refused_alone(gateway, client, bank, issuer):
    key = await register(gateway, "replay-1", "account", "bank")
    used, shown = assertion(key, "replay-1", issuer), {"DPoP": proof(TOKEN_URL)}
    assert (await ask_token(client, used, shown)).status_code == 200
    twice, proved = assertion(key, "replay-1", issuer), {"DPoP": proof(TOKEN_URL)}

    def fresh():
        return assertion(key, "replay-1", issuer)

    answers = await asked_together(
        gateway, client, bank, (fresh(), {}), (used, {}), (fresh(), {"headers": shown}), (twice, {}), (twice, {}),
        (fresh(), {"headers": proved}), (fresh(), {"headers": proved}), (fresh(), {"scope": "admin"}), (fresh(), {}),
    )  # fmt: skip
    told = [(answer.status_code, answer.json().get("error")) for answer in answers]
    good, replayed, proven = (200, None), (401, "invalid_client"), (400, "invalid_dpop_proof")
    assert told == [good, replayed, proven, good, replayed, good, proven, (400, "invalid_scope"), good]
    assert "assertion was used before" in answers[1].json()["error_description"]
    assert "proof was used before" in answers[2].json()["error_description"]
    assert "access_token" not in answers[1].json()
    assert await events(gateway, "replay-1") == ["issued"] * 5
    assert await events(gateway, "replay-1", "token.refused") == [
        "invalid_client", "invalid_dpop_proof", "invalid_client", "invalid_dpop_proof", "invalid_scope",
    ]  # fmt: skip


async def test_a_member_that_cannot_be_written_fails_alone_and_leaves_nothing(gateway, client, bank, issuer):
    keys = {name: await register(gateway, name, "account", "bank") for name in ("bad-1", "good-1", "good-2")}
    await execute(
        gateway,
        """CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'no token for %', NEW.client_id; END $$""",
        """CREATE TRIGGER trap BEFORE INSERT ON issued_token FOR EACH ROW WHEN (NEW.client_id = 'bad-1')
            EXECUTE FUNCTION trap()""",
    )
    signed = {name: assertion(key, name, issuer) for name, key in keys.items()}
    answers = await asked_together(gateway, client, bank, *((signed[name], {}) for name in signed))
    assert [answer.status_code for answer in answers] == [503, 200, 200]
    assert answers[0].json()["type"].endswith("/problems/audit-unavailable")
    assert await events(gateway, "bad-1") == []
    assert await events(gateway, "good-1") == await events(gateway, "good-2") == ["issued"]
    await execute(gateway, "DROP TRIGGER trap ON issued_token", "DROP FUNCTION trap")
    assert (await ask_token(client, signed["bad-1"])).status_code == 200  # its mark was not kept either


async def test_a_commit_that_fails_gives_nobody_a_token_and_keeps_nothing(gateway, client, bank, issuer):
    names = [f"lost-{n}" for n in range(5)]
    keys = {name: await register(gateway, name, "account", "bank") for name in names}
    await execute(
        gateway,
        """CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'too late'; END $$""",
        """CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON issued_token DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.client_id LIKE 'lost-%') EXECUTE FUNCTION trap()""",
    )
    signed = {name: assertion(key, name, issuer) for name, key in keys.items()}
    answers = await asked_together(gateway, client, bank, *((signed[name], {}) for name in names))
    assert [answer.status_code for answer in answers] == [503] * 5
    assert not any("access_token" in answer.json() for answer in answers)
    assert await rows(gateway, "SELECT 1 FROM issued_token WHERE client_id LIKE 'lost-%'") == []
    assert [await events(gateway, name) for name in names] == [[]] * 5
    await execute(gateway, "DROP TRIGGER trap ON issued_token", "DROP FUNCTION trap")
    for name in names:
        assert (await ask_token(client, signed[name])).status_code == 200


async def test_who_is_suspended_while_waiting_gets_nothing(gateway, client, bank, issuer):
    key = await register(gateway, "stopped-1", "account", "stopped")
    async with one_group(gateway, client, bank, 1):
        waiting = asyncio.create_task(ask_token(client, assertion(key, "stopped-1", issuer)))
        await change(gateway, "institution:stopped", "suspend")
    answer = await waiting
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_a_client_that_is_being_changed_waits_for_that_and_holds_up_nobody(gateway, client, bank, issuer):
    key = await register(gateway, "changing-1", "account", "bank")
    row = "SELECT FROM client WHERE client_id = 'changing-1' FOR UPDATE"
    async with held(gateway.database, row) as gate:
        waiting = asyncio.create_task(ask_token(client, assertion(key, "changing-1", issuer)))
        await gate.waiting(1)
        assert (await ask_token(client, assertion(bank, "bank-1", issuer))).status_code == 200
    assert (await waiting).status_code == 200


async def test_many_clients_at_once_are_all_served_and_every_event_verifies(gateway, client, issuer, tmp_path):
    keys = {f"many-{n}": await register(gateway, f"many-{n}", "account", "many") for n in range(40)}
    asked = [(name, key) for name, key in keys.items() for _ in range(3)]
    answers = await asyncio.gather(*(ask_token(client, assertion(key, name, issuer)) for name, key in asked))
    assert {answer.status_code for answer in answers} == {200}
    query = """SELECT account, count(*), count(DISTINCT sealed) FROM audit_event JOIN audit_payload USING (event_id)
        WHERE type = 'token.issued' AND institution = 'many' GROUP BY account"""
    assert sorted(await rows(gateway, query)) == sorted((name, 3, 3) for name in keys)
    query = """SELECT e.event_id, p.key_id, k.wrapped_key, p.sealed, t.jti::text FROM audit_event e
        JOIN audit_payload p USING (event_id) JOIN audit_dek k USING (key_id), issued_token t
        WHERE e.type = 'token.issued' AND e.account = 'many-0' AND t.client_id = 'many-0'"""
    opened = {(gateway.audit.open_payload(*row[:4])["payload"], row[4]) for row in await rows(gateway, query)}
    assert sum(jti in payload for payload, jti in opened) == 3
    await take_in(gateway)
    await publish_head(gateway)
    async with gateway.database.begin("test.export") as session:
        await export_log(session, gateway.audit.log_id, tmp_path / "log", lambda *_: None)
    report = verify_log(tmp_path / "log", public_keys(gateway.units)["audit"], [], lambda *_: None)
    total = await rows(gateway, "SELECT count(*) FROM audit_event WHERE type = 'token.issued'")
    assert [(report.types["token.issued"],)] == total
