"""Business rows against the log, offline: one changed, added or taken away under intact leaves is found."""

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from audit.verifier import verify_log
from gateway.__main__ import app
from gateway.evidence.check import EvidenceError, verify_rows
from gateway.evidence.export import export_evidence
from gateway.evidence.unseen import COLUMNS, FSCK, VERIFY
from gateway.evidence.vouched.comparison import TABLES, Comparison
from gateway.evidence.vouched.declaration import Entry
from gateway.identity.key_routes import public_keys
from gateway.runtime.actor import at_this_machine
from gateway.worker import publish_head, take_in
from tests.offline import loaded_by
from tests.stories import registration, today

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("evidence")


async def export(gateway, target):
    await take_in(gateway)
    await publish_head(gateway)
    async with gateway.units.begin("test.export", at_this_machine()) as work:
        return await export_evidence(work, target, lambda *_: None)


@pytest.fixture
async def good(story, folder):
    """An export of a small story: two batches, a consent's life, an answer, a usage result."""
    target = folder / "good"
    if not target.exists():
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.push("market_regulation", "abnormal_operation", "企业名称\n某公司\n")
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1)
        inquiry = (await story.ask("bank-1", 1)).json()["inquiry"]
        told = {"inquiry": inquiry, "outcome": "granted", "amount": "1.00", "decided_on": today()}
        answer = await story.client.post("/v1/usage-results", json=told, headers=await story.headers("bank-1"))
        assert answer.status_code == 201
        (folder / "size").write_text(str(await export(story.gateway, target)))
    return target, int((folder / "size").read_text())


async def test_untouched_rows_agree_with_the_log(story, good):
    target, size = good
    verify_log(
        target,
        public_keys(story.gateway.units)["audit"],
        [],
        lambda *_: None,
    )
    counts = verify_rows(target, size).counts
    assert {name: counts[name] for name in ("batches", "records", "consents", "uses", "inquiries", "charges")} == {
        "batches": 2, "records": 2, "consents": 2, "uses": 1, "inquiries": 1, "charges": 1,
    }  # fmt: skip


async def test_the_check_is_made_without_database_and_web_framework(story, good, tmp_path):
    (tmp_path / "log.vkey").write_text(public_keys(story.gateway.units)["audit"])
    assert loaded_by(["audit", "verify", str(good[0]), "--key", str(tmp_path / "log.vkey")]) == []


def edit(path, change):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    changed = change(lines)
    path.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in changed))


def replace(name, old, new):
    def change(lines):
        assert old in lines[0][name], lines[0][name]
        return [{**lines[0], name: lines[0][name].replace(old, new, 1)}, *lines[1:]]

    return change


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("records", replace("canonical", "500", "501")),
        ("records", lambda lines: lines[1:]),
        ("records", lambda lines: [*lines, lines[0]]),
        ("batches", replace("statement", ".", ".A")),
        ("batches", lambda lines: lines[1:]),
        ("consents", replace("terms", "pre_loan", "renewal")),
        ("consents", lambda lines: [{**lines[0], "version": 3}, *lines[1:]]),
        ("consents", lambda lines: lines[:-1]),
        ("inquiries", replace("answer", ".", ".A")),
        ("inquiries", lambda lines: []),
        ("uses", lambda lines: []),
        ("uses", lambda lines: [*lines, {**lines[0], "entry": "01990000-0000-7000-8000-000000000001"}]),
        ("charges", lambda lines: [{**lines[0], "units": 2}]),
        ("charges", lambda lines: []),
        ("usage-results", replace("content", "1.00", "2.00")),
        ("payloads", replace("payload", '"', " ")),
    ],
)
async def test_a_row_changed_added_or_taken_away_is_found(good, tmp_path, file, change):
    target, size = good
    copy = tmp_path / "copy"
    shutil.copytree(target, copy)
    edit(copy / "rows" / f"{file}.ndjson", change)
    with pytest.raises(EvidenceError):
        verify_rows(copy, size)


async def test_a_missing_file_is_no_evidence(good, tmp_path):
    target, size = good
    copy = tmp_path / "copy"
    shutil.copytree(target, copy)
    (copy / "rows" / "uses.ndjson").unlink()
    with pytest.raises(EvidenceError, match="uses"):
        verify_rows(copy, size)


async def test_payloads_that_are_gone_are_found_and_so_nothing_is_vouched_for_in_silence(good, tmp_path):
    target, size = good
    copy = tmp_path / "copy"
    shutil.copytree(target, copy)
    edit(copy / "rows" / "payloads.ndjson", lambda _lines: [])
    edit(copy / "rows" / "charges.ndjson", lambda lines: [{**line, "units": 0} for line in lines])
    edit(copy / "rows" / "inquiries.ndjson", lambda lines: [{**line, "answer": "x"} for line in lines])
    with pytest.raises(EvidenceError, match="payloads"):
        verify_rows(copy, size)


async def test_one_payload_that_is_gone_is_found(good, tmp_path):
    target, size = good
    copy = tmp_path / "copy"
    shutil.copytree(target, copy)
    edit(copy / "rows" / "payloads.ndjson", lambda lines: lines[:3] + lines[4:])
    with pytest.raises(EvidenceError, match="payload is missing"):
        verify_rows(copy, size)


MALFORMED = (
    "nonsense", "[]", "null", "7", '"x"', "{}", '{"entry": null}', '{"entry": 7, "key": [], "batch": {}}', "[" * 9000,
    '{"batch": "b", "canonical": "x", "digest": 3}', "\u0000", '{"entry": "x", "salt": "zz", "payload": 1}',
)  # fmt: skip


@pytest.mark.parametrize("name", ["payloads", "since", "records", *(one.name for one in TABLES)])
async def test_a_malformed_row_is_a_finding_and_never_a_fault(good, tmp_path, name):
    target, size = good
    copy = tmp_path / "copy"
    shutil.copytree(target, copy)
    file = copy / "rows" / f"{name}.ndjson"
    whole = file.read_bytes()
    for line in (*(line.encode() for line in MALFORMED), b"\xff\xfe"):
        file.write_bytes(line + b"\n" + whole)
        with pytest.raises(EvidenceError):
            verify_rows(copy, size)
    file.write_bytes(whole)
    first = json.loads(whole.splitlines()[0]) if whole.strip() else {}
    for member in first.keys() - {"entry", "key", "batch"}:
        for value in ([], {"a": 1}, -1):
            edit(file, lambda lines, m=member, v=value: [{**lines[0], m: v}, *lines[1:]])
            with suppress(EvidenceError):  # a value can be the one that stood there, or decide nothing; no other fault
                verify_rows(copy, size)
            file.write_bytes(whole)


async def test_a_payload_that_was_exchanged_is_exported_and_found(story, good, tmp_path):
    async with story.gateway.database.begin("test.swap", role="owner") as session:
        await session.execute(text("CREATE TEMP TABLE kept AS SELECT * FROM audit_payload"))
        await session.execute(
            text("""
            UPDATE audit_payload p SET sealed = o.sealed FROM audit_payload o, audit_leaf l, audit_leaf m
            WHERE l.leaf_index = 1 AND m.leaf_index = 2 AND p.event_id = l.event_id AND o.event_id = m.event_id
        """)
        )
        kept = (await session.execute(text("SELECT event_id, sealed FROM kept"))).all()
    size = await export(story.gateway, tmp_path / "log")
    async with story.gateway.database.begin("test.restore", role="owner") as session:
        for row in kept:
            restore = text("UPDATE audit_payload SET sealed = :sealed WHERE event_id = :id")
            await session.execute(restore, {"sealed": row.sealed, "id": row.event_id})
    with pytest.raises(EvidenceError, match="cannot be opened"):
        verify_rows(tmp_path / "log", size)


async def test_the_output_says_what_was_not_looked_at(story, good, tmp_path):
    (tmp_path / "log.vkey").write_text(public_keys(story.gateway.units)["audit"])
    command = ["audit", "verify", str(good[0]), "--key", str(tmp_path / "log.vkey")]
    told = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert told["cannot_see"] == dict(VERIFY)
    assert told["verdict"] == "verified"
    shown = CliRunner().invoke(app, command).stdout
    page = (ROOT / "docs" / "evidence.md").read_text("utf-8")
    for name in {**VERIFY, **FSCK}:
        assert f"`{name}`" in page, name
    for said in VERIFY.values():
        assert "".join(said.split()) in "".join(shown.split())
    for table in COLUMNS:
        assert f"`{table}`" in page, table


def test_an_older_event_is_compared_on_what_it_says_and_the_rest_is_told():
    entry = Entry(
        "e-1", {"type": "client.added", "outcome": "active"}, {"client": "op", "kind": "operator", "kid": "k"}
    )
    comparison = Comparison()
    comparison.enter(entry, {})
    client = {"key": "op", "kind": "operator", "institution_id": None, "subject": None, "status": "active",
              "scopes": None, "products": None, "networks": None, "redirect_uris": [], "must_sign": False,
              "person_id": None, "for_people": False}  # fmt: skip
    comparison.compare_party("clients", client)
    key = dict.fromkeys(("not_after", "not_before", "decided", "decided_by"))
    comparison.compare_party("client-keys", {"key": "op/k", "status": "active", "public": {}, **key})
    comparison.finish()
    assert comparison.findings.told == []
    assert comparison.older == {"clients": 2, "client-keys": 2}


async def test_a_record_changed_in_the_database_is_found_in_the_next_export(story, good, tmp_path):
    async with story.gateway.database.begin("test.change", role="owner") as session:
        await session.execute(
            text("UPDATE record SET canonical = replace(convert_from(canonical, 'UTF8'), '500', '900')::bytea "
                 "WHERE position(CAST('500' AS bytea) IN canonical) > 0 AND dataset = 'ent_registration'")
        )  # fmt: skip
    size = await export(story.gateway, tmp_path / "log")
    with pytest.raises(EvidenceError, match="records"):
        verify_rows(tmp_path / "log", size)
