"""What a call of the client package can end with: each kind from a real service, and what it says of itself."""

import subprocess
import sys
from datetime import UTC, datetime, time, timedelta

import httpx
import pytest

from connectors.model.calendar import day_of
from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws
from signing.keys import private_bytes
from tests import http_server
from tests.enterprises import uscc
from tests.stories import registration
from tests.town import instance
from xinqiao_client import (
    BadRequestError,
    ConflictError,
    DeniedError,
    LoginError,
    NotFoundError,
    ProblemError,
    QuotaUsedUpError,
    RateLimitedError,
    StoppedError,
    UnavailableError,
    UnreachableError,
    Xinqiao,
    XinqiaoAuth,
    XinqiaoError,
    create_key,
    load_key,
)

QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
SECRET = "张三 110101199003078888"


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    """A gateway with a bank that may ask nothing, accounts to stop, and an agency."""
    folder = tmp_path_factory.mktemp("errors")
    with instance(socket_folder, folder, "gateway") as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        for name in ("bank-1", "bank-2", "bank-3"):
            create_key(folder / f"{name}.json")
            key = str(folder / f"{name}.json.pub")
            gateway.cli("account", "add", name, "--institution", "bank", "--key", key)
        gateway.cli("quota", "set", "bank-1", "--scope", "account", "--day", "0", "--month", "0")
        gateway.cli("quota", "set", "bank", "--scope", "institution", "--day", "9", "--month", "9")
        gateway.add("signatory", "boss", "--subject", uscc(1))
        gateway.add("agency", "market_regulation")
        (folder / "boss.json").write_bytes(private_bytes(gateway.keys["boss"]))
        (folder / "agency.json").write_bytes(private_bytes(gateway.keys["market_regulation"]))
        (folder / "rows.csv").write_text(registration(1))
        with Xinqiao(gateway.issuer, "market_regulation", load_key(folder / "agency.json")) as agency:
            agency.push("ent_registration", folder / "rows.csv")
        yield gateway, folder


@pytest.fixture
def opened(served):
    gateway, folder = served

    def client(name="bank-1"):
        return Xinqiao(gateway.issuer, name, load_key(folder / f"{name}.json"), attempts=1)

    return client


def raised(kind, call):
    """Return what a call raises: exactly this kind, told in both languages, with what to do."""
    with pytest.raises(XinqiaoError) as told:
        call()
    assert type(told.value) is kind, told.value
    text = str(told.value)
    assert (text.isascii(), "\n" in text, "What to do:" in text, "Traceback" in text) == (False, False, True, False)
    return told.value


def test_a_wrong_field_is_named_with_its_reason_and_its_value_is_not_repeated(served, opened):
    with opened() as bank:
        told = raised(BadRequestError, lambda: bank.ask(uscc(1), product=[SECRET], purpose="pre_loan"))
    assert (told.status, told.reason) == (400, "invalid-request")
    assert told.type == f"{served[0].issuer}/problems/invalid-request"
    (field,) = told.invalid_params
    assert (field.name, field.name in str(told), field.reason in str(told)) == ("body.product", True, True)
    assert (SECRET in str(told), told.request_id in str(told), len(told.request_id)) == (False, True, 36)


def test_a_refusal_says_what_to_do(opened):
    with opened("bank-2") as bank:
        told = raised(DeniedError, lambda: bank.get("/v1/audit/entries"))
    assert (told.status, told.reason, told.remedy in str(told)) == (403, "insufficient-scope", True)


def test_a_quota_that_is_used_up_says_which_and_until_when(served, opened):
    gateway, _ = served
    with opened() as bank, opened("boss") as boss:
        asked = bank.request_consent(uscc(1), purpose="pre_loan", products=["score"])

        def decide(decision):
            claims = approval_claims(asked["consent"], asked["terms_sha256"], decision)
            approval = {"approval": sign_jws(claims, gateway.keys["boss"], APPROVAL_TYPE)}
            return boss._call("POST", f"/v1/consents/{asked['consent']}/{decision}", json=approval)

        decide("approve")
        twice = raised(ConflictError, lambda: decide("reject"))
        assert (twice.status, twice.reason) == (409, "consent-active")
        told = raised(QuotaUsedUpError, lambda: bank.ask(uscc(1), purpose="pre_loan"))
    assert (told.reason, told.policies) == ("quota-exceeded", ("acct-day", "acct-month"))
    midnight = told.reset_at.astimezone(UTC) + timedelta(hours=8)
    assert (midnight.day, midnight.time()) == (1, time())  # the later of both: the month's, to the second
    assert day_of(told.reset_at - timedelta(seconds=60)).month == day_of(datetime.now(UTC)).month
    assert ("acct-day, acct-month" in str(told), told.reset_at.isoformat() in str(told)) == (True, True)


def test_what_is_not_there_is_told_apart(opened):
    with opened("bank-2") as bank:
        told = raised(NotFoundError, lambda: bank.get("/v1/inquiries/01983a2b-7c1d-7e00-8000-000000000001"))
    assert told.reason == "inquiry-not-found"


def test_a_stopped_client_is_told_so_at_log_in_and_with_the_token_it_holds(served, opened):
    gateway, _ = served
    with opened("bank-3") as bank:
        bank.get("/v1/consents")
        gateway.cli("account", "suspend", "bank-3", "--reason", "查核")
        with opened("bank-3") as again:
            login = raised(StoppedError, again.quota)
        assert (login.reason, login.status) == ("account-suspended", 400)
        assert login.type == f"{gateway.issuer}/problems/account-suspended"
        gateway.cli("account", "close", "bank-3", "--reason", "查核", "--yes")
        with opened("bank-3") as again:
            assert raised(StoppedError, again.quota).reason == "account-closed"


def test_a_key_that_is_not_registered_is_told_what_to_check(served, tmp_path):
    create_key(tmp_path / "x.json")
    with Xinqiao(served[0].issuer, "bank-1", load_key(tmp_path / "x.json")) as stranger:
        told = raised(LoginError, stranger.quota)
    assert (told.status, told.reason) == (401, "invalid_client")


def test_a_gateway_that_is_not_there_is_told_by_its_address(tmp_path):
    create_key(tmp_path / "x.json")
    for address, why in (("http://127.0.0.1:9", "cannot connect"), ("credit.example", "must begin with https")):
        with Xinqiao(address, "bank-1", load_key(tmp_path / "x.json"), attempts=1) as bank:
            told = raised(UnreachableError, bank.quota)
        assert (address in str(told), why in str(told)) == (True, True)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            503,
            {
                "type": "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity",
                "remedy": "少发 fewer",
            },
            RateLimitedError,
        ),
        (503, {"type": "https://g/problems/storage-unavailable", "remedy": "再试 again"}, UnavailableError),
        (429, {"type": "about:blank", "remedy": "再试 again"}, RateLimitedError),
        (429, {"type": QUOTA, "violated-policies": ["acct-rate"], "remedy": "放慢 slower"}, RateLimitedError),
        (429, {"type": QUOTA, "violated-policies": ["acct-day"], "remedy": "等 wait"}, QuotaUsedUpError),
        (409, {"type": "https://g/problems/batch-conflict", "remedy": "新编号 a new id"}, ConflictError),
        (502, "<html>" + SECRET, UnavailableError),
        (200, "<html>" + SECRET, UnavailableError),
        (403, "<html>" + SECRET, DeniedError),
        (403, {"type": "https://g/problems/institution-closed", "remedy": "联系 ask"}, StoppedError),
    ],
)
def test_whatever_answers_in_its_place_is_told_without_its_words(tmp_path, status, body, kind):
    class Handler(http_server.JsonHandler):
        def do_POST(self):
            self.say(200, {"access_token": "t", "token_type": "DPoP", "expires_in": 300})

        def do_GET(self):
            if isinstance(body, dict):
                return self.say(status, body)
            self.send_response(status)
            self.end_headers()
            return self.wfile.write(body.encode())

    create_key(tmp_path / "k.json")
    with (
        http_server.serving(Handler) as issuer,
        Xinqiao(issuer, "bank-1", load_key(tmp_path / "k.json"), attempts=1) as bank,
    ):
        told = raised(kind, bank.quota)
    assert (isinstance(told, ProblemError), told.status, SECRET in str(told)) == (True, status, False)


def test_a_token_endpoint_that_cannot_answer_is_no_wrong_key_and_is_tried_again(tmp_path):
    tries = []

    class Handler(http_server.JsonHandler):
        def do_POST(self):
            tries.append(self.path)
            self.say(503, {"type": "https://g/problems/audit-unavailable", "remedy": "再试 again"})

    create_key(tmp_path / "k.json")
    with (
        http_server.serving(Handler) as issuer,
        Xinqiao(issuer, "bank-1", load_key(tmp_path / "k.json"), attempts=2, pause=0.01) as bank,
    ):
        assert raised(UnavailableError, bank.quota).reason == "audit-unavailable"
    assert tries == ["/oauth/token"] * 2


def test_a_key_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"none\.json"):
        load_key(tmp_path / "none.json")


def test_a_token_is_for_one_address(tmp_path):
    create_key(tmp_path / "k.json")
    auth = XinqiaoAuth("https://g.example", "bank-1", load_key(tmp_path / "k.json"))
    with Xinqiao("http://127.0.0.1:9", "bank-1", load_key(tmp_path / "k.json"), attempts=1) as bank:
        told = raised(LoginError, lambda: bank._http.get("/v1/quota", auth=auth))
    assert "https://g.example" in str(told)


def test_by_hand_a_token_and_a_proof_are_printed_and_open_the_service(served):
    gateway, folder = served

    def by_hand(*arguments):
        command = [sys.executable, "-m", "xinqiao_client", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    key, url = str(folder / "bank-2.json"), f"{gateway.issuer}/v1/quota"
    token = by_hand("token", gateway.issuer, "bank-2", key).stdout.strip()
    proof = by_hand("proof", key, "GET", url, "--token", token).stdout.strip()
    answer = httpx.get(url, headers={"Authorization": f"DPoP {token}", "DPoP": proof})
    assert (answer.status_code, answer.json()["account"]) == (200, "bank-2")
    refused = by_hand("token", gateway.issuer, "bank-1", key)
    assert (refused.returncode, len(refused.stderr.splitlines()), "怎么办" in refused.stderr) == (1, 1, True)
