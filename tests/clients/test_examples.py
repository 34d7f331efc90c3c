"""The examples run as they stand, and the stand-alone verifier believes a true chain and no other."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from signing.keys import private_bytes
from tests.enterprises import uscc
from tests.platforms.test_chain import REPORT, ask, confirmed, deliveries, town  # noqa: F401 - the fixture
from tests.processes import PATIENCE_SECONDS, wait_until
from tests.stories import registration
from xinqiao_client import create_key

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(program, *arguments):
    command = [sys.executable, str(EXAMPLES / program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def key_file(instance, client_id, folder):
    path = folder / f"{client_id}.json"
    members = json.loads(private_bytes(instance.keys[client_id]))
    path.write_text(json.dumps({name: members[name] for name in ("kty", "crv", "x", "y", "d")}))
    return str(path)


def test_the_clients_of_a_bank_and_an_agency_run_as_they_stand(town, tmp_path):  # noqa: F811
    gateway = town["gateway"]
    file = tmp_path / "registrations.csv"
    file.write_text(registration(2))
    agency = key_file(gateway, "market_regulation", tmp_path)
    pushed = run("agency_client.py", gateway.issuer, "market_regulation", agency, "ent_registration", str(file))
    assert (pushed.returncode, json.loads(pushed.stdout)["accepted"]) == (0, 1), pushed.stderr
    bank = key_file(gateway, "bank-1", tmp_path)
    asked = run("bank_client.py", gateway.issuer, "bank-1", bank, uscc(1))
    assert (asked.returncode, json.loads(asked.stdout)["subject"]) == (0, uscc(1)), asked.stderr
    denied = run("bank_client.py", gateway.issuer, "bank-1", bank, uscc(2))
    assert (denied.returncode, "consent-required" in denied.stderr) == (1, True)


ARGUMENTS = {
    "agency_client.py": ["http://127.0.0.1:9", "tax", "KEY", "tax_arrears", "FILE"],
    "bank_client.py": ["http://127.0.0.1:9", "bank-1", "KEY", uscc(1)],
    "request_consent.py": ["http://127.0.0.1:9", "bank-1", "KEY", uscc(1)],
    "enterprise_client.py": ["http://127.0.0.1:9", "s-1", "KEY"],
    "verify_chain.py": ["FILE"],
    "verify_evidence.py": ["FILE", "--keys", "FILE"],
    "score_provider.py": ["--port", "99999999"],
}


def said(done):
    """Return the one line that an example ended with."""
    (line,) = done.stderr.strip().splitlines()
    assert (done.returncode, done.stdout, "Traceback" in line) == (1, "", False)
    return line


@pytest.mark.parametrize("program", [name for name in ARGUMENTS if name != "score_provider.py"])
def test_an_example_without_its_packages_or_arguments_says_how_it_is_run(program):
    bare = subprocess.run(
        [sys.executable, "-S", str(EXAMPLES / program)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert "缺少" in said(bare)
    assert f"run it so: .venv/bin/python examples/{program} " in said(bare)
    for done in (run(program), run(program, *["x"] * 9)):
        assert f"usage: .venv/bin/python examples/{program} " in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("program", ARGUMENTS)
def test_an_example_that_fails_ends_with_one_line(program, tmp_path):
    key, file = tmp_path / "key.json", tmp_path / "file"
    create_key(key)
    file.write_text("[]")
    words = {"KEY": str(key), "FILE": str(file)}
    nowhere = [words.get(word, word) for word in ARGUMENTS[program]]  # no service is there
    told = [said(run(program, *nowhere))]
    if nowhere[0].startswith("http"):
        told += [said(run(program, address, *nowhere[1:])) for address in ("http://[", "nowhere")]
    file.unlink()
    told.append(said(run(program, *nowhere)))
    assert ("cannot be read" in told[-1]) == ("FILE" in ARGUMENTS[program])
    if "KEY" in ARGUMENTS[program]:
        key.write_text("{")
        told.append(said(run(program, *nowhere)))
    key.unlink()
    told.append(said(run(program, *nowhere)))
    assert all(line.startswith(("失败 failed: ", "✗ ")) and "Errno" not in line for line in told)
    if program == "verify_evidence.py":  # auditors are told in words
        assert not [line for line in told if "Error" in line]


def test_every_example_is_among_them():
    nothing_to_fail_at = {"sign_requests.py"}  # it takes nothing and asks nobody: tests/overview/test_reader.py
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(ARGUMENTS) | nothing_to_fail_at


def test_what_a_service_refuses_ends_an_example_with_one_line(town, tmp_path):  # noqa: F811
    gateway = town["gateway"]
    other, file = tmp_path / "other.json", tmp_path / "file.csv"
    create_key(other)
    file.write_text("a,b\n1,2\n")
    sent = (gateway.issuer, "market_regulation")
    said(run("agency_client.py", *sent, str(other), "ent_registration", str(file)))  # another key
    said(run("bank_client.py", gateway.issuer, "bank-1", str(other), uscc(1)))
    own = key_file(gateway, "market_regulation", tmp_path)
    assert "malformed-delivery" in said(run("agency_client.py", *sent, own, "ent_registration", str(file)))


@pytest.fixture(scope="module")
def chain(town):  # noqa: F811
    """One true chain, from the interface alone."""
    gateway = town["gateway"]
    gateway.add("auditor", "auditor")
    answer = ask(town)
    told = gateway.post("bank-1", "/v1/usage-results", {**REPORT, "inquiry": answer["inquiry"]}).json()
    wait_until(lambda: confirmed(town, told["result"]), "both receipts")
    record = str(gateway.rows("SELECT record_id FROM record WHERE dataset = 'ent_registration' ORDER BY 1")[0][0])
    proof = f"/v1/audit/entries/{answer['entry']}/proof"

    def proved():
        return gateway.client("auditor").get(proof).status_code == 200

    wait_until(proved, "the entry under a checkpoint")
    keys = {n: httpx.get(f"{i.issuer}/.well-known/xinqiao-keys").json() for n, i in town.items()}
    (delivery,) = deliveries(town, told["result"])
    return {
        "keys": keys,
        "record": gateway.get("auditor", f"/v1/records/{record}/proof"),
        "answer": answer,
        "consent": gateway.get("s-1", f"/v1/consents/{answer['consent']['id']}/evidence"),
        "entry": gateway.get("auditor", proof),
        "delivery": delivery,
    }


def judged(chain, tmp_path):
    path = tmp_path / "chain.json"
    path.write_text(json.dumps(chain))
    return run("verify_chain.py", str(path))


def test_a_true_chain_verifies_and_the_verifier_knows_nothing_of_the_project(chain, tmp_path):
    done = judged(chain, tmp_path)
    assert (done.returncode, done.stdout.count("✓")) == (0, 13), done.stderr
    program = (EXAMPLES / "verify_chain.py").read_text()
    assert len(program.splitlines()) <= 150
    for name in ("signing", "gateway", "audit", "consent", "connectors", "scoring_adapter"):
        assert f"import {name}" not in program
        assert f"from {name}" not in program


PLACES = [
    ("record", "canonical"),
    ("record", "statement"),
    ("answer", "answer"),
    ("answer", "score"),
    ("consent", "terms"),
    ("consent", "versions", -1, "receipt"),
    ("entry", "leaf"),
    ("entry", "checkpoint"),
    ("entry", "opened", "payload"),
    ("delivery", "message"),
    ("delivery", "receipt", "statement"),
    ("delivery", "onward_receipt", "statement"),
]


@pytest.mark.parametrize("path", PLACES, ids=lambda path: "-".join(map(str, path)))
def test_one_byte_changed_anywhere_breaks_the_chain(chain, tmp_path, path):
    forged = copy.deepcopy(chain)
    holder = forged
    for step in path[:-1]:
        holder = holder[step]
    value = holder[path[-1]]
    middle = len(value) // 2 if isinstance(value, str) else 0
    holder[path[-1]] = (
        value[:middle] + ("A" if value[middle] != "A" else "B") + value[middle + 1 :]
        if middle
        else (value or 0) + 1  # where there was not enough evidence, a score made up
    )
    done = judged(forged, tmp_path)
    assert (done.returncode, "✗" in done.stderr) == (1, True), done.stdout
