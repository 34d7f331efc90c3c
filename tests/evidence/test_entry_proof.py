"""An entry's proof as a file, in the interface's form and as a C2SP tlog-proof: `xinqiao verify` takes both."""

import base64
import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from audit.entry_proof import verify_entry_proof, verify_tlog_proof, write_tlog_proof
from audit.errors import AuditError
from audit.note import Checkpoint, sign_checkpoint
from gateway.__main__ import app
from gateway.identity.key_routes import public_keys
from gateway.worker import publish_head, take_in
from signing.merkle import inclusion_path, leaf_hash, root_of
from tests.audit.hand_log import KEY, ORIGIN, VKEY
from tests.offline import loaded_by
from tests.stories import registration


@pytest.fixture(scope="module")
def kept():
    return {}


@pytest.fixture
async def proofs(story, kept):
    """Both forms of one entry's proof, and the keys."""
    if not kept:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.enrol("auditor-1", "auditor")
        await take_in(story.gateway)
        await publish_head(story.gateway)
        async with story.gateway.database.begin("test.entry") as session:
            query = "SELECT event_id FROM audit_event WHERE type = 'batch.sealed'"
            event = (await session.execute(text(query))).scalar_one()
        headers = await story.headers("auditor-1")
        kept["json"] = (await story.client.get(f"/v1/audit/entries/{event}/proof", headers=headers)).json()
        answer = await story.client.get(f"/v1/audit/entries/{event}/tlog-proof", headers=headers)
        assert answer.headers["content-type"].startswith("text/plain")
        kept["text"] = answer.text
    return kept["json"], kept["text"], public_keys(story.gateway.units)


async def test_the_command_takes_what_the_interface_answers(proofs, tmp_path):
    given, note, keys = proofs
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    (tmp_path / "proof.json").write_text(json.dumps(given))
    (tmp_path / "a.tlog-proof").write_text(note)
    for name, kind in (("proof.json", "entry-proof"), ("a.tlog-proof", "tlog-proof")):
        command = ["verify", str(tmp_path / name), "--keys", str(tmp_path / "keys.json")]
        told = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
        assert (told["valid"], told["type"], told["leaf"]["type"]) == (True, kind, "batch.sealed")
        assert loaded_by(command) == []
    (tmp_path / "proof.json").write_text(json.dumps({**given, "index": given["index"] + 1}))
    refused = CliRunner().invoke(app, ["verify", str(tmp_path / "proof.json"), "--keys", str(tmp_path / "keys.json")])
    assert refused.exit_code == 1
    assert "path" in refused.stderr


async def test_a_changed_entry_path_payload_or_checkpoint_is_refused(proofs):
    given, _, keys = proofs
    assert verify_entry_proof(given, keys["audit"])[0].payload["agency"] == "market_regulation"
    assert verify_entry_proof({**given, "opened": None}, keys["audit"])[0].payload is None
    opened = given["opened"]
    wrong = [
        {**given, "leaf": given["leaf"].replace("batch", "botch")},
        {**given, "path": given["path"][1:]},
        {**given, "path": [step.upper() for step in given["path"]]},
        {**given, "index": str(given["index"])},
        {**given, "index": -1},
        {**given, "opened": {**opened, "payload": opened["payload"] + " "}},
        {**given, "opened": {**opened, "salt": "00" * 32}},
        {**given, "opened": {**opened, "salt": "00"}},
        {**given, "opened": {"salt": None, "payload": opened["payload"]}},
        {**given, "opened": {**opened, "more": 1}},
        {**given, "checkpoint": given["checkpoint"].partition("\n\n")[0]},
        {**given, "checkpoint": None},
        {**given, "more": 1},
        {name: value for name, value in given.items() if name != "opened"},
    ]
    for case in wrong:
        with pytest.raises(AuditError):
            verify_entry_proof(case, keys["audit"])
    with pytest.raises(AuditError):
        verify_entry_proof(given, VKEY)


async def test_one_changed_byte_of_a_tlog_proof_is_refused(proofs):
    _, note, keys = proofs
    content = note.encode()
    assert verify_tlog_proof(note, keys["audit"])[0].leaf["type"] == "batch.sealed"
    for at in range(len(content)):
        torn = (content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]).decode(errors="replace")
        with pytest.raises(AuditError):
            verify_tlog_proof(torn, keys["audit"])


def tlog_proof(size, index):
    leaves = [json.dumps({"v": 1, "id": str(n)}).encode() for n in range(size)]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(hashes)), KEY)
    return write_tlog_proof(index, leaves[index], inclusion_path(hashes, index), note)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9])
def test_the_form_is_the_specifications_for_trees_of_any_shape(size):
    for index in range(size):
        proof = tlog_proof(size, index)
        lines = proof.split("\n")
        assert lines[0] == "c2sp.org/tlog-proof@v1"
        assert json.loads(base64.b64decode(lines[1].removeprefix("extra ")))["id"] == str(index)
        assert lines[2] == f"index {index}"
        assert proof.partition("\n\n")[2].startswith(f"{ORIGIN}\n{size}\n")
        assert verify_tlog_proof(proof, VKEY)[0].index == index


@pytest.mark.parametrize(
    "change",
    [
        lambda proof: proof.replace("@v1", "@v2"),
        lambda proof: proof.replace("index 2", "index 02"),
        lambda proof: proof.replace("index 2", "index ２"),
        lambda proof: proof.replace("index 2\n", ""),
        lambda proof: proof.replace("\n\n", "\n", 1),
        lambda proof: proof.replace("\n", "\r\n"),
        lambda proof: "\n".join(line for line in proof.split("\n") if not line.startswith("extra ")),
        lambda proof: proof.replace("index 2\n", "index 2\n" + "AAAA\n"),
        lambda proof: proof.replace("index 2\n", "index 2\n" + ("A" * 43 + "=\n") * 64),
        lambda proof: proof + "\n" * 256 * 1024,
    ],
)
def test_another_spelling_is_refused(change):
    proof = tlog_proof(5, 2)
    assert change(proof) != proof
    with pytest.raises(AuditError):
        verify_tlog_proof(change(proof), VKEY)
