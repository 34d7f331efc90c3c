"""Whoever looks at batches, refused rows, held submissions or quality leaves one event; a trial leaves one too."""

import httpx
import pytest

from gateway.app import create_app
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.persons import signed_in

READS = [
    ("/v1/batches/{batch}", "batch.read"),
    ("/v1/batches/{batch}/rejected-rows", "rejected_rows.read"),
    ("/v1/held-deliveries", "held.read"),
    ("/v1/agencies/tax/quality", "quality.read"),
]
PAGES = [
    ("/console/uploads", "batch.read"),
    ("/console/uploads/{batch}", "rejected_rows.read"),
    ("/console/uploads/{batch}/rejected-rows", "rejected_rows.read"),
    ("/console/quality/tax", "quality.read"),
    ("/console/corrections/{batch}/rejected-rows", "rejected_rows.read"),
]


@pytest.fixture(scope="module")
async def browser(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as opened:
        await signed_in(gateway, opened, "clerk-1", "clerk", agency="tax")
        yield opened


@pytest.fixture
async def batch(push):
    sent = await push(arrears([1]) + f"乙公司,{uscc(2)},,若干,增值税\n", "refused")
    await push(arrears([3], f"{HEADER},联系人").replace("增值税", "增值税,1"), "held")
    return sent.json()["batch"]


async def entries(rows, actor):
    """Return type and outcome of every event of an actor, logging in left out."""
    query = "SELECT type, outcome FROM audit_event WHERE actor = :a AND type NOT LIKE 'token.%' ORDER BY event_id"
    return [tuple(row) for row in await rows(query, a=actor)]


@pytest.mark.parametrize(("path", "event"), READS)
async def test_a_read_over_http_leaves_one_event(get, batch, rows, path, event):
    before = await entries(rows, "tax")
    assert (await get(path.format(batch=batch))).status_code == 200
    assert (await entries(rows, "tax"))[len(before) :] == [(event, "read")]


@pytest.mark.parametrize(("path", "event"), PAGES)
async def test_a_page_leaves_one_event(browser, batch, rows, path, event):
    before = await entries(rows, "person:clerk-1")
    assert (await browser.get(path.format(batch=batch))).status_code == 200
    assert (await entries(rows, "person:clerk-1"))[len(before) :] == [(event, "read")]


async def test_a_trial_leaves_its_counts_and_nothing_else(client, access, batch, rows):
    before, stored = await entries(rows, "tax"), await rows("SELECT count(*) FROM record")
    sent = await client.post(
        "/v1/datasets/tax_arrears/batches:check", content=arrears([9]).encode(), headers=await access("tax")
    )
    assert sent.status_code == 200
    assert (await entries(rows, "tax"))[len(before) :] == [("sample.checked", "checked")]
    assert await rows("SELECT count(*) FROM record") == stored
