"""What one administrator can do alone is nothing that leads to harm: every act of the graph, asked for and decided."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from consent.templates import shipped_members
from gateway.admin.abnormal_actions import DecideAbnormalUse
from gateway.admin.action import means_of
from gateway.admin.card_actions import ReleaseCard, ReturnToCard
from gateway.admin.changes import decide_change
from gateway.admin.client_actions import (
    AddClient,
    AddKey,
    BindClient,
    ChangeStanding,
    RetireKey,
    SetForPeople,
    SetLimits,
    SetSigning,
)
from gateway.admin.consent_actions import ApproveOnPaper, InvalidateConsent, SetMandate, SetTemplate
from gateway.admin.cost_actions import SetCost
from gateway.admin.duty_actions import EndDuty, RegisterDuty
from gateway.admin.graph import ACTS, KINDS, ROLES, approver_of, leads_to, needs_two
from gateway.admin.institution_actions import (
    AddInstitution,
    EndDelegation,
    GrantDelegation,
    SetAgreement,
    SetExit,
    SetQuota,
)
from gateway.admin.joint_actions import JoinProviders
from gateway.admin.key_actions import PromoteKey, RotateKey
from gateway.admin.output_actions import SetOutputPolicy
from gateway.admin.person_actions import InvitePerson, ResetFactor, SetPersonStanding
from gateway.admin.provider_actions import ResumeProvider, SetProvider, SuspendProvider
from gateway.admin.quota_actions import GrantUnits, LimitQuota, LimitRate, ReverseCharge
from gateway.admin.record_actions import EraseSubject, RepairRecord
from gateway.admin.view_actions import EndView, SetView
from gateway.admin.watch_actions import ReleaseWatch, ReturnToWatch
from gateway.identity.clients.registry import add_institution
from gateway.identity.clients.scopes import SCOPES
from gateway.inquiries.bases.setting import register_duty
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.views.setting import set_view
from gateway.inquiries.views.view import View
from gateway.people import roles
from gateway.providers.setting import set_standing, set_terms
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from scoring_adapter.providers.terms import Terms
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, OPERATOR
from tests.cards import report_of, source_of
from tests.duties import duty_of
from tests.enterprises import uscc
from tests.identities import asked, register
from tests.persons import HOUSES, invited
from tests.watches import model_source
from tests.watches import report_of as report_of_watch

PAGE = (Path(__file__).parents[2] / "docs" / "administration.md").read_text()
WHY = "测试原因"
SECOND = Actor("second", "operator", person="person:second")
WATCHER = Actor("watcher", "auditor", person="person:watcher")


CLIENTS = {"agency": "tax", "office": "330302"}  # an agency is one of the catalogue, an office a county
NEW = {"agency": "drc", "office": "330304"}


def key():
    return public_jwk(generate_key("ES256"))


def of_client(act, kind):
    client = CLIENTS.get(kind, f"of-{kind}")
    match act:
        case "client.add":
            more = {"account": {"institution": "house"}, "signatory": {"subject": uscc(1)}}.get(kind, {})
            return AddClient(client=NEW.get(kind, f"new-{kind}"), kind=kind, key=key(), **more)
        case "client.limits":
            return SetLimits(client=client)
        case "client.key":
            return AddKey(client=client, key=key())
        case "client.key-retire":
            return RetireKey(client=client, kid="x")
        case _:
            return ChangeStanding(change=act.removeprefix("client."), whose=f"client:{client}", reason=WHY)


def of_person(act, role):
    if act.startswith("person.invite"):
        anew = act.endswith("-anew")
        more = HOUSES.get(role, {})
        return InvitePerson(
            person=f"of-{role}" if anew else f"new-{role}", name=f"某{role}", role=role, anew=anew, **more
        )
    if act == "person.reset-factor":
        return ResetFactor(person=f"of-{role}", reason=WHY)
    return SetPersonStanding(change=act.removeprefix("person."), person=f"of-{role}", reason=WHY)


SINGLE = {
    "institution.add": AddInstitution(institution="fresh", name="新", **{"class": "bank"}),
    "institution.agreement": SetAgreement(institution="house"),
    **{
        f"institution.{change}": ChangeStanding(change=change, whose="institution:house", reason=WHY)
        for change in ("suspend", "resume", "close")
    },
    "quota.set within": SetQuota(scope="institution", id="house", per_day=1, per_month=1000),
    "quota.set above": SetQuota(scope="institution", id="house", per_day=1, per_month=1001),
    "quota.limit within": LimitQuota(scope="institution", id="house", period="month", limit=1000),
    "quota.limit above": LimitQuota(scope="institution", id="house", period="day", limit=33),
    "abnormal.lift": DecideAbnormalUse(case=UUID(int=1), client="of-account", decision="lift", reason=WHY),
    "abnormal.suspend": DecideAbnormalUse(case=UUID(int=1), client="of-account", decision="suspend", reason=WHY),
    "quota.rate within": LimitRate(scope="institution", id="house", measure="rate", limit=1000, reason=WHY),
    "quota.rate above": LimitRate(scope="institution", id="house", measure="rate", limit=1001, reason=WHY),
    "quota.cost": SetCost(product="score", units=2, reason=WHY),
    "quota.grant": GrantUnits(
        scope="institution", id="house", units=1, holds_until=datetime(2999, 1, 1, tzinfo=UTC), reason=WHY
    ),
    "quota.reverse": ReverseCharge(charge=uuid4(), reason=WHY),
    "provider.set": SetProvider(provider="new-brain", url="https://b.example/score", reason=WHY),
    "provider.join": JoinProviders(
        provider="new-joint", parts=[{"provider": "brain"}, {"provider": "embedded"}], rule="beside", reason=WHY
    ),
    "provider.suspend": SuspendProvider(provider="brain", reason=WHY),
    "provider.resume": ResumeProvider(provider="stopped", reason=WHY),
    "card.release": ReleaseCard(card=source_of(99), report=report_of(source_of(99)), reason=WHY),
    "card.return": ReturnToCard(number=0, reason=WHY),
    "watch.release": ReleaseWatch(
        kind="model", source=model_source(), report=report_of_watch("model", model_source()), reason=WHY
    ),
    "watch.return": ReturnToWatch(kind="model", number=0, reason=WHY),
    "duty.register": RegisterDuty(
        duty="new-duty",
        institution="bureau",
        law="某条例",
        article="第一条",
        purposes=("subsidy",),
        products=("score",),
        valid_until=datetime(2999, 1, 1, tzinfo=UTC),
    ),
    "duty.end": EndDuty(duty="old-duty", reason=WHY),
    "view.set": SetView(
        institution="house", view="a-view", purpose="pre_loan", title="外部信用", admission=("reg_age_y",)
    ),
    "view.end": EndView(institution="house", view="old-view", reason=WHY),
    "output.policy narrower": SetOutputPolicy(institution="house", product="score", form="banded"),
    "output.policy wider": SetOutputPolicy(institution="shown-less", product="score", form="raw"),
    "institution.exit": SetExit(institution="house"),
    "delegation.grant": GrantDelegation(client="of-account", intermediary="service"),
    "delegation.end": EndDelegation(client="of-account", intermediary="service", reason=WHY),
    "client.signing required": SetSigning(client=CLIENTS["agency"], required=True),
    "client.signing optional": SetSigning(client=CLIENTS["agency"], required=False),
    "client.for-people allowed": SetForPeople(client="of-account", allowed=True),
    "client.for-people refused": SetForPeople(client="of-account", allowed=False),
    "client.person": BindClient(client="of-operator", person="of-operator"),
    "key.rotate ahead": RotateKey(purpose="answer", reason=WHY),
    "key.rotate now": RotateKey(purpose="answer", at_once=True, reason=WHY),
    "key.promote": PromoteKey(purpose="answer"),
    "consent.template": SetTemplate(template="pre-loan", content=dict(shipped_members()[0])),
    "consent.paper": ApproveOnPaper(
        consent=uuid4(),
        subject=uscc(1),
        scan="a" * 64,
        shown="b" * 64,
        holder="c" * 64,
        role="legal_rep",
        signed_on=date(2026, 1, 1),
    ),
    "consent.invalidate": InvalidateConsent(consent=uuid4(), reason=WHY),
    "signatory.mandate": SetMandate(signatory="of-signatory", role="legal_rep"),
    "record.repair": RepairRecord(record=uuid4(), reason=WHY, document="温信修〔2026〕3号"),
    "subject.erase": EraseSubject(subject=uscc(1), reason=WHY),
}


def action_of(act):
    if act in SINGLE:
        return SINGLE[act]
    name, about = act.split(" ")
    return of_client(name, about) if name.startswith("client.") else of_person(name, about)


@pytest.fixture(scope="module")
async def somebody(gateway):
    """One client of every kind and one person of every role."""
    async with gateway.units.begin("test.house", OPERATOR) as work:
        await add_institution(work, institution_id="house", name="某行", kind="bank")
        await add_institution(work, institution_id="service", name="某平台", kind="other")
        await add_institution(work, institution_id="shown-less", name="某小贷", kind="micro_loan")
        await add_institution(work, institution_id="bureau", name="某局", kind="government")
        await set_view(work, "house", View("old-view", 0, ("reg_age_y",), ()), "pre_loan", "旧", None)
        await register_duty(work, duty_of("old-duty", "bureau", work.now), None)
        for name in ("brain", "stopped"):
            await set_terms(work, name, Terms("https://b.example/"), WHY, None)
        await set_standing(work, "stopped", "suspended", WHY, None)
        await set_output_policy(work, "shown-less", "score", OutputPolicy(form="banded"))
    for kind in KINDS:
        more = {"account": {"institution_id": "house"}, "signatory": {"subject": uscc(1)}}.get(kind, {})
        await register(gateway, CLIENTS.get(kind, f"of-{kind}"), kind, **more)
    for role in set(ROLES) - {"operator", "system"}:  # whose clients have brought them
        more = HOUSES.get(role, {})
        await invited(gateway, f"of-{role}", role, **more)


async def decide(gateway, change, actor):
    async with gateway.units.begin("change.decide", actor) as work:
        return await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)


@pytest.mark.parametrize("act", [act for act in ACTS if needs_two(act)])
async def test_what_leads_to_harm_is_not_done_by_one_person_nor_approved_by_the_same(gateway, somebody, act):
    change = await asked(gateway, action_of(act))
    assert (change.act, change.status) == (act, "waiting")
    same = [OPERATOR, Actor("other-client", approver_of(act), person=OPERATOR.person)]
    for one_again in same:
        with pytest.raises(DeniedError) as refused:
            await decide(gateway, change, one_again)
        assert refused.value.denial.reason in {"own-change", "insufficient-scope"}
    wrong = SECOND if approver_of(act) == "auditor" else WATCHER
    with pytest.raises(DeniedError) as refused:
        await decide(gateway, change, wrong)
    assert refused.value.denial.reason == "insufficient-scope"


@pytest.mark.parametrize("act", [act for act in ACTS if not needs_two(act)])
async def test_what_harms_nobody_waits_for_nobody(gateway, somebody, act):
    if " " in act and act.startswith("client.key-retire"):
        with pytest.raises(DeniedError, match="no such key"):
            await asked(gateway, action_of(act))
        return
    if act == "key.promote":
        with suppress(DeniedError):  # one may wait already
            await asked(gateway, SINGLE["key.rotate ahead"], MACHINE)
    if act == "key.rotate ahead":
        await asked(gateway, SINGLE["key.rotate now"], MACHINE)  # none waits after it
    if act == "delegation.end":
        await asked(gateway, SINGLE["delegation.grant"], MACHINE)
    assert (await asked(gateway, action_of(act))).status == "done"
    if act == "institution.suspend":
        await asked(gateway, ChangeStanding(change="resume", whose="institution:house", reason=WHY), MACHINE)


@pytest.mark.parametrize("act", ["client.suspend auditor", "person.suspend auditor", "client.limits auditor"])
async def test_an_auditor_is_stopped_with_an_auditors_consent_alone(act):
    assert (approver_of(act), needs_two(act)) == ("auditor", True)


def test_the_graph_knows_every_kind_and_role():
    assert set(KINDS) == set(SCOPES)
    assert set(ROLES) == set(roles.ROLES)


async def test_a_persons_log_in_and_client_are_one_person(gateway, client):
    """Asked with the client, approved at the log-in: the same human."""
    await register(gateway, "twice", "operator")
    change = await asked(gateway, SINGLE["quota.set above"], Actor("twice", "operator"))
    with pytest.raises(DeniedError) as refused:
        await decide(gateway, change, Actor("person:twice", "operator", person="person:twice"))
    assert refused.value.denial.reason == "own-change"


async def test_a_client_that_belongs_to_nobody_neither_asks_nor_approves(gateway, somebody):
    unknown = Actor("nobodys", "operator")
    with pytest.raises(DeniedError) as refused:
        await asked(gateway, SINGLE["quota.set above"], unknown)
    assert refused.value.denial.reason == "person-unknown"
    change = await asked(gateway, SINGLE["quota.set above"])
    with pytest.raises(DeniedError) as refused:
        await decide(gateway, change, unknown)
    assert refused.value.denial.reason == "person-unknown"
    assert (await asked(gateway, SINGLE["quota.set within"], unknown)).status == "done"


def test_the_page_shows_the_graph():
    shown = re.findall(r"^\| `([a-z.-]+)`(?: ([a-z, ]+))? \| ([a-z, —]+) \| (\w+|—) \|$", PAGE, re.MULTILINE)
    told = {}
    for name, about, harms, approver in shown:
        for one in about.split(", ") if about else [""]:
            told[f"{name} {one}".strip()] = (harms, approver)
    assert told == {
        act: (", ".join(leads_to(act)) or "—", approver_of(act) if needs_two(act) else "—") for act in ACTS
    }  # fmt: skip
