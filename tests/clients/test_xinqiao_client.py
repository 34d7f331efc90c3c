"""The client package: a bank asks in ten lines, an agency pushes a file; what breaks on the way is tried again once."""

import json
import stat
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import RSAKey

from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws
from signing.keys import private_bytes
from tests import http_server
from tests.enterprises import uscc
from tests.stories import registration, today
from tests.town import instance
from xinqiao_client import LoginError, ProblemError, Xinqiao, XinqiaoAuth, create_key, load_key


@pytest.fixture(scope="module", params=["plain", "nonce"])
def served(request, socket_folder, tmp_path_factory):
    """A gateway with an enterprise on record, whose signatory approves, a bank and an agency."""
    folder = tmp_path_factory.mktemp("client")
    more = {"XINQIAO_DPOP_NONCE": "true"} if request.param == "nonce" else {}
    with instance(socket_folder, folder, "gateway", **more) as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        create_key(folder / "bank.json")
        gateway.cli("account", "add", "bank-1", "--institution", "bank", "--key", str(folder / "bank.json.pub"))
        for scope, holder in (("account", "bank-1"), ("institution", "bank")):
            gateway.cli("quota", "set", holder, "--scope", scope, "--day", "50", "--month", "100")
        gateway.add("agency", "market_regulation")
        gateway.add("signatory", "boss", "--subject", uscc(1))
        yield gateway, folder


@pytest.fixture
def bank(served):
    gateway, folder = served
    with Xinqiao(gateway.issuer, "bank-1", load_key(folder / "bank.json")) as opened:
        yield opened


def test_a_bank_asks_its_first_question_and_an_agency_pushes_a_file(served, bank, tmp_path):
    gateway, _ = served
    file, key = tmp_path / "rows.csv", tmp_path / "agency.json"
    file.write_text(registration(1))
    key.write_bytes(private_bytes(gateway.keys["market_regulation"]))
    with Xinqiao(gateway.issuer, "market_regulation", load_key(key)) as agency:
        first = agency.push("ent_registration", file)
        assert first["accepted"] == 1
        assert agency.push("ent_registration", file)["batch"] == first["batch"]
    with pytest.raises(ProblemError) as refused:
        bank.ask(uscc(1), purpose="pre_loan")
    assert (refused.value.status, refused.value.reason) == (403, "consent-required")
    asked = bank.request_consent(uscc(1), purpose="pre_loan", products=["score"])
    claims = approval_claims(asked["consent"], asked["terms_sha256"], "approve")
    approval = {"approval": sign_jws(claims, gateway.keys["boss"], APPROVAL_TYPE)}
    assert gateway.post("boss", f"/v1/consents/{asked['consent']}/approve", approval).status_code == 200
    answer = bank.ask(uscc(1), purpose="pre_loan", key="question-1")
    again = bank.ask(uscc(1), purpose="pre_loan", key="question-1")
    assert (answer["subject"], answer["inquiry"]) == (uscc(1), again["inquiry"])
    assert bank.quota()["day"]["used"] == 1
    told = bank.report(answer["inquiry"], outcome="granted", decided_on=today(), amount="500000.00")
    assert bank.get(f"/v1/usage-results/{told['result']}")["result"] == told["result"]


def test_a_client_that_is_not_registered_is_told_by_the_login(served, tmp_path):
    create_key(tmp_path / "x.json")
    with (
        Xinqiao(served[0].issuer, "bank-1", load_key(tmp_path / "x.json")) as stranger,
        pytest.raises(LoginError) as told,
    ):
        stranger.quota()
    assert (told.value.status, told.value.reason) == (401, "invalid_client")


def test_a_token_that_was_taken_back_is_replaced_unseen(served, bank):
    gateway, folder = served
    auth = XinqiaoAuth(gateway.issuer, "bank-1", load_key(folder / "bank.json"))
    with httpx.Client(auth=auth) as client:
        assert client.get(f"{gateway.issuer}/v1/quota").status_code == 200
        gateway.cli("keys", "rotate", "token", "--now", "--yes")
        for _ in range(20):
            assert client.get(f"{gateway.issuer}/v1/quota").status_code == 200


async def test_it_works_for_async_clients_too(served):
    gateway, folder = served
    auth = XinqiaoAuth(gateway.issuer, "bank-1", load_key(folder / "bank.json"))
    async with httpx.AsyncClient(auth=auth) as client:
        assert (await client.get(f"{gateway.issuer}/v1/quota")).status_code == 200


def test_a_token_is_sent_to_its_issuer_alone(served):
    gateway, folder = served
    auth = XinqiaoAuth(gateway.issuer, "bank-1", load_key(folder / "bank.json"))
    for elsewhere in ("http://127.0.0.1:9/v1/quota", gateway.issuer.replace("127.0.0.1", "localhost") + "/v1/quota"):
        with pytest.raises(LoginError, match="sent nowhere else"):
            httpx.get(elsewhere, auth=auth)


@contextmanager
def unsteady(faults):
    """Serve a gateway that answers with these statuses first, None for a broken connection; keeps what it was asked."""
    seen = []

    class Handler(http_server.JsonHandler):
        def do_POST(self):
            body = self.read_body()
            if self.path == "/oauth/token":
                return self.say(200, {"access_token": "t", "token_type": "DPoP", "expires_in": 300})
            seen.append((self.headers["Idempotency-Key"], self.headers["DPoP"], body))
            fault = faults.pop(0) if faults else 200
            return self.connection.close() if fault is None else self.say(fault, {"inquiry": "1", "type": "x/busy"})

    with http_server.serving(Handler) as issuer:
        yield issuer, seen


@pytest.mark.parametrize("fault", [None, 503, 429, 502])
def test_what_may_pass_is_tried_again_under_the_same_key_with_a_new_proof(tmp_path, fault):
    create_key(tmp_path / "k.json")
    key = load_key(tmp_path / "k.json")
    with unsteady([fault, fault]) as (issuer, seen), Xinqiao(issuer, "bank-1", key, pause=0.01) as bank:
        assert bank.ask("x", purpose="pre_loan") == {"inquiry": "1", "type": "x/busy"}
    assert len({key for key, _, _ in seen}) == 1
    assert len({proof for _, proof, _ in seen}) == len(seen) == 3


@pytest.mark.parametrize(("status", "tries"), [(503, 4), (403, 1), (422, 1)])
def test_what_stays_refused_is_told(tmp_path, status, tries):
    create_key(tmp_path / "k.json")
    key = load_key(tmp_path / "k.json")
    with (
        unsteady([status] * 9) as (issuer, seen),
        Xinqiao(issuer, "bank-1", key, pause=0.01) as bank,
        pytest.raises(ProblemError) as told,
    ):
        bank.ask("x", purpose="pre_loan")
    assert (told.value.status, told.value.reason, len(seen)) == (status, "busy", tries)


def test_a_file_is_sent_whole_each_time(tmp_path):
    create_key(tmp_path / "k.json")
    (tmp_path / "rows.csv").write_bytes(b"row\n" * 100_000)
    key = load_key(tmp_path / "k.json")
    with unsteady([503]) as (issuer, seen), Xinqiao(issuer, "agency", key, pause=0.01) as agency:
        agency.push("d", tmp_path / "rows.csv")
    assert [len(body) for _, _, body in seen] == [400_000, 400_000]


def test_a_private_key_is_the_owners_alone_and_never_overwritten(tmp_path):
    public = create_key(tmp_path / "k.json")
    assert stat.S_IMODE((tmp_path / "k.json").stat().st_mode) == 0o600
    assert "d" not in json.loads(public.read_text())
    with pytest.raises(FileExistsError):
        create_key(tmp_path / "k.json")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kty": "oct", "k": "AAAA"}', "public"])
def test_what_is_no_private_key_is_named_by_its_file(tmp_path, content):
    file = tmp_path / "k.json"
    file.write_text(create_key(tmp_path / "own.json").read_text() if content == "public" else content)
    with pytest.raises(ValueError, match=r"k\.json"):
        load_key(file)


def test_rsa_keys_sign_in_ps256(tmp_path):
    file = tmp_path / "k.json"
    file.write_text(json.dumps(RSAKey.generate_key(2048).as_dict(private=True)))
    assert load_key(file).key_type == "RSA"


def test_the_ten_lines_of_the_readme_are_ten():
    text = (Path(__file__).parents[2] / "client" / "README.md").read_text()
    block = text.split("```python\n")[1].split("```")[0]
    lines = [line for line in block.splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len([line for line in lines if "agency" not in line]) <= 10
    compile(block, "README", "exec")


def test_by_hand_a_fault_is_one_line(tmp_path):
    (tmp_path / "no.json").write_text("{}")
    key, nowhere = str(tmp_path / "k.json"), str(tmp_path / "none" / "k.json")
    for arguments, told in (
        (["key", key], None),
        (["key", key], "never overwritten"),
        (["key", nowhere], "cannot be read or written"),
        (["proof", nowhere, "GET", "https://credit.example/v1/quota"], "cannot be read"),
        (["assertion", "https://credit.example", "bank-1", str(tmp_path / "no.json")], "no private JWK"),
    ):
        command = [sys.executable, "-m", "xinqiao_client", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == (0 if told is None else 1)
        assert len(done.stderr.splitlines()) == (0 if told is None else 1)
        assert (told or "") in done.stderr
