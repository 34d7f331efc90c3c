"""A record's proof as one file, checked without database and network; one changed byte anywhere is refused."""

import hashlib
import json

import pytest
from sqlalchemy import text

from connectors.model.statements import SIGNATURE_TYPE
from gateway.identity.key_routes import public_keys
from gateway.records.proof import prove_record
from gateway.records.proof_check import RecordProofError, verify_proof
from gateway.records.proof_file import file_bytes
from gateway.runtime.actor import at_this_machine
from gateway.worker import publish_head, take_in
from signing.jws import sign_jws
from signing.keys import generate_key, public_jwk
from tests.enterprises import uscc
from tests.identities import login, register
from tests.intake.test_push import signed
from tests.offline import loaded_by
from tests.processes import xinqiao

HEADER = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"
PATH = "/v1/datasets/tax_arrears/batches"


@pytest.fixture(scope="module")
async def key(gateway):
    return await register(gateway, "tax", "agency")


@pytest.fixture
async def proof_of(gateway, client, key):
    """Push three rows, signed in one way or another, and return the proof file of the second."""

    async def make(number, how, *, published=True):
        body = (HEADER + "".join(f"甲公司,{uscc(number + n)},某路,{n + 1},增值税\n" for n in range(3))).encode()
        batch = f"proof-{number}"
        headers = {"Batch-Id": batch, **await login(client, key, "tax", gateway.settings.issuer)}
        if how == "jws":
            claims = {"batch": batch, "dataset": "tax_arrears", "sha256": hashlib.sha256(body).hexdigest()}
            headers["Batch-Signature"] = sign_jws(claims, key, SIGNATURE_TYPE)
        elif how == "message":
            fields = signed(key, body, batch, url=gateway.settings.issuer + PATH)
            headers |= {name.replace("_", "-"): value for name, value in fields.items()}
        answer = await client.post(PATH, content=body, headers=headers)
        assert answer.status_code == 201, answer.text
        if published:
            await take_in(gateway)
            await publish_head(gateway)
        async with gateway.units.begin("test.proof", at_this_machine()) as work:
            query = text("SELECT record_id FROM record WHERE batch_id = :b AND leaf_index = 1")
            record = (await work.session.execute(query, {"b": answer.json()["batch"]})).scalar_one()
            return record, file_bytes((await prove_record(work, record, "file")).proof)

    return make


def check(gateway, content, **more):
    keys = public_keys(gateway.units)
    return verify_proof(content, keys["batch"], keys["audit"], **more)


@pytest.mark.parametrize("how", ["unsigned", "jws", "message"])
async def test_a_file_proves_its_record_and_one_changed_byte_anywhere_is_refused(gateway, proof_of, how):
    number = {"unsigned": 100, "jws": 110, "message": 120}[how]
    _, content = await proof_of(number, how)
    proved = check(gateway, content)
    assert proved.record["identifier"]["value"] == uscc(number + 1)
    assert proved.signed_by == (None if how == "unsigned" else "in the file")
    assert proved.log.startswith(gateway.audit.origin)
    for at in range(len(content)):
        for change in (1, 32):
            torn = content[:at] + bytes([content[at] ^ change]) + content[at + 1 :]
            with pytest.raises(RecordProofError) as refused:
                check(gateway, torn)
            assert str(refused.value), at


async def test_what_is_taken_away_added_or_swapped_is_refused(gateway, proof_of):
    _, content = await proof_of(130, "jws")
    _, other = await proof_of(140, "message")
    good, foreign = json.loads(content), json.loads(other)
    key = {"agency_key": {**good["agency_key"], "alg": "ES256"}}
    wrong = [
        {**good, "more": 1},
        {name: value for name, value in good.items() if name != "entry"},
        {**good, "entry": foreign["entry"]},
        {**good, "entry": {**good["entry"], "salt": None}},
        {**good, "entry": {**good["entry"], "checkpoint": good["entry"]["checkpoint"] + "— else AAAA\n"}},
        {**good, "agency_signature": foreign["agency_signature"]},
        {**good, "agency_signature": None},
        {**good, "statement": foreign["statement"]},
        {**good, "canonical": foreign["canonical"]},
        {**good, **key},
        {**good, "agency_key": public_jwk(generate_key("ES256"))},
        {**good, "path": []},
        {**good, "leaf_index": -1},
        {**good, "leaf_index": "1"},
    ]
    for case in wrong:
        with pytest.raises(RecordProofError):
            check(gateway, file_bytes(case))
    for spelled in (content.rstrip(), content + b"\n", json.dumps(good).encode(), b"", b"[]", b"{}", b"\xff"):
        with pytest.raises(RecordProofError):
            check(gateway, spelled)


async def test_keys_from_elsewhere_decide_and_others_are_refused(gateway, proof_of, key):
    _, content = await proof_of(150, "message")
    assert check(gateway, content, agency_key=public_jwk(key)).signed_by == "given"
    with pytest.raises(RecordProofError, match="not the one given"):
        check(gateway, content, agency_key=public_jwk(generate_key("ES256")))
    keys = public_keys(gateway.units)
    stranger = public_jwk(generate_key("Ed25519"))
    with pytest.raises(RecordProofError, match="signature"):
        verify_proof(content, stranger, keys["audit"])
    with pytest.raises(RecordProofError, match="checkpoint"):
        verify_proof(content, keys["batch"], keys["audit"].replace(gateway.audit.origin, "else"))


async def test_before_a_checkpoint_covers_the_entry_the_rest_is_proved(gateway, proof_of):
    _, content = await proof_of(160, "jws", published=False)
    proved = check(gateway, content)
    assert (proved.signed_by, proved.log) == ("in the file", None)


async def test_the_command_line_and_the_interface_give_the_file_and_the_verifier_needs_nothing_else(
    gateway, client, proof_of, key, tmp_path
):
    record, content = await proof_of(170, "jws")
    access = await login(client, key, "tax", gateway.settings.issuer)
    served = await client.get(f"/v1/records/{record}/proof-file", headers=access)
    assert served.content == content
    (tmp_path / "proof.json").write_bytes(served.content)
    (tmp_path / "keys.json").write_text(json.dumps(public_keys(gateway.units)))
    (tmp_path / "agency.json").write_text(json.dumps(public_jwk(key)))
    elsewhere = {"PATH": "/usr/bin", "HOME": str(tmp_path), "XINQIAO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}
    command = ["verify", str(tmp_path / "proof.json"), "--keys", str(tmp_path / "keys.json"), "--json"]
    told = json.loads(xinqiao([*command, "--agency-key", str(tmp_path / "agency.json")], elsewhere).stdout)
    assert (told["valid"], told["agency_signature_by_key"], told["record"]["dataset"]) == (True, "given", "tax_arrears")
    good, other = json.loads(content), tmp_path / "log.vkey"
    other.write_text(public_keys(gateway.units)["audit"])
    with_keys = ["--agency-key", str(tmp_path / "agency.json"), "--log-key", str(other)]
    assert xinqiao([*command, *with_keys], elsewhere).returncode == 0
    assert loaded_by([*command, *with_keys]) == []
    for changed, said in (
        (content.replace(b"record-proof", b"record-prooF"), "other members"),
        (content.replace(b'"type":"', b'"type":\t"'), "canonical form"),
        (file_bytes({**good, "type": "x", "canonical": "{}"}), "other members"),
        (file_bytes({**good, "agency_signature": None, "agency_key": None}), "did not sign"),
        (file_bytes({**good, "entry": None}), "no audit entry"),
    ):
        (tmp_path / "proof.json").write_bytes(changed)
        refused = xinqiao([*command, *with_keys], elsewhere, check=False)
        assert (refused.returncode, said in refused.stderr) == (1, True), refused.stderr
    (tmp_path / "proof.json").write_bytes(content.replace("甲公司".encode(), "乙公司".encode()))
    refused = xinqiao(command, elsewhere, check=False)
    assert (refused.returncode, "path does not lead" in refused.stderr) == (1, True)


async def test_an_answer_holds_nothing_that_was_not_signed(gateway, tmp_path):
    signed = {"score": 700, "subject": uscc(1)}
    answer = {**signed, "answer": sign_jws(signed, gateway.keys.signing("answer"), "xinqiao-answer+jws")}
    (tmp_path / "keys.json").write_text(json.dumps(public_keys(gateway.units)))
    command = ["verify", str(tmp_path / "answer.json"), "--keys", str(tmp_path / "keys.json"), "--json"]
    for told, said in ((answer, ""), ({**answer, "rating": "AAA"}, "rating"), ({**answer, "score": 701}, "score")):
        (tmp_path / "answer.json").write_text(json.dumps(told))
        done = xinqiao(command, {"PATH": "/usr/bin", "HOME": str(tmp_path)}, check=False)
        assert (done.returncode, said in done.stderr) == (1 if said else 0, True), done.stderr
