"""An enterprise's way in, over real HTTP: the client package, the commands as processes of their own, the example."""

import json
import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from tests.clients.serving import Served
from tests.enterprises import uscc
from tests.processes import PATIENCE_SECONDS, wait_until
from tests.records.penalties import penalties, penalty
from tests.stories import registration
from tests.town import instance
from xinqiao_client import BadRequestError, Enterprise, ProblemError, TermsDifferError, Xinqiao, load_key

ROOT = Path(__file__).parents[2]
HEAVY = ("fastapi", "sqlalchemy", "psycopg", "polars", "gateway.runtime.instance", "gateway.gateway")


class Owner(Served):
    """What an enterprise's owner works with."""

    def ask(self, number=1, **more):
        """Let the bank ask an enterprise for its consent, and return the request's id."""
        with Xinqiao(self.gateway.issuer, "bank-1", load_key(self.key("bank-1"))) as bank:
            return bank.request_consent(uscc(number), purpose="pre_loan", products=["score"], **more)["consent"]

    def run(self, *arguments, status=0, **more):
        """Run a command of the enterprise; return what it printed, or what it failed with."""
        done = self.done(*arguments, status=status, **more)
        return done.stdout if status == 0 else done.stderr

    def done(self, *arguments, who="boss", key=None, status=0):
        """Run it in this process, as most of what one of its own takes is to start, and look at how it ended."""
        done = CliRunner().invoke(app, self.named(*arguments, who=who, key=key))
        assert (done.exit_code, type(done.exception)) == (status, SystemExit if status else type(None)), done.output
        return done

    def named(self, *arguments, who="boss", key=None):
        """Return a command of the enterprise, with the service, the signatory and its key."""
        named = ["--service", self.gateway.issuer, "--as", who, "--key", str(key or self.key(who))]
        return ["enterprise", *map(str, arguments), *named]

    def listed(self, verb, *arguments, **more):
        """Return what a command lists: the one member of its JSON."""
        (rows,) = self.told(verb, *arguments, **more).values()
        return rows

    def told(self, *arguments, **more):
        return json.loads(self.run(*arguments, "--json", **more))


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("enterprise")
    with instance(socket_folder, folder, "gateway") as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        gateway.add("account", "bank-1", "--institution", "bank")
        for name in ("market_regulation", "drc"):
            gateway.add("agency", name)
        for name, number in (("boss", 1), ("stranger", 2), ("leaving", 3)):
            gateway.add("signatory", name, "--subject", uscc(number))
        gateway.push("market_regulation", "ent_registration", registration(1))
        gateway.push("drc", "penalty_general", penalties(*(penalty(1, f"C{n}") for n in range(3))))
        yield Owner(gateway, folder)


@pytest.fixture
def boss(served):
    with Enterprise(served.gateway.issuer, "boss", load_key(served.key("boss"))) as opened:
        yield opened


def test_the_client_sees_permits_pauses_and_revokes_with_a_reason(served, boss):
    asked = served.ask()
    assert asked in [one["consent"] for one in boss.consents(status="requested")]
    shown = boss.consent(asked)
    assert boss.approve(shown)["status"] == "active"
    assert boss.pause(asked)["status"] == "paused"
    assert boss.resume(asked)["status"] == "active"
    assert boss.revoke(asked, reason="贷款已还清")["reason"] == "贷款已还清"
    refused = served.ask()
    assert boss.reject(refused, reason="未申请过贷款")["status"] == "rejected"
    assert [one["status"] for one in boss.consents() if one["consent"] in {asked, refused}] == ["revoked", "rejected"]


@pytest.mark.parametrize(
    "change",
    [
        {"products": ["score", "health_check"]}, {"purpose": "subsidy"}, {"institution": "other"}, {"max_uses": 5},
        {"subject": uscc(2)}, {"accounts": ["bank-2"]}, {"valid_until": "2099-01-01T00:00:00+00:00"},
        {"consent": str(uuid4())}, {"terms_sha256": "0" * 64},
    ],
)  # fmt: skip
def test_the_client_signs_nothing_else_than_what_is_shown(served, boss, change):
    shown = boss.consent(served.ask())
    with pytest.raises(TermsDifferError):
        boss.approve({**shown, **change})
    assert boss.consent(shown["consent"])["status"] == "requested"


def test_the_client_pages_through_records_objects_and_follows_objections(served, boss):
    found = list(boss._pages("/v1/records", "records", limit="1"))
    assert len({one["record"] for one in found}) == 4
    assert [one["record"] for one in boss.records()] == [one["record"] for one in found]
    noted = boss.object_to(found[-1]["record"], reason="金额有误", document="缴款凭证")
    (objection,) = boss.objections(state="open")
    assert (objection["objection"], objection["document"]) == (noted["act"], "缴款凭证")
    with pytest.raises(ProblemError, match="act-not-possible"):
        boss.object_to(found[-1]["record"], reason="金额有误")


def test_the_commands_show_in_words_and_do_what_they_say(served):
    asked = served.ask(max_uses=7)
    (listed,) = [line for line in served.run("requests").splitlines() if asked in line]
    assert "待答复 requested" in listed
    assert "信用评分 score" in listed
    assert "pre_loan" in listed
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00", listed)
    shown = served.run("show", asked)
    assert "某银行（bank），全部账户" in shown
    assert "最多 7 次 at most 7 times" in shown
    refused = served.run("approve", asked, status=1)  # nobody there to ask
    assert "信用评分 credit score" in refused
    assert "脚本请加 --yes" in refused.splitlines()[-1]
    assert served.told("show", asked)["status"] == "requested"
    assert "the institution may ask on these terms" in served.run("approve", asked, "--yes")
    assert served.told("pause", asked, "--reason", "核对中")["reason"] == "核对中"
    assert served.told("resume", asked)["status"] == "active"
    assert "不可恢复" in served.run("revoke", asked, "--reason", "不再需要", status=1)  # nobody there to ask
    assert "nobody can ask on it any more" in served.run("revoke", asked, "--reason", "不再需要", "--yes")
    other = served.ask()
    assert served.told("reject", other, "--reason", "未申请过贷款", "--yes")["status"] == "rejected"
    assert {one["consent"]: one["status"] for one in served.listed("consents", "--institution", "bank")}[
        asked
    ] == "revoked"
    assert [one["consent"] for one in served.listed("consents", "--status", "rejected")][-1] == other


def test_the_commands_tell_who_asked_what_is_held_and_what_was_objected_to(served):
    question = {"subject": uscc(1), "product": "score", "purpose": "post_loan"}
    headers = {"Idempotency-Key": str(uuid4())}
    assert served.gateway.post("bank-1", "/v1/inquiries", question, headers).status_code == 403
    told = served.listed("questions", "--outcome", "denied")[-1]
    assert (told["institution_name"], told["purpose"], told["outcome"]) == ("某银行", "post_loan", "denied")
    asked = served.run("questions")
    assert "未准 denied" in asked
    assert "企业尚未授权 consent-required" in asked
    held = served.listed("records", "--dataset", "penalty_general")
    assert [one["dataset"] for one in held] == ["penalty_general"] * 3
    assert "行政处罚" in served.run("records", "--limit", "2", "--hidden")
    noted = served.run("object", held[0]["record"], "--reason", "金额有误", "--yes")
    assert "it stays visible, marked, until the agency decides" in noted
    assert served.listed("objections", "--state", "open")[-1]["reason"] == "金额有误"
    told = served.run("objections")
    assert "金额有误" in told
    assert re.search(r"待办 open .*\+08:00", told)
    assert "异议中 objected" in noted
    assert "现行 current" in served.run("records")
    again = served.run("object", held[0]["record"], "--reason", "金额有误", "--yes", status=1)
    assert "企业用 xinqiao enterprise objections" in again


def test_what_goes_wrong_is_told_in_one_line(served):
    asked = served.ask()
    for arguments, more, said in (
        (["show", asked], {"who": "stranger"}, "consent-not-found"),
        (["approve", asked, "--yes"], {"who": "stranger"}, "consent-not-found"),
        (["revoke", asked, "--reason", "xx", "--yes"], {"who": "stranger"}, "consent-not-found"),
        (["show", str(uuid4())], {}, "consent-not-found"),
        (["resume", asked], {}, "consent-requested"),
        (["object", str(uuid4()), "--reason", "xx", "--yes"], {}, "record-not-found"),
        (["requests"], {"key": served.key("stranger")}, "invalid_client: 断言不是用此客户端登记的密钥签名的"),
        (["requests"], {"who": "bank-1"}, "bank-1 不是企业签署人 is not an enterprise's signatory"),
        (["records"], {"who": "bank-1"}, "bank-1 不是企业签署人 is not an enterprise's signatory"),
        (["requests"], {"key": Path("/no/such/key.json")}, "/no/such/key.json"),
    ):
        line = served.run(*arguments, **more, status=1).strip().splitlines()[-1]
        assert said in line
    assert json.loads(served.done("show", str(uuid4()), "--json", status=1).stdout)["status"] == 404


@pytest.mark.parametrize("reason", ["", "x", "  ", "字" * 501])
def test_what_is_no_reason_is_refused_by_commands_and_client_with_the_limit(served, boss, reason):
    asked = served.ask()
    (held, *_) = boss.records(dataset="penalty_general")
    commands = (
        ("reject", asked, "--yes"),
        ("revoke", asked, "--yes"),
        ("pause", asked),
        ("object", held["record"], "--yes"),
    )
    for command in commands:
        (line,) = served.run(*command, "--reason", reason, status=2).splitlines()
        assert "2 至 500 个字符 A reason has 2 to 500 characters" in line
    for change in (boss.reject, boss.pause, boss.revoke, boss.object_to):
        with pytest.raises(BadRequestError):
            change(held["record"] if change == boss.object_to else asked, reason=reason)
    assert boss.consent(asked)["status"] == "requested"


def test_a_record_of_another_enterprise_cannot_be_objected_to(served):
    own = served.listed("records", "--dataset", "penalty_general")[1]["record"]
    told = served.run("object", own, "--reason", "xx", "--yes", who="stranger", status=1)
    assert "record-not-found" in told
    assert served.listed("records", who="stranger") == []
    assert served.listed("questions", who="stranger") == []
    assert served.listed("objections", who="stranger") == []


def test_a_signatory_that_was_suspended_closed_or_whose_key_has_ended_does_nothing_any_more(served):
    asked = served.ask(3)
    assert served.told("show", asked, who="leaving")["status"] == "requested"
    gateway = served.gateway
    gateway.cli("signatory", "suspend", "leaving", "--reason", "离职")
    assert "failed" in served.run("approve", asked, "--yes", who="leaving", status=1)
    gateway.cli("signatory", "resume", "leaving", "--reason", "误报")
    again = lambda: CliRunner().invoke(app, served.named("show", asked, who="leaving")).exit_code == 0  # noqa: E731
    wait_until(again, "the word to every process that it is resumed")
    kid = gateway.keys["leaving"].kid
    gateway.cli("signatory", "key-retire", "--yes", "--", "leaving", kid)  # a key's id may begin with "-"
    assert "failed" in served.run("approve", asked, "--yes", who="leaving", status=1)
    gateway.cli("signatory", "close", "leaving", "--reason", "离职", "--yes")
    assert "failed" in served.run("requests", who="leaving", status=1)
    shown = gateway.get("bank-1", f"/v1/consents/{asked}")
    assert shown["status"] == "requested"


def test_a_command_is_a_process_that_makes_no_instance_and_loads_no_service(served, tmp_path):
    asked = served.ask()
    program = (
        "import json, sys\n"
        "from gateway.__main__ import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "finally:\n    print(json.dumps(list(sys.modules)), file=sys.stderr)\n"
    )
    env = {"PATH": "", "HOME": str(tmp_path), "XINQIAO_HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    for verb in (["approve", asked, "--yes"], ["records"]):
        command = [sys.executable, "-W", "ignore", "-c", program, *served.named(*verb)]
        done = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
        )
        assert set(HEAVY) & set(json.loads(done.stderr.splitlines()[-1])) == set()
    assert list(tmp_path.iterdir()) == []
    assert served.told("show", asked)["status"] == "active"


def run_example(*arguments):
    command = [sys.executable, str(ROOT / "examples/enterprise_client.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def test_the_example_shows_what_waits_approves_what_is_named_and_tells_who_asked(served):
    waiting, asked = served.ask(), served.ask()
    done = run_example(served.gateway.issuer, "boss", served.key("boss"), asked)
    assert done.returncode == 0, done.stderr
    assert f"已同意 approved: {asked}" in done.stdout
    assert f"待答复 waiting: {waiting}\n  谁来查询：某银行（bank），全部账户" in done.stdout
    assert "某银行 pre_loan active" in done.stdout
    assert served.told("show", waiting)["status"] == "requested"


@pytest.mark.parametrize(
    "arguments", [["ISSUER", "nobody", "KEY"], ["ftp://127.0.0.1", "boss", "KEY"], ["ISSUER", "boss", "/no/file"]]
)
def test_the_example_fails_in_one_line(served, arguments):
    values = {"ISSUER": served.gateway.issuer, "KEY": served.key("boss")}
    done = run_example(*(values.get(one, one) for one in arguments))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
