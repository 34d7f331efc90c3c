"""Who reads the log's entries, and that each reading is an entry itself."""

import pytest
from sqlalchemy import text

from gateway.evidence.entries import prove_entry, search_entries
from gateway.evidence.export import export_evidence
from gateway.runtime.actor import Actor, at_this_machine
from gateway.runtime.denial import DeniedError
from gateway.worker import publish_head, take_in
from tests.stories import registration, slug


async def left(gateway):
    """Return type, actor and outcome of the readings so far."""
    async with gateway.database.begin("test.events") as session:
        query = "SELECT type, actor, outcome FROM audit_event WHERE type LIKE 'audit.%' ORDER BY event_id"
        return [tuple(row) for row in await session.execute(text(query))]


@pytest.fixture
async def entry(story):
    """An entry under a published checkpoint."""
    await story.push("market_regulation", "ent_registration", registration(1))
    await take_in(story.gateway)
    await publish_head(story.gateway)
    async with story.gateway.database.begin("test.entry") as session:
        return (await session.execute(text("SELECT event_id FROM audit_leaf ORDER BY leaf_index LIMIT 1"))).scalar_one()


async def test_every_reading_by_an_auditor_is_an_entry(story, entry, tmp_path):
    await story.enrol("auditor-1", "auditor")
    before = await left(story.gateway)
    for url in ("/v1/audit/entries?type=batch.sealed", f"/v1/audit/entries/{entry}/proof"):
        assert (await story.client.get(url, headers=await story.headers("auditor-1"))).status_code == 200
    machine = at_this_machine()
    async with story.gateway.units.begin("test.export", machine) as work:
        await export_evidence(work, tmp_path / "log", lambda *_: None)
    assert await left(story.gateway) == [
        *before, ("audit.read", "auditor-1", "read"), ("audit.proved", "auditor-1", "opened"),
        ("audit.exported", machine.name, "exported"),
    ]  # fmt: skip


async def test_an_entry_is_no_agencys_to_read(story, entry):
    await story.enrol("drc", "agency")
    before = await left(story.gateway)
    for url in ("/v1/audit/entries", f"/v1/audit/entries/{entry}/proof"):
        refused = await story.client.get(url, headers=await story.headers("drc"))
        assert (refused.status_code, slug(refused)) == (403, "insufficient-scope")
    assert await left(story.gateway) == before


@pytest.mark.parametrize(
    "kind", ["account", "agency", "signatory", "operator", "system", "platform", "person", "program"]
)
async def test_the_rule_stands_in_each_use_case(gateway, entry, kind, tmp_path):
    async with gateway.units.begin("test.read", Actor("somebody", kind)) as work:
        for step in (
            search_entries(work, gateway.protector, {}, None, 10), prove_entry(work, entry),
            export_evidence(work, tmp_path / "log", lambda *_: None),
        ):  # fmt: skip
            with pytest.raises(DeniedError):
                await step
    assert not (tmp_path / "log").exists()
