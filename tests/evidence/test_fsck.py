"""The check of the whole log: what a database administrator forged is found, signing stops, and somebody lifts it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from uuid_utils.compat import uuid7

from audit.errors import StoppedError
from audit.events import Event
from gateway.evidence.fsck import check_instance, check_nightly, lift
from gateway.evidence.stored_check import check_stored
from gateway.runtime.actor import PROGRAM, Actor, at_this_machine
from gateway.runtime.denial import DeniedError
from gateway.telemetry.readiness import readiness
from gateway.worker import publish_head, take_in
from tests.evidence.forging import GUARDED, forging

SOME = "(SELECT event_id FROM audit_leaf WHERE leaf_index = 2)"


RESTORED = f"""
    UPDATE audit_event SET actor = convert_from(leaf, 'UTF8')::json ->> 'actor' WHERE event_id = {SOME}
"""


def silent(_done, _all):
    """No progress to show."""


@pytest.fixture(scope="module")
async def grown(gateway):
    """A log of more than one full tile, signed twice, with something waiting."""
    for _ in range(2):
        async with gateway.database.begin("test.record") as session:
            event = Event("inquiry.replayed", "bank-1", outcome="replayed")
            await gateway.audit.record_all(session, [(uuid7(), event, datetime.now(UTC)) for _ in range(150)])
        await take_in(gateway)
        await publish_head(gateway)
    async with gateway.units.begin("test.waiting", PROGRAM) as work:
        await work.record("upload.ended", {"upload": "u-1"}, outcome="expired")
    return gateway


async def test_an_untouched_log_agrees(grown):
    async with forging(grown) as work:
        checked = await check_stored(work, silent, tree=True)
    assert checked.findings.told == []
    assert (checked.entries > 300, checked.waiting) == (True, 1)


WAITING = "event_id IN (SELECT event_id FROM audit_pending)"
FORGED = {
    "a leaf": ("entries", f"UPDATE audit_event SET leaf = leaf || ' ' WHERE event_id = {SOME}"),
    "a leaf and its hash": (
        "tiles",
        f"""UPDATE audit_event SET leaf = leaf || ' ', leaf_hash = sha256('\\x00'::bytea || leaf || ' ')
            WHERE event_id = {SOME}""",
    ),
    "an event": ("tree", f"DELETE FROM audit_event WHERE event_id = {SOME}"),
    "a place in the tree": ("tree", "DELETE FROM audit_leaf WHERE leaf_index = 2"),
    "two entries swapped": (
        "tiles",
        "UPDATE audit_leaf SET leaf_index = CASE leaf_index WHEN 2 THEN 3 WHEN 3 THEN 2 ELSE leaf_index END",
    ),
    "a full tile": (
        "tiles",
        "UPDATE audit_tile SET hashes = overlay(hashes placing '\\x00' from 9) WHERE level = 0 AND n = 0",
    ),
    "an edge tile": (
        "tiles",
        "UPDATE audit_tile SET hashes = overlay(hashes placing '\\x00' from 9) WHERE level = 0 AND n = 1",
    ),
    "a tile more": (
        "tiles",
        "INSERT INTO audit_tile SELECT log_id, 1, 7, hashes FROM audit_tile WHERE level = 0 AND n = 0",
    ),
    "the root": ("tree", "UPDATE audit_state SET root = sha256(root)"),
    "the size": ("tree", "UPDATE audit_state SET size = size - 1"),
    "a checkpoint": ("checkpoints", "UPDATE audit_checkpoint SET note = replace(note, E'\\n1', E'\\n2')"),
    "a checkpoint over more": (
        "checkpoints",
        "INSERT INTO audit_checkpoint SELECT log_id, 99999, note, signed_at FROM audit_checkpoint LIMIT 1",
    ),
    **{
        f"the {column} searched by": ("entries", f"UPDATE audit_event SET {column} = {value} WHERE event_id = {SOME}")
        for column, value in {
            "actor": "'nobody'",
            "ts": "ts - interval '1 year'",
            "subject": "'s-9'",
            "type": "'upload.ended'",
            "outcome": "NULL",
            "institution": "'other'",
            "account": "'bank-9'",
        }.items()
    },
    "a payload deleted": ("payloads", f"DELETE FROM audit_payload WHERE event_id = {SOME}"),
    "a payload emptied": ("payloads", f"UPDATE audit_payload SET sealed = NULL WHERE event_id = {SOME}"),
    "a key destroyed": ("payloads", "UPDATE audit_dek SET wrapped_key = NULL, destroyed_at = now()"),
    "two payloads swapped": (
        "payloads",
        """UPDATE audit_payload p SET sealed = o.sealed FROM audit_payload o, audit_leaf l, audit_leaf m
           WHERE l.leaf_index = 2 AND m.leaf_index = 3 AND p.event_id = l.event_id AND o.event_id = m.event_id""",
    ),
    "a pending event deleted": ("entries", f"DELETE FROM audit_event WHERE {WAITING}"),
    "a pending row deleted": ("entries", "DELETE FROM audit_pending"),
    "a pending leaf": ("entries", f"UPDATE audit_event SET leaf = leaf || ' ' WHERE {WAITING}"),
    "in the tree and pending": (
        "entries",
        f"INSERT INTO audit_pending SELECT event_id, log_id, leaf_hash FROM audit_event WHERE event_id = {SOME}",
    ),
}


@pytest.mark.parametrize("what", FORGED)
async def test_what_was_forged_is_found(grown, what):
    where, statement = FORGED[what]
    async with forging(grown) as work:
        if what == "two entries swapped":
            await work.session.execute(text("ALTER TABLE audit_leaf DROP CONSTRAINT audit_leaf_pkey"))
        assert (await work.session.execute(text(statement))).rowcount
        found = (await check_stored(work, silent, tree=True)).findings.told
    assert where in {one.where for one in found}, found


async def test_a_payload_whose_subject_was_erased_by_law_is_no_finding_and_anothers_is(grown):
    erased, other = uuid4(), uuid4()
    async with forging(grown) as work:
        for subject in (erased, other):
            await work.record("subject.read", {"identifiers": 1}, subject=subject, outcome="read")
        await work.record("subject.erased", {"reason": "x", "references": 1}, subject=erased, outcome="erased")
        gone = text("UPDATE audit_dek SET wrapped_key = NULL, destroyed_at = now() WHERE subject_ref = :subject")
        await work.session.execute(gone, {"subject": str(erased)})
        assert (await check_stored(work, silent, tree=True)).findings.told == []
        await work.session.execute(gone, {"subject": str(other)})
        found = (await check_stored(work, silent, tree=True)).findings.told
    assert [(one.where, one.found) for one in found] == [("payloads", 1)]


async def test_it_is_done_once_a_night_and_recorded(grown):
    now = datetime.now(UTC)
    opened = "UPDATE audit_log SET opened_at = opened_at - interval '3 days'"
    await check_nightly(grown.units, 3, now)
    assert await count(grown, "audit.checked") == 0  # the log's first night is still to come
    await as_administrator(grown, opened)
    for moment in (now, now + timedelta(seconds=1)):
        await check_nightly(grown.units, 3, moment)
    assert await count(grown, "audit.checked") == 1
    await check_nightly(grown.units, 3, now + timedelta(days=2))
    assert await count(grown, "audit.checked") == 2


async def count(gateway, kind):
    async with gateway.database.begin("test.count") as session:
        query = text("SELECT count(*) FROM audit_event WHERE type = :kind")
        return (await session.execute(query, {"kind": kind})).scalar_one()


@pytest.mark.parametrize("kind", ["account", "agency", "signatory", "operator", "platform", "person"])
async def test_only_auditors_check_and_nobody_else_lifts(grown, kind):
    with pytest.raises(DeniedError):
        await check_instance(grown.units, Actor("x", kind), silent)
    if kind != "operator":
        async with grown.units.begin("test.lift", Actor("x", kind)) as work:
            with pytest.raises(DeniedError, match="解除"):
                await lift(work, "x")


async def as_administrator(gateway, *statements):
    async with gateway.database.begin("test.forge", role="owner") as session:
        for table in GUARDED:
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            await session.execute(text(statement))
        for table in GUARDED:
            await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


async def ready(gateway):
    found = await readiness(gateway.units, gateway.settings)
    return {one.name: one for one in found}


async def test_a_difference_stops_the_signing_until_somebody_lifts_it_with_a_reason(grown, story, monitor):
    assert (await ready(grown))["audit"].ok
    await as_administrator(grown, f"UPDATE audit_event SET actor = 'nobody' WHERE event_id = {SOME}")
    report = await check_instance(grown.units, at_this_machine(), silent)
    assert (report.checked.findings.total, report.stopped) == (1, True)
    await take_in(grown)
    for _ in range(2):
        with pytest.raises(StoppedError):
            await publish_head(grown)
    again = await check_instance(grown.units, at_this_machine(), silent)
    assert again.stopped
    assert await count(grown, "audit.stopped") == 1
    seen = (await ready(grown))["audit"]
    assert (seen.ok, seen.needed, "stopped since" in seen.seen) == (False, False, True)
    metrics = (await monitor.get("/metrics")).text
    assert "xinqiao_audit_stopped 1.0" in metrics
    shown = await story.client.get("/readyz")
    assert (shown.json()["status"], shown.json()["checks"]["audit"]["ok"]) == ("degraded", False)
    await as_administrator(grown, RESTORED)
    async with grown.units.begin("test.lift", Actor("operator-1", "operator")) as work:
        await lift(work, "已从备份恢复")
    await publish_head(grown)
    assert await count(grown, "audit.stop_lifted") == 1
    assert "xinqiao_audit_stopped 0.0" in (await monitor.get("/metrics")).text
    async with grown.units.begin("test.lift", Actor("operator-1", "operator")) as work:
        with pytest.raises(DeniedError):
            await lift(work, "再次")
    report = await check_instance(grown.units, at_this_machine(), silent)
    assert (report.checked.findings.told, report.stopped) == ([], False)


async def test_a_hidden_entry_is_marked_where_it_is_shown_and_counted(grown, story, monitor):
    await story.enrol("auditor-1", "auditor")
    await take_in(grown)
    await publish_head(grown)
    await as_administrator(grown, f"UPDATE audit_event SET institution = 'other' WHERE event_id = {SOME}")
    try:
        headers = await story.headers("auditor-1")
        found = (await story.client.get("/v1/audit/entries?institution=other", headers=headers)).json()["entries"]
        assert [one["differs"] for one in found] == [["institution"]]
        proof = await story.client.get(f"/v1/audit/entries/{found[0]['leaf']['id']}/proof", headers=headers)
        assert proof.json()["differs"] == ["institution"]
        others = (await story.client.get("/v1/audit/entries?limit=2", headers=headers)).json()["entries"]
        assert all("differs" not in one for one in others)
        counted = 'xinqiao_steps_total{outcome="columns-differ",step="audit-entry"} 2.0'
        assert counted in (await monitor.get("/metrics")).text
    finally:
        await as_administrator(grown, f"UPDATE audit_event SET institution = NULL WHERE event_id = {SOME}")
