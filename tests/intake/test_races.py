"""What is handed in, held and uploaded, by two at the same moment."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from connectors.store.ingest import LOCK
from gateway.intake.uploads import end_upload
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER, arrears
from tests.gates import held, writes_to
from tests.identities import change
from tests.second_worker import second_worker
from tests.stories import slug
from tests.submissions import CLERK, accept_held, discard_held

WIDER = f"{HEADER},联系人"
DATASET = f"SELECT pg_advisory_xact_lock({LOCK}, hashtext('tax_arrears'))"


@pytest.fixture(scope="module")
async def beside(gateway):
    async with second_worker(gateway) as client:
        yield client


@pytest.fixture
async def push_to(client, beside, access):
    """Hand in at one of two workers: in one, those of an agency take turns before they reach the database."""

    async def send(number, body, batch):
        headers = {"Batch-Id": batch, **await access("tax")}
        worker = (client, beside)[number]
        return await worker.post("/v1/datasets/tax_arrears/batches", content=body.encode(), headers=headers)

    return send


async def count(gateway, query, **values):
    async with gateway.database.begin("test.count") as session:
        return (await session.execute(text(query), values)).scalar_one()


async def test_a_submission_that_arrives_twice_at_once_is_one_batch(gateway, push_to):
    async with held(gateway.database, writes_to("batch")) as gate:
        first = asyncio.create_task(push_to(0, arrears([1]), "twice"))
        await gate.waiting(1)
        second = asyncio.create_task(push_to(1, arrears([1]), "twice"))
        await gate.waiting(2)
    answers = [await first, await second]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["batch"] == answers[1].json()["batch"]


async def test_an_unlike_submission_that_arrives_twice_at_once_is_held_once(gateway, push, push_to):
    assert (await push(arrears(range(60), amount="500000"), "known")).status_code in {200, 201}
    wider = arrears([100], WIDER).replace(",增值税", ",增值税,王五")
    async with held(gateway.database, writes_to("held_delivery")) as gate:
        both = [asyncio.create_task(push_to(number, wider, "wider")) for number in range(2)]
        await gate.waiting(2)
    answers = [await one for one in both]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["held"] for answer in answers}) == 1


async def test_a_held_submission_that_one_accepts_and_another_discards_is_decided_once(gateway, push):
    wider = arrears([101], WIDER.replace("联系人", "电话")).replace(",增值税", ",增值税,王五")
    kept = UUID((await push(wider, "decided")).json()["held"])
    async with held(gateway.database, "SELECT FROM held_delivery WHERE held_id = :held FOR UPDATE", held=kept) as gate:
        deciding = [asyncio.create_task(accept_held(gateway, kept, CLERK))]
        await gate.waiting(1)
        deciding.append(asyncio.create_task(discard_held(gateway, kept, CLERK)))
        await gate.waiting(2)
    outcomes = await asyncio.gather(*deciding, return_exceptions=True)
    assert [isinstance(outcome, DeniedError) for outcome in outcomes] == [False, True]
    assert await count(gateway, "SELECT status FROM held_delivery WHERE held_id = :held", held=kept) == "accepted"


async def test_an_upload_that_two_end_is_ended_once(gateway):
    upload = uuid4()
    async with gateway.database.begin("test.upload", role="owner") as session:
        await session.execute(
            text("""
            INSERT INTO upload (upload_id, client_id, dataset, sender_batch, length, received, state, created_at,
                expires_at, event_id)
            VALUES (:id, 'tax', 'tax_arrears', 'x', 9, 0, 'open', now(), now() + interval '1 h', gen_random_uuid())"""),
            {"id": upload},
        )
    row, tax = "SELECT FROM upload WHERE upload_id = :id FOR UPDATE", Actor("tax", "agency")
    async with held(gateway.database, row, id=upload) as gate:
        ending = [asyncio.create_task(end_upload(gateway.units, tax, gateway.intake.spool, upload)) for _ in range(2)]
        await gate.waiting(2)
    outcomes = await asyncio.gather(*ending, return_exceptions=True)
    assert sorted(isinstance(outcome, DeniedError) for outcome in outcomes) == [False, True]
    query = "SELECT count(*) FROM audit_event WHERE type = 'upload.ended'"
    assert await count(gateway, query) == 1


@pytest.fixture(autouse=True)
def spool(gateway):
    (gateway.intake.spool / "uploads").mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize("batch", ["stopped", "known-before"], ids=["new", "stored before"])
async def test_a_submission_whose_agency_is_suspended_while_it_waits_is_refused(gateway, push, push_to, batch):
    if batch == "known-before":
        assert (await push(arrears([200]), batch)).is_success
    kept = await count(gateway, "SELECT count(*) FROM batch")
    body = arrears([200 if batch == "known-before" else 201])
    lock = "LOCK TABLE batch IN ACCESS EXCLUSIVE MODE" if batch == "known-before" else DATASET
    async with held(gateway.database, lock) as gate:
        pushing = asyncio.create_task(push_to(0, body, batch))
        await gate.waiting(1)
        await change(gateway, "client:tax", "suspend")
    refused = await pushing
    await change(gateway, "client:tax", "resume")
    assert (refused.status_code, slug(refused)) == (403, "account-suspended")
    assert await count(gateway, "SELECT count(*) FROM batch") == kept


async def test_a_suspension_does_not_wait_for_the_rows_of_a_submission(gateway, push_to):
    async with held(gateway.database, writes_to("batch")) as gate:
        pushing = asyncio.create_task(push_to(0, arrears([202]), "in-time"))
        await gate.waiting(1)
        await change(gateway, "client:tax", "suspend")
        await change(gateway, "client:tax", "resume")
    assert (await pushing).status_code == 201
