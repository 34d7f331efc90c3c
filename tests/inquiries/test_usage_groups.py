"""Reports that come together share a transaction; each is stored as if they had come one after another."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_starts
from gateway.identity.tokens.dpop import Proof
from gateway.identity.tokens.marks import proof_mark
from gateway.inquiries.usage import Report, hand_in
from gateway.platforms.peers import set_peer
from gateway.runtime.actor import Actor, at_this_machine
from gateway.runtime.database import Database
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock
from gateway.runtime.work import UnitsOfWork
from signing.keys import generate_key, public_jwk
from tests.enterprises import uscc
from tests.gates import held
from tests.stories import registration, today

BANKS = {"bank-1": "bank", "bank-2": "bank-two"}


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record and permits both banks to ask; a city is there to be told."""
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        for account, bank in BANKS.items():
            await story.account(account, bank)
            await story.consent(account, 1)
        async with story.gateway.units.begin("test.peer", at_this_machine()) as work:
            jwk = public_jwk(generate_key("Ed25519"))
            await set_peer(
                work, peer_id="city", role="city", url="http://127.0.0.1:9", jwk=jwk, client_id="us", status="active"
            )
    return story


async def answered(story, account="bank-1"):
    return UUID((await story.ask(account, 1)).json()["inquiry"])


def report(inquiry, account="bank-1", amount="1.00", **changes):
    content = {"outcome": "granted", "amount": amount, "decided_on": today()}
    members = {"decided_on": date.fromisoformat(today()), **changes}
    return Report(Actor(account, "account", BANKS[account]), inquiry, content=content, **members)


def a_proof():
    ends = datetime.now(UTC) + timedelta(minutes=5)
    return proof_mark(Proof("thumbprint", str(uuid4()), None, ends.timestamp()))


async def together(story, *reports):
    return await asyncio.gather(*(hand_in(story.gateway.units, one) for one in reports), return_exceptions=True)


def told(outcomes):
    return [one.denial.reason if isinstance(one, DeniedError) else (one.version, one.new) for one in outcomes]


async def rows(story, query, **values):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def transactions(story, inquiries):
    query = "SELECT count(DISTINCT xmin::text) FROM usage_result WHERE inquiry_id = ANY(CAST(:ids AS uuid[]))"
    return (await rows(story, query, ids=list(inquiries)))[0][0]


async def test_a_group_is_one_transaction_and_each_report_has_its_rows_events_delivery_and_job(ready):
    asked = {await answered(ready): "bank-1", await answered(ready, "bank-2"): "bank-2"}
    outcomes = await together(ready, *(report(one, account) for one, account in asked.items()))
    assert told(outcomes) == [(1, True), (1, True)]
    assert await transactions(ready, asked) == 1
    query = """SELECT u.inquiry_id, u.account, u.uscc, e.type, e.actor, e.institution,
            d.state, q.type, q.actor, j.status, i.report_by
        FROM usage_result u JOIN audit_event e USING (event_id) JOIN delivery d ON d.exchange = u.exchange
        JOIN audit_event q ON q.event_id = d.event_id JOIN inquiry i USING (inquiry_id)
        JOIN procrastinate_jobs j ON j.args ->> 'delivery_id' = d.delivery_id::text
        WHERE u.inquiry_id = ANY(CAST(:ids AS uuid[])) ORDER BY inquiry_id"""
    assert await rows(ready, query, ids=list(asked)) == [
        (one, account, uscc(1), "usage.reported", account, BANKS[account], "pending", "delivery.queued", account,
         "todo", None)
        for one, account in sorted(asked.items())
    ]  # fmt: skip


async def test_reports_on_one_answer_are_versions_in_their_order_and_the_same_content_is_the_same(ready):
    inquiry = await answered(ready)
    outcomes = await together(ready, *(report(inquiry, amount=amount) for amount in ("1.00", "1.00", "2.00", "2.00")))
    assert told(outcomes) == [(1, True), (1, False), (2, True), (2, False)]
    assert len({one.result_id for one in outcomes}) == 1
    assert [one.exchange for one in outcomes[:2]] == [outcomes[0].exchange] * 2
    assert told(await together(ready, report(inquiry, amount="1.00"))) == [(3, True)]  # back to what it was is a change


async def test_a_member_that_is_denied_is_denied_alone(ready):
    mine, theirs = await answered(ready), await answered(ready, "bank-2")
    used = a_proof()
    assert told(await together(ready, report(mine, proof=used))) == [(1, True)]
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    outcomes = await together(
        ready, report(theirs), report(uuid4()), report(mine, amount="3.00", proof=used),
        report(mine, amount="4.00", decided_on=tomorrow), report(theirs, "bank-2"),
    )  # fmt: skip
    assert told(outcomes) == [
        "inquiry-not-found", "inquiry-not-found", "invalid-dpop-proof", "invalid-request", (1, True)
    ]  # fmt: skip
    assert await rows(ready, "SELECT max(version) FROM usage_result WHERE inquiry_id = :one", one=mine) == [(1,)]


async def test_one_proof_opens_one_report_of_a_group(ready):
    inquiry, proof = await answered(ready), a_proof()
    outcomes = await together(ready, report(inquiry, proof=proof), report(inquiry, amount="2.00", proof=proof))
    assert told(outcomes) == [(1, True), "invalid-dpop-proof"]


async def test_an_answer_that_somebody_else_reports_on_holds_up_nobody_else(ready):
    busy, free = await answered(ready), await answered(ready)
    lock = f"SELECT pg_advisory_xact_lock({int(Lock.USAGE_RESULT)}, hashtext(:name))"
    async with held(ready.gateway.database, lock, name=str(busy)) as gate:
        waiting = asyncio.create_task(hand_in(ready.gateway.units, report(busy, proof=a_proof())))
        beside = asyncio.create_task(hand_in(ready.gateway.units, report(free, proof=a_proof())))
        assert (await beside).new
        await gate.waiting(1)
        assert not waiting.done()
    assert (await waiting).version == 1


async def test_two_workers_make_one_chain_of_versions(ready, database_urls):
    inquiry, other = await answered(ready), Database(database_urls)
    gateway = ready.gateway
    units = [gateway.units, UnitsOfWork(other, gateway.audit, gateway.keys, gateway.settings.issuer)]
    reports = [report(inquiry, amount=f"{number}.00") for number in range(1, 13)]
    outcomes = await asyncio.gather(*(hand_in(units[place % 2], one) for place, one in enumerate(reports)))
    assert sorted(one.version for one in outcomes) == list(range(1, 13))
    same = await asyncio.gather(*(hand_in(one, report(inquiry, amount="99.00")) for one in units for _ in range(3)))
    assert sorted(one.new for one in same) == [False] * 5 + [True]
    await other.close()


async def test_a_member_that_cannot_be_written_fails_alone(ready):
    good, bad = await answered(ready), await answered(ready)
    trap = (
        """CREATE FUNCTION trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$""",
        f"""CREATE TRIGGER trap BEFORE INSERT ON usage_result FOR EACH ROW
            WHEN (NEW.inquiry_id = '{bad}') EXECUTE FUNCTION trap()""",
    )
    async with ready.gateway.database.begin("test.trap", role="owner") as session:
        for statement in trap:
            await session.execute(text(statement))
    outcomes = await together(ready, report(good, proof=a_proof()), report(bad, proof=a_proof()))
    assert (outcomes[0].version, "no" in str(outcomes[1])) == (1, True)
    async with ready.gateway.database.begin("test.trap", role="owner") as session:
        for statement in ("DROP TRIGGER trap ON usage_result", "DROP FUNCTION trap"):
            await session.execute(text(statement))
    query = "SELECT count(*) FROM audit_event JOIN usage_result USING (event_id) WHERE inquiry_id IN (:good, :bad)"
    assert await rows(ready, query, good=good, bad=bad) == [(1,)]
    recorded = "SELECT count(*) FROM audit_event WHERE type = 'usage.reported'"
    before = await rows(ready, recorded)
    assert told(await together(ready, report(bad))) == [(1, True)]
    assert await rows(ready, recorded) == [(before[0][0] + 1,)]


async def test_a_day_before_that_of_the_answer_is_refused_and_its_own_day_is_not(ready):
    inquiry = await answered(ready)
    day = date.fromisoformat(today())
    with pytest.raises(DeniedError, match="应答之日") as fault:
        await hand_in(ready.gateway.units, report(inquiry, decided_on=day - timedelta(days=1)))
    assert fault.value.denial.members["invalid_params"][0]["name"] == "body.decided_on"
    made = await hand_in(ready.gateway.units, report(inquiry))
    assert made.version == 1
    # A second before midnight in China it was the day before, whatever day it was by UTC.
    midnight = day_starts(day)
    async with ready.gateway.database.begin("test.midnight", role="owner") as session:
        moved = "UPDATE inquiry SET settled_at = :at WHERE inquiry_id = :id"
        await session.execute(text(moved), {"at": midnight - timedelta(seconds=1), "id": inquiry})
    before = report(inquiry, amount="2.00", decided_on=day - timedelta(days=1))
    assert (await hand_in(ready.gateway.units, before)).version == 2
