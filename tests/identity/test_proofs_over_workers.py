"""A proof opens one write over all workers: whichever of them sees it first, and also at the same moment."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import proof
from tests.second_worker import second_worker
from tests.stories import registration, slug


@pytest.fixture(scope="module")
async def beside(gateway):
    async with second_worker(gateway) as client:
        yield client


@pytest.fixture
async def ready(story):
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.account("bank-1", "bank")
        await story.enrol("operator-2", "operator")
        await story.consent("bank-1", 1)
    return story


def inquiry():
    return {"json": {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}}


def consent_request():
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    return {"json": {"subject": uscc(1), "products": ["score"], "purpose": "renewal", "valid_until": until}}


def batch():
    return {"content": registration(1).encode()}


def operator_change():
    return {"json": {"action": "institution.add", "institution": f"i-{uuid4().hex[:8]}", "name": "新", "class": "bank"}}


# The use case claims the proof with the answer, in the unit of its route, or in a group before several units.
WRITES = {
    "/v1/inquiries": ("bank-1", inquiry),
    "/v1/consents": ("bank-1", consent_request),
    "/v1/datasets/ent_registration/batches": ("market_regulation", batch),
    "/v1/admin/changes": ("operator-2", operator_change),
}


async def proven(story, who, path, method="POST"):
    """Return the headers of a request with a proof of its own."""
    headers = await story.headers(who)
    token = headers["Authorization"].removeprefix("DPoP ")
    return {**headers, "DPoP": proof(story.gateway.settings.issuer + path, method, token)}


async def send(worker, path, headers, content):
    more = {"Idempotency-Key": str(uuid4()), "Batch-Id": str(uuid4())}
    return await worker.post(path, headers={**headers, **more}, **content)


@pytest.mark.parametrize("path", WRITES)
async def test_a_proof_used_at_one_worker_opens_no_write_at_another(ready, beside, path):
    who, content = WRITES[path]
    headers = await proven(ready, who, path)
    first = await send(beside, path, headers, content())
    assert first.is_success, first.text
    again = await send(ready.client, path, headers, content())
    assert (again.status_code, slug(again)) == (401, "invalid-dpop-proof")


@pytest.mark.parametrize("path", WRITES)
async def test_of_two_writes_with_one_proof_at_two_workers_at_once_one_is_made(ready, beside, path):
    who, content = WRITES[path]
    headers = await proven(ready, who, path)
    async with held(ready.gateway.database, writes_to("once")) as gate:
        tasks = [asyncio.create_task(send(worker, path, headers, content())) for worker in (ready.client, beside)]
        await gate.waiting(2)
    answers = await asyncio.gather(*tasks)
    assert sorted(answer.is_success for answer in answers) == [False, True]
    refused = next(answer for answer in answers if not answer.is_success)
    assert (refused.status_code, slug(refused)) == (401, "invalid-dpop-proof")


async def test_a_read_is_opened_once_at_each_worker(ready, beside):
    """What docs/security.md says: nothing is changed by it, and it costs no commit."""
    headers = await proven(ready, "bank-1", "/v1/quota", "GET")
    for worker in (ready.client, beside):
        assert (await worker.get("/v1/quota", headers=headers)).status_code == 200
        assert (await worker.get("/v1/quota", headers=headers)).status_code == 401
