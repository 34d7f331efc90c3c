"""Registering institutions and clients from the command line, and what is refused with its reason."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests import database_server
from tests.enterprises import uscc
from tests.processes import environment, xinqiao


@pytest.fixture(scope="module")
def env(socket_folder, tmp_path_factory):
    with database_server.fresh_database(socket_folder) as urls:
        made = environment(tmp_path_factory.mktemp("home"), urls, "http://127.0.0.1:8000")
        xinqiao(["init"], made)
        yield made


@pytest.fixture(scope="module")
def public(env, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    xinqiao(["keys", "new", str(folder / "bank.json")], env)
    assert "d" not in json.loads((folder / "bank.json.pub").read_text())
    return folder / "bank.json.pub"


def test_an_institution_its_account_and_each_other_kind_can_be_added_once(env, public, tmp_path):
    xinqiao(["institution", "add", "bank", "--name", "测试银行"], env)
    xinqiao(["account", "add", "bank-1", "--key", str(public), "--institution", "bank"], env)
    for kind in ("agency", "signatory", "platform", "auditor", "operator", "system"):
        client = "tax" if kind == "agency" else f"{kind}-1"
        xinqiao(["keys", "new", str(tmp_path / kind)], env)
        subject = ["--subject", uscc(1)] if kind == "signatory" else []
        if kind in {"operator", "system"}:
            xinqiao(["person", "invite", f"{kind}-1", "--name", kind, "--role", kind], env)
        arguments = [kind, "add", client, "--key", str(tmp_path / f"{kind}.pub"), *subject, "--json"]
        assert json.loads(xinqiao(arguments, env).stdout) == {"kind": kind, "client_id": client}
        again = xinqiao(arguments, env, check=False)
        assert (again.returncode, "exists already" in again.stderr) == (1, True)


def _modulus(bits):
    number = rsa.generate_private_key(65537, bits).public_key().public_numbers().n
    return base64.urlsafe_b64encode(number.to_bytes(bits // 8, "big")).decode().rstrip("=")


def test_what_cannot_be_registered_is_refused_with_its_reason(env, public, tmp_path):
    private = public.with_suffix("")
    weak = tmp_path / "weak.json"
    weak.write_text(json.dumps({"kty": "RSA", "n": _modulus(1024), "e": "AQAB"}))
    broken, scalar, other = tmp_path / "broken", tmp_path / "scalar", tmp_path / "other"
    broken.write_text("{")
    scalar.write_text("7")
    other.write_text('{"kty": "oct", "k": "AAAA"}')
    for arguments, reason in (
        (["auditor", "add", "a-1", "--key", str(private)], "private key"),
        (["auditor", "add", "a-1", "--key", str(weak)], "2048 bits"),
        (["auditor", "add", "a-1", "--key", str(broken)], "is not JSON"),
        (["auditor", "add", "a-1", "--key", str(scalar)], "is not a JWK"),
        (["auditor", "add", "a-1", "--key", str(other)], "no public JWK"),
        (["auditor", "add", "审计", "--key", str(public)], "is no id"),
        (["account", "add", "x-1", "--key", str(public), "--institution", "nobody"], "xinqiao institution list"),
        (["account", "suspend", "bank", "--reason", "到期"], "用 xinqiao account list"),
        (["source", "show", "x"], "用 xinqiao source list"),
        (["person", "show", "operater"], "相近的有 operator"),
        (["quota", "set", "bank", "--day", "1", "--month", "1"], "xinqiao account list lists all"),
        (["signatory", "add", "s-1", "--key", str(public), "--subject", "9133"], "unified social credit code"),
        (
            ["institution", "add", "shop", "--name", "x", "--class", "shop"],
            "class: 须为其中之一 must be one of: bank, guarantee",
        ),
        (["platform", "add", "p-9", "--key", str(public)], "registered before, for bank-1"),
        (["agency", "add", "taxx", "--key", str(public)], "the nearest are tax"),
        (["keys", "new", str(public)], "never overwritten"),
        (["openapi", "/proc/openapi.json"], "/proc/openapi.json 不能读写 cannot be read or written (ENOENT)"),
        (["keys", "new", str(tmp_path / "k"), "--alg", "RS256"], "unknown suite"),
    ):
        refused = xinqiao(arguments, env, check=False)
        assert (refused.returncode, reason in refused.stderr) == (1, True), (arguments, refused.stderr)
        assert "Traceback" not in refused.stderr


def test_an_account_is_limited_rekeyed_suspended_listed_and_closed_on_the_command_line(env, public, tmp_path):
    xinqiao(
        ["institution", "add", "lender", "--name", "某贷款公司", "--class", "micro_loan", "--until", "2099-12-31"], env
    )
    for name in ("first.json", "next.json"):
        xinqiao(["keys", "new", str(tmp_path / name)], env)
    first = str(tmp_path / "first.json.pub")
    xinqiao(["account", "add", "lender-1", "--key", first, "--institution", "lender"], env)
    for kind, mistyped, meant in (("account", "lender1", "lender-1"), ("institution", "lendor", "lender")):
        refused = xinqiao([kind, "show", mistyped], env, check=False)
        assert f"相近的有 {meant}" in refused.stderr
        assert f"用 xinqiao {kind} list 查看全部" in refused.stderr

    def listed():
        rows = json.loads(xinqiao(["account", "list", "--unused-days", "0", "--json"], env).stdout)["clients"]
        return next(row for row in rows if row["client_id"] == "lender-1")

    assert (listed()["stopped"], listed()["last_used_at"]) == (None, None)
    for arguments in (
        ["account", "limit", "lender-1", "--product", "score", "--network", "10.1.0.0/16"],
        ["account", "key", "lender-1", "--key", str(tmp_path / "next.json.pub"), "--overlap-hours", "1"],
        ["institution", "agreement", "lender", "--since", "2026-01-01"],
        ["institution", "suspend", "lender", "--reason", "投诉"],
    ):
        xinqiao(arguments, env)
    assert listed()["stopped"] == "institution-suspended"
    xinqiao(["institution", "resume", "lender", "--reason", "查明"], env)
    assert listed()["stopped"] is None
    asked = xinqiao(["account", "close", "lender-1", "--reason", "注销"], env, check=False)
    assert (asked.returncode, "不可恢复" in asked.stderr, "--yes" in asked.stderr) == (1, True, True)
    closed = xinqiao(["account", "close", "lender-1", "--reason", "注销", "--yes"], env)
    assert ("无须第二人批准" in closed.stderr, "operator-cli:" in closed.stderr) == (True, True)
    again = xinqiao(["account", "resume", "lender-1", "--reason", "反悔"], env, check=False)
    assert (again.returncode, "for good" in again.stderr) == (1, True)


def test_a_link_is_printed_alone_and_whole(env):
    told = xinqiao(["person", "invite", "li", "--name", "李四", "--role", "auditor"], env).stdout
    assert told.startswith("http://127.0.0.1:8000/console/enrol?token=")
    assert len(told.splitlines()) == 1
