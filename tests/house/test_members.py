"""What list and show commands tell: members of fixed names for scripts (members.json), and no Python for people."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner
from uuid_utils.compat import uuid7

from connectors.sources.schedule import add_source_row
from connectors.store.tables import Source
from gateway.__main__ import app
from gateway.abnormal.tables import AbnormalUse
from gateway.identity.clients.delegations import grant_delegation
from gateway.identity.clients.registry import add_institution
from gateway.inquiries.bases.setting import register_duty
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.views.setting import set_view
from gateway.inquiries.views.view import View
from gateway.people.invitations import invite
from gateway.platforms.outbox import deliver
from gateway.platforms.peers import set_peer
from gateway.providers.setting import set_terms
from scoring_adapter.providers.terms import Terms
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR, PLATFORM
from tests.duties import duty_of
from tests.enterprises import uscc
from tests.house import objects
from tests.house.objects import OWN
from tests.house.test_events import command_names
from tests.house.test_ownership import town
from tests.processes import environment

__all__ = ["town"]
MEMBERS = Path(__file__).with_name("members.json")
READING = re.compile(r"(^| )(list|show|peers|enterprise)$")
# The document that /.well-known/xinqiao-keys answers, and that of a service (tests/clients/test_enterprise.py).
WITHOUT_TABLE = {"keys show", "enterprise show"}
# Over HTTP, at a service: what they tell is held against the file in tests/clients/test_officer.py.
AT_A_SERVICE = {"paper list", "paper show"}
WRITTEN = sorted(name for name in command_names() if READING.search(name) and name not in WITHOUT_TABLE)
COMMANDS = [name for name in WRITTEN if name not in AT_A_SERVICE]
LIKE_OTHERS = ("auditor", "office", "operator", "platform", "system")  # the same lines of code as accounts
# What is shown of one of these would fill a list; of an enterprise all its risks are shown.
SHORT = {"agency list", "agency held list", "dataset list", "risk list", "case list", "site list", "crosscheck list"}
PYTHON = re.compile(r"\['|\[\d|\[\]|\{'|None|True|False|UUID\(|datetime\.|Decimal|<\w+[. ]")


@pytest.fixture(scope="module")
async def asked(town):
    """What the show commands ask about, on an instance that has one of everything."""
    gateway = town.story.gateway
    for kind in ("auditor", "operator", "system"):
        await town.story.enrol(f"{kind}-9", kind)
    made = await objects.inquiry(town)
    await objects.webhook(town)
    await objects.risk(town)
    await objects.site(town)
    async with gateway.units.begin("test.members", OPERATOR) as work:
        await add_institution(work, institution_id="service", name="某平台", kind="other")
        await grant_delegation(work, account="bank-1", intermediary="service")
        await add_institution(work, institution_id="bureau", name="某局", kind="government")
        await register_duty(work, duty_of("subsidy", "bureau", work.now), None)
        await set_terms(work, "five-force", Terms("https://five.example/score"), "协议已签", None)
        await set_view(
            work, "service", View("a-view", 0, ("reg_age_y",), ("reg_capital",)), "pre_loan", "外部信用", None
        )
        await set_output_policy(work, "service", "score", OutputPolicy(form="banded", left_out=("records",)))
        work.session.add(
            AbnormalUse(
                case_id=uuid7(),
                account="bank-1",
                institution="bank",
                rule="denials",
                counted=2,
                most=1,
                since=work.now,
                until=work.now,
                sample=[made["inquiry_id"]],
                status="lifted",
                held_at=work.now,
                ended_at=work.now,
                reason="已核实",
                event_id=uuid4(),
            )
        )
    held = (await objects.held(town))["held_id"]
    case = (await objects.case(town))["case_id"]
    await town.story.enrol(objects.OFFICE, "office")
    await objects.proposal(town)
    async with gateway.units.begin("test.members", OPERATOR) as work:
        await invite(work, person_id="wang", name="王小二", role="regulator")
    async with gateway.units.begin("test.members", MACHINE) as work:
        key = public_jwk(generate_key("Ed25519"))
        await set_peer(
            work, peer_id="city", role="city", url="http://127.0.0.1:1", jwk=key, client_id="gateway", status="active"
        )
        payload = {"source": "s-tax", "dataset": "tax_arrears", "connector": "database"}
        entry = await work.record("source.added", payload, outcome="active")
        row = Source(
            source_id="s-tax", agency="tax", dataset="tax_arrears", connector="database", config={}, every_seconds=60,
            watermark=None, due_at=work.now, last_fault=None, event_id=entry,
        )  # fmt: skip
        await add_source_row(work.session, row)
    async with gateway.units.begin("test.members", PLATFORM) as work:
        (delivery,) = await deliver(work, kind="usage-results", role="city", items=[{"a": 1}], exchange=uuid4())
    consent = (await objects.consent(town))["consent_id"]
    return {
        "account show": "bank-1",
        "crosscheck show": (await objects.crosscheck(town))["check_id"],
        "agency held show": held, "agency show": "tax",
        "auditor show": "auditor-9", "case show": case, "office show": objects.OFFICE, "consent show": consent,
        "dataset show": "tax_arrears", "deliveries show": str(delivery), "inquiry show": made["inquiry_id"],
        "institution show": "bank", "network show": uscc(OWN), "risk show": uscc(OWN),
        "operator show": "operator-9", "person show": "wang",
        "platform show": "platform-1", "quota show": "bank-1", "record list": uscc(OWN),
        "signatory enterprise": uscc(OWN), "signatory show": f"s-{OWN}", "site show": objects.SITE,
        "source show": "s-tax",
        "subject show": uscc(OWN), "system show": "system-9",
    }  # fmt: skip


@pytest.fixture
def run(gateway, database_urls, asked, monkeypatch):
    """Run a command in this process; return what it printed."""
    for name, value in environment(gateway.settings.home, database_urls, gateway.settings.issuer).items():
        monkeypatch.setenv(name, value)

    def told(name, *more):
        arguments = [*name.split(), *([asked[name]] if name in asked else []), *more]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, (name, done.output, done.exception)
        return done.stdout

    return told


def members_of(told):
    """Return the names of what was told, with those of the first row where it is a list of things."""
    return {
        name: sorted(value[0]) if isinstance(value, list) and value and isinstance(value[0], dict) else []
        for name, value in told.items()
    }


def test_every_command_that_lists_or_shows_is_written_down():
    assert sorted(json.loads(MEMBERS.read_text("utf-8"))) == WRITTEN


@pytest.mark.parametrize("name", COMMANDS)
def test_scripts_are_told_the_members_that_are_written_down(name, run):
    assert members_of(json.loads(run(name, "--json"))) == json.loads(MEMBERS.read_text("utf-8"))[name]


@pytest.mark.parametrize("name", [name for name in COMMANDS if not name.startswith(LIKE_OTHERS)])
def test_people_are_told_no_python(name, run):
    told = run(name)
    assert told.strip()
    assert PYTHON.findall(told) == []


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.endswith(" list")])
def test_what_is_listed_and_what_is_shown_have_the_same_members(name):
    written = json.loads(MEMBERS.read_text("utf-8"))
    shown = written.get(name.removesuffix("list") + "show")
    if shown is not None and name not in SHORT:
        assert list(written[name].values()) == [sorted(shown)]
