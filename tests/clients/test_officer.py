"""Officers, an institution and an operator at the command line, over real HTTP: paper, imports, output policies."""

import json
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from connectors.model.calendar import day_of
from gateway.__main__ import app
from tests.clients.serving import Served
from tests.enterprises import citizen, uscc
from tests.house.test_members import MEMBERS, PYTHON, members_of
from tests.stories import registration
from tests.town import instance
from xinqiao_client import Xinqiao, load_key

SCAN = b"%PDF-1.7 signed and sealed"
NUMBER = "330302197001010012"
TODAY = day_of(datetime.now(UTC))
LATER = str(TODAY + timedelta(days=60))


class Office(Served):
    """What an officer works with."""

    def request(self):
        """Let the bank ask the enterprise for its consent; return the request's id."""
        with Xinqiao(self.gateway.issuer, "bank-1", load_key(self.key("bank-1"))) as bank:
            return bank.request_consent(uscc(1), purpose="pre_loan", products=["score"])["consent"]

    def scan(self):
        path = self.folder / "scan.pdf"
        path.write_bytes(SCAN)
        return path

    def run(self, *arguments, who, status=0):
        """Run a command that speaks to the service; return what it printed, or what it failed with."""
        named = ["--service", self.gateway.issuer, "--as", who, "--key", str(self.key(who))]
        done = CliRunner().invoke(app, [*map(str, arguments), *named])
        assert (done.exit_code, type(done.exception)) == (status, SystemExit if status else type(None)), done.output
        return done.stdout if status == 0 else done.stderr

    def told(self, *arguments, who):
        return json.loads(self.run(*arguments, "--json", who=who))

    def enter(self, consent):
        return self.told(
            "paper", "enter", consent, self.scan(), "--id-number", NUMBER, "--signed-on", TODAY, who="op-1"
        )["change"]  # fmt: skip


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("officer")
    with instance(socket_folder, folder, "gateway") as gateway, gateway.run("serve"):
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        gateway.add("account", "bank-1", "--institution", "bank")
        for name in ("op-1", "op-2"):
            gateway.cli("person", "invite", name, "--name", name, "--role", "operator")
            gateway.add("operator", name)
        gateway.add("agency", "market_regulation")
        gateway.add("signatory", "boss", "--subject", uscc(1))
        gateway.push("market_regulation", "ent_registration", registration(1))
        yield Office(gateway, folder)


def test_one_officer_enters_a_paper_another_approves_it_and_both_see_it_by_its_members(served, tmp_path):
    consent, written = served.request(), json.loads(MEMBERS.read_text("utf-8"))
    change = served.enter(consent)
    other = served.request()
    served.run("paper", "enter", other, served.scan(), "--id-number", NUMBER, "--signed-on", TODAY, who="op-1")
    listed = served.told("paper", "list", "--subject", uscc(1), who="op-2")
    assert {one["consent"] for one in listed["to_check"]} == {consent, other}
    (first,) = (one for one in listed["to_check"] if one["consent"] == consent)
    assert (first["change"], first["asked_by"], first["subject"]) == (change, "op-1", uscc(1))
    assert members_of(listed)["to_check"] == written["paper list"]["to_check"]
    shown = served.told("paper", "show", consent, who="op-2")
    assert members_of(shown) == written["paper show"]
    assert (shown["status"], shown["entries"]) == ("requested", [change])
    served.run("paper", "scan", consent, shown["scans"][0], tmp_path / "scan.pdf", who="op-2")
    assert (tmp_path / "scan.pdf").read_bytes() == SCAN
    for printed in (served.run("paper", "list", who="op-2"), served.run("paper", "show", consent, who="op-2")):
        assert consent in printed
        assert PYTHON.findall(printed) == []
        assert NUMBER not in printed
    served.run("paper", "approve", change, "--yes", who="op-1", status=1)
    assert served.told("paper", "approve", change, "--yes", who="op-2")["status"] == "done"
    assert consent not in served.run("paper", "list", who="op-2")
    sent_back = served.told(
        "paper", "return", next(one["change"] for one in listed["to_check"] if one["consent"] == other),
        "--reason", "印章不清", who="op-2",
    )  # fmt: skip
    assert (sent_back["status"], sent_back["reason"]) == ("rejected", "印章不清")


def test_what_has_a_scan_waits_to_be_entered_and_is_listed_so(served):
    consent = served.request()
    with Xinqiao(served.gateway.issuer, "op-1", load_key(served.key("op-1"))) as one:
        one._call(
            "POST", f"/v1/admin/paper/{consent}/scans", content=SCAN + b" 2",
            headers={"Content-Type": "application/pdf"},
        )  # fmt: skip
    listed = served.told("paper", "list", who="op-1")
    assert consent in {row["consent"] for row in listed["to_enter"]}
    assert members_of(listed)["to_enter"] == json.loads(MEMBERS.read_text("utf-8"))["paper list"]["to_enter"]
    assert consent in served.run("paper", "list", who="op-1")


def test_who_is_no_officer_is_told_so(served):
    assert "bank-1 不是安全管理员" in served.run("paper", "list", who="bank-1", status=1)


def test_a_bank_imports_consents_and_is_told_of_every_row_by_its_number(served, tmp_path):
    file = tmp_path / "consents.zip"
    rows = [
        "统一社会信用代码,产品,用途,有效至,最多次数,扫描件文件名", f"{uscc(1)},信用评分,贷前审查,{LATER},3,1.pdf",
        f"{citizen(7)},信用评分,贷前审查,{LATER},3,1.pdf", f"{uscc(1)},信用评分,贷前审查,不详,3,1.pdf",
    ]  # fmt: skip
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("consents.csv", "\n".join(rows))
        made.writestr("1.pdf", SCAN)
    told = served.told("consent", "import", file, who="bank-1")
    assert [(row["subject"], row["outcome"]) for row in told["rows"]] == [
        (uscc(1), "requested"), ("", "invalid-subject"), (uscc(1), "import-row-unreadable"),
    ]  # fmt: skip
    printed = served.run("consent", "import", file, who="bank-1")  # the same file is the same import
    assert told["import"] in printed
    assert citizen(7) not in printed
    assert "不是机构账户" in served.run("consent", "import", file, who="op-1", status=1)


def test_an_output_policy_is_set_and_listed(served):
    told = json.loads(
        served.gateway.cli("output", "set", "bank", "score", "--form", "flag", "--at-least", "700", "--json")
    )
    assert told == {"institution": "bank", "product": "score", "form": "flag"}
    (policy,) = json.loads(served.gateway.cli("output", "list", "--institution", "bank", "--json"))["policies"]
    assert (policy["form"], policy["threshold"], policy["version"], policy["rules"]) == ("flag", 700, 1, True)
    assert "flag" in served.gateway.cli("output", "list")
