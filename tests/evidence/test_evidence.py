"""Business rows against the log, offline: one changed, added or taken away under intact leaves is found."""

import json
import shutil

import pytest
from sqlalchemy import text

from audit.verifier import verify_log
from gateway.evidence.check import EvidenceError, verify_rows
from gateway.evidence.export import export_evidence
from gateway.identity.key_routes import public_keys
from gateway.runtime.actor import at_this_machine
from gateway.worker import publish_head, take_in
from tests.offline import loaded_by
from tests.stories import registration


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
        told = {"inquiry": inquiry, "outcome": "granted", "amount": "1.00", "decided_on": "2026-01-01"}
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
    assert {name: counts[name] for name in ("batches", "records", "consents", "answers", "charges")} == {
        "batches": 2, "records": 2, "consents": 2, "answers": 1, "charges": 1,
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
        ("answers", replace("answer", ".", ".A")),
        ("answers", lambda lines: []),
        ("answers", lambda lines: [*lines, {**lines[0], "entry": "01990000-0000-7000-8000-000000000001"}]),
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
    (copy / "rows" / "answers.ndjson").unlink()
    with pytest.raises(EvidenceError, match="answers"):
        verify_rows(copy, size)


async def test_a_record_changed_in_the_database_is_found_in_the_next_export(story, good, tmp_path):
    async with story.gateway.database.begin("test.change", role="owner") as session:
        await session.execute(
            text("UPDATE record SET canonical = replace(convert_from(canonical, 'UTF8'), '500', '900')::bytea "
                 "WHERE position(CAST('500' AS bytea) IN canonical) > 0 AND dataset = 'ent_registration'")
        )  # fmt: skip
    size = await export(story.gateway, tmp_path / "log")
    with pytest.raises(EvidenceError, match="records"):
        verify_rows(tmp_path / "log", size)
