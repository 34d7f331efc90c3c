"""Whoever reads many rows at once leaves one event, which says how many: as many as were shown."""

import json

import pytest
from sqlalchemy import text

from tests.house import objects
from tests.house.objects import OWN
from tests.house.test_ownership import town

__all__ = ["town"]
NEWEST = text("""
    SELECT e.type, e.event_id, p.key_id, k.wrapped_key, p.sealed FROM audit_event e
    JOIN audit_payload p USING (event_id) JOIN audit_dek k USING (key_id)
    WHERE e.type NOT LIKE 'token.%' ORDER BY e.event_id DESC LIMIT 1
""")
# Who reads what, where the rows stand in the answer, the event, and its member that tells their number.
READS = {
    "/v1/records": (f"s-{OWN}", "records", "record.listed", "found"),
    "/v1/questions": (f"s-{OWN}", "questions", "question.listed", "found"),
    "/v1/objections": (f"s-{OWN}", "objections", "objection.listed", "found"),
    "/v1/held-deliveries": ("tax", "held", "held.read", "count"),
    "/v1/quality": ("auditor-1", "agencies", "quality.read", "count"),
    "/v1/received?kind=evaluations": ("auditor-1", "received", "received.read", "found"),
    "/v1/audit/entries?limit=7": ("auditor-1", "entries", "audit.read", "found"),
    f"/v1/audit/questions?subject={objects.uscc(OWN)}": ("auditor-1", "questions", "questions.read", "found"),
}


async def newest(gateway):
    """Return the type and the payload of the newest event, logging in left out."""
    async with gateway.database.begin("test.payload") as session:
        kind, *sealed = (await session.execute(NEWEST)).one()
    return kind, json.loads(gateway.audit.open_payload(*sealed)["payload"])


async def object_once(town):
    """Object to a record of the first enterprise, where that was not done before."""
    made = await objects.record(town)
    told = await town.send(f"s-{OWN}", "POST", f"/v1/records/{made['record_id']}/objections", json={"reason": "有误"})
    assert told.status_code in {201, 409}, told.text


@pytest.mark.parametrize("path", READS)
async def test_the_event_of_a_bulk_read_says_how_many_were_shown(town, path):
    who, rows, event, member = READS[path]
    await town.story.enrol("auditor-1", "auditor")
    await objects.held(town)
    await object_once(town)
    await objects.delivery(town)
    await objects.inquiry(town)
    shown = (await town.send(who, "GET", path)).json()[rows]
    kind, payload = await newest(town.story.gateway)
    assert (kind, payload[member]) == (event, len(shown))
    assert shown


async def test_the_event_of_a_file_of_refused_rows_says_how_many_it_holds(town):
    made = await objects.batch(town)  # of which one row was refused
    answer = await town.send("tax", "GET", f"/v1/batches/{made['batch_id']}/rejected-rows")
    assert answer.status_code == 200
    kind, payload = await newest(town.story.gateway)
    assert (kind, payload["count"]) == ("rejected_rows.read", 1)
