"""A table over HTTP: its page, and its rows as a file, which leaves one event and names the person."""

import httpx
import pytest
from sqlalchemy import text

from connectors.catalogue.load import datasets
from gateway.app import create_app
from gateway.people import listing
from tests.persons import signed_in

ROWS = len(datasets())


@pytest.fixture
async def reader(gateway):
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway))
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "reader-1", "regulator")
        yield browser


async def exported(gateway):
    async with gateway.database.begin("test.exported") as session:
        found = await session.execute(text("SELECT actor FROM audit_event WHERE type = 'console.exported'"))
        return list(found.scalars())


async def test_a_table_is_exported_as_it_is_filtered_and_the_log_is_told(gateway, reader):
    page = await reader.get("/console/catalogue?size=10")
    assert (page.status_code, await exported(gateway)) == (200, [])
    for form, begins in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        file = await reader.get(f"/console/catalogue?size=10&page=2&export={form}")
        assert file.status_code == 200
        assert file.content.startswith(begins)
        assert f'filename="catalogue.{form}"' in file.headers["content-disposition"]
    lines = (await reader.get("/console/catalogue?export=csv")).text.splitlines()
    assert len(lines) > 150  # every row, not one page
    assert await exported(gateway) == ["person:reader-1"] * 3


@pytest.mark.parametrize(("most", "status"), [(ROWS - 1, 413), (ROWS, 200), (ROWS + 1, 200)])
async def test_a_file_of_too_many_rows_is_refused_and_leaves_no_event(gateway, reader, monkeypatch, most, status):
    monkeypatch.setattr(listing, "MOST_EXPORTED", most)
    before = len(await exported(gateway))
    assert (await reader.get("/console/catalogue?export=csv")).status_code == status
    assert len(await exported(gateway)) - before == (status == 200)


@pytest.mark.parametrize("query", ["page=0", "sort=nothing", "columns=nothing", "export=pdf"])
async def test_an_address_that_asks_for_what_there_is_not_is_told_in_the_shell(reader, query):
    refused = await reader.get(f"/console/catalogue?{query}", headers={"Accept": "text/html"})
    assert (refused.status_code, "地址中的页码" in refused.text) == (400, True)
