"""Each role's first ten minutes, docs/roles/, followed as it stands on one small sandbox."""

import json
import re
import shutil
from contextlib import ExitStack

import pytest

from tests.demo.newcomers import ROOT, Newcomer, blocks_of
from tests.processes import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def newcomer():
    with Newcomer.arriving() as somebody, ExitStack() as served:
        plugins = somebody.here / "plugins"  # is there from the start: Python does not look again for a missing folder
        plugins.mkdir()
        somebody.env["PYTHONPATH"] = str(plugins)
        served.enter_context(somebody.serving())
        yield somebody


def follow(newcomer, role):
    """Run a page's commands in one shell, each of which must succeed; return what was printed."""
    done = newcomer.run("set -euo pipefail\n" + "\n".join(blocks_of(f"roles/{role}.md")))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_integrator_gets_a_verified_answer_and_reports_back(newcomer):
    told = follow(newcomer, "integrator")
    assert "尚未授权 not permitted yet" in told
    assert json.loads((newcomer.here / "own-answer.json").read_text())["subject"] == "91330300MAX00004X8"
    by_curl, again = (
        json.loads((newcomer.here / f"{name}.json").read_text()) for name in ("curl-answer", "taken-again")
    )
    assert by_curl["answer"] == again["answer"]


def test_a_loan_officer_has_an_account_and_sees_what_was_asked(newcomer):
    told = follow(newcomer, "loan-officer")
    assert "lake-bank-2" in told
    assert "供人员查询" in told


def test_a_clerk_tries_and_hands_in_a_file_and_sees_what_is_held(newcomer):
    assert "tax_arrears" in follow(newcomer, "clerk")
    assert (newcomer.here / "form.xlsx").read_bytes().startswith(b"PK")


def test_an_auditor_sees_who_asked_and_verifies_it_twice(newcomer):
    told = follow(newcomer, "auditor")
    assert "questions-proof" in told
    assert (newcomer.here / "audit-log").is_dir()


def test_an_operator_registers_a_bank_and_stops_an_account(newcomer):
    assert "account-suspended" in follow(newcomer, "operator")


def test_a_regulator_reads_the_figures_of_the_whole(newcomer):
    follow(newcomer, "regulator")
    told = json.loads((newcomer.here / "overview.json").read_text())
    assert told["subjects"]["known"] > 0


def test_an_office_signs_in_and_its_cases_are_listed(newcomer):
    assert '"cases": []' in follow(newcomer, "office").replace('"cases":[]', '"cases": []')


def test_an_enterprise_permits_sees_objects_and_revokes(newcomer):
    assert "nobody can ask on it any more" in follow(newcomer, "enterprise")


def test_a_provider_answers_and_its_faults_are_told(newcomer):
    told = follow(newcomer, "provider-author")
    assert "five-force-example/1" in (newcomer.here / "relayed.json").read_text()
    assert "upstream" in told


def test_a_connector_of_ones_own_package_is_read_on_a_schedule(newcomer):
    assert "letterbox" in follow(newcomer, "connector-author")
    wait_until(lambda: "2026-11-01" in newcomer.own("source", "list", "--json"), "the first letter", 90)


def test_nothing_that_the_pages_made_is_taken_into_the_repository(newcomer):
    shutil.copy(ROOT / ".gitignore", newcomer.here)
    added = newcomer.run("git init -q && git add --dry-run .").stdout
    ours = {".gitignore", "examples", "said.txt"}  # a link that no clone has, and what the sandbox said
    assert set(re.findall("add '(.*)'", added)) == ours
