"""Erasing a person, and what was kept long enough: what can be read no more, and what still proves itself."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from uuid_utils.compat import uuid7

from audit.verifier import verify_log
from connectors.personal.sealing import SubjectKeys
from connectors.store.refused import ERASED, open_refused
from connectors.store.tables import RejectedRow
from gateway.evidence.check import EvidenceError, verify_rows
from gateway.evidence.conservation import find_differences
from gateway.identity.key_routes import public_keys
from gateway.records.retention import count_expired, expunge
from gateway.runtime.actor import PROGRAM
from gateway.runtime.database import raw
from signing.jws import verify_jws
from signing.merkle import leaf_hash, verify_inclusion
from tests.enterprises import sole_trader
from tests.evidence.test_evidence import edit, export
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of, rows
from tests.stories import registration, slug

SHOP, HOME = "欧阳小明鞋店", "鹿城区五马街九十九号"


async def registered(story, number, **changes):
    named = {"企业名称": f"{SHOP}{number}", "统一社会信用代码": sole_trader(number), "住所": HOME, **changes}
    return await story.push("market_regulation", "ent_registration", registration(number, **named))


async def content_of(story, number):
    query = "SELECT record_id FROM record WHERE identifier_value = :u AND dataset = 'ent_registration' ORDER BY version"
    found = await rows(story.gateway, query, u=sole_trader(number))
    url = f"/v1/records/{found[0].record_id}/history"
    told = await story.client.get(url, headers=await story.headers("market_regulation"))
    return [(v["content"]["name"], v["content"]["fields"]["domicile"]) for v in told.json()["versions"]]


async def erase(story, number):
    for operator in ("op-1", "op-2"):
        await story.enrol(operator, "operator")
    wanted = {"action": "subject.erase", "subject": sole_trader(number), "reason": "本人申请"}
    asked = await story.client.post("/v1/admin/changes", json=wanted, headers=await story.headers("op-1"))
    assert asked.status_code == 202, asked.text
    url = f"/v1/admin/changes/{asked.json()['change']}/approve"
    return await story.client.post(url, headers=await story.headers("op-2"))


async def test_an_erased_person_can_be_read_by_nobody_and_every_proof_still_holds(story):
    batch = await registered(story, 1)
    assert await content_of(story, 1) == [(f"{SHOP}1", HOME)]
    assert (await erase(story, 1)).status_code == 200
    assert await content_of(story, 1) == [(None, None)]
    query = "SELECT record_id, digest FROM record WHERE identifier_value = :u"
    record = (await rows(story.gateway, query, u=sole_trader(1)))[0]
    headers = await story.headers("market_regulation")
    proof = (await story.client.get(f"/v1/records/{record.record_id}/proof", headers=headers)).json()
    leaf = leaf_hash(proof["canonical"].encode())
    statement = verify_jws(batch["statement"], [story.gateway.keys.public("batch")], "xinqiao-batch+jws")
    path = [bytes.fromhex(step) for step in proof["path"]]
    verify_inclusion(leaf, proof["leaf_index"], 1, path, bytes.fromhex(str(statement["root"])))
    assert await rows(story.gateway, "SELECT FROM audit_event WHERE type = 'subject.erased'")


async def test_what_arrives_later_of_an_erased_person_is_sealed_to_nobody(story):
    await registered(story, 2)
    await erase(story, 2)
    await registered(story, 2, 经营范围="帽")
    assert await content_of(story, 2) == [(None, None), (None, None)]
    by_name = penalty(2, "Z1", 行政相对人名称=f"{SHOP}2", 统一社会信用代码="")
    await story.push("drc", "penalty_general", penalties(by_name))
    record = await record_of(story.gateway, "Z1")
    url = f"/v1/records/{record}/history"
    told = (await story.client.get(url, headers=await story.headers("drc"))).json()
    assert told["versions"][0]["content"]["name"] is None


async def test_others_keep_what_is_theirs(story):
    await registered(story, 3)
    await registered(story, 4)
    await erase(story, 3)
    assert await content_of(story, 4) == [(f"{SHOP}4", HOME)]


async def test_an_unknown_subject_is_not_erased(story):
    answer = await erase(story, 99)
    assert (answer.status_code, slug(answer)) == (422, "change-refused")


async def test_a_salt_can_be_destroyed_and_not_changed(story):
    await registered(story, 5)
    for statement in (
        "UPDATE personal_key SET salt = '\\x00'", "UPDATE personal_key SET salt = NULL",
        "DELETE FROM personal_key", "UPDATE personal_master SET sealed = ''", "DELETE FROM record_tombstone",
    ):  # fmt: skip
        with pytest.raises(DBAPIError):
            await rows(story.gateway, statement)


async def sweep(story, now):
    return await expunge(story.gateway.units, PROGRAM, story.gateway.protector, now)


AGED = """
    UPDATE record SET superseded_at = superseded_at - interval '11 years'
    WHERE business_key LIKE :key AND superseded_at IS NOT NULL
"""


async def aged(story, document):
    """Deliver a penalty and its correction, and let eleven years go by over the first."""
    await story.push("drc", "penalty_general", penalties(penalty(6, document)))
    await story.push("drc", "penalty_general", penalties(penalty(6, document, fine="9")))
    async with story.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text(AGED), {"key": f"{document}|%"})
    return await record_of(story.gateway, document)


async def test_what_was_kept_long_enough_loses_its_content_and_its_batch_still_verifies(story, tmp_path):
    old = await aged(story, "OLD1")
    now = datetime.now(UTC)
    async with story.gateway.units.begin("test.count", PROGRAM) as work:
        assert await count_expired(work) == {"penalty_general": 1}
    assert await sweep(story, now) == {"penalty_general": 1}
    assert await sweep(story, now) == {}
    assert (await rows(story.gateway, "SELECT canonical FROM record WHERE record_id = :r", r=old))[0].canonical is None
    assert (await rows(story.gateway, "SELECT count(*) FROM record_tombstone"))[0].count == 1
    headers = await story.headers("drc")
    proof = await story.client.get(f"/v1/records/{old}/proof", headers=headers)
    assert (proof.status_code, slug(proof)) == (410, "record-erased")
    newest = await record_of(story.gateway, "OLD1", version=2)
    assert (await story.client.get(f"/v1/records/{newest}/proof", headers=headers)).status_code == 200
    told = (await story.client.get(f"/v1/records/{old}/history", headers=headers)).json()
    assert [version["content"] is None for version in told["versions"]] == [True, False]
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        found = await find_differences(work)  # only that the test dated the replacement back
    assert [rule for rule, *_ in found] == ["a record that was replaced has the version that replaced it"]
    target = tmp_path / "log"
    size = await export(story.gateway, target)
    verify_log(
        target,
        public_keys(story.gateway.units)["audit"],
        [],
        lambda *_: None,
    )
    verify_rows(target, size)
    copy = tmp_path / "copy"
    shutil.copytree(target, copy)
    edit(copy / "rows" / "records.ndjson", without_content)
    with pytest.raises(EvidenceError, match="no entry says why"):
        verify_rows(copy, size)


def without_content(lines):
    """Take one record's content away, as if it had been kept long enough."""
    digest = leaf_hash(lines[0]["canonical"].encode()).hex()
    return [{**lines[0], "canonical": None, "digest": digest, "expunged": lines[0]["batch"]}, *lines[1:]]


async def test_content_leaves_neither_a_record_that_may_be_shown_nor_without_its_event(story):
    await story.push("drc", "penalty_general", penalties(penalty(7, "KEEP")))
    record = await record_of(story.gateway, "KEEP")
    erase_it = "SELECT xinqiao_erase_content(ARRAY[CAST(:r AS uuid)], :e)"
    with pytest.raises(DBAPIError, match="keeps its content"):
        await rows(story.gateway, erase_it, r=record, e=uuid7())
    await act(story, record, "withdraw")
    with pytest.raises(DBAPIError, match="with its event"):
        await rows(story.gateway, erase_it, r=record, e=uuid7())
    with pytest.raises(DBAPIError):
        await rows(story.gateway, "UPDATE record SET canonical = NULL")


async def test_a_sweep_that_breaks_after_its_event_leaves_neither(story, monkeypatch):
    old = await aged(story, "OLD2")
    monkeypatch.setattr(
        "connectors.records.retention._ERASE", text("SELECT 1 / 0, CAST(:records AS uuid[]), CAST(:event AS uuid)")
    )
    before = await rows(story.gateway, "SELECT event_id FROM audit_event")
    with pytest.raises(DBAPIError):
        await sweep(story, datetime.now(UTC))
    monkeypatch.undo()
    assert await rows(story.gateway, "SELECT event_id FROM audit_event") == before
    assert (await rows(story.gateway, "SELECT canonical FROM record WHERE record_id = :r", r=old))[0].canonical


async def test_the_refused_rows_of_last_year_are_emptied(story):
    batch = await story.push("market_regulation", "abnormal_operation", "企业名称,列入日期\n司马大力理发店,昨天\n")
    moment = datetime.fromisoformat(batch["received_at"])
    await sweep(story, moment.replace(year=moment.year + 2, day=1))

    async with story.gateway.database.begin("test.open") as session:
        row = await session.get(RejectedRow, (batch["batch"], 2))
        [(_, cells)] = await open_refused(SubjectKeys(story.gateway.protector), await raw(session), [row])
    assert cells == {"企业名称": ERASED, "列入日期": "昨天"}
    assert "司马" not in json.dumps(row.cells, ensure_ascii=False)
