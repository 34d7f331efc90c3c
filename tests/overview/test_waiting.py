"""What waits is told to those who may see to it and to nobody else, until it is seen to."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from connectors.model.calendar import day_of
from gateway.__main__ import app
from gateway.admin.client_actions import ChangeStanding
from gateway.overview.waiting import KINDS, MOST, count_of, find_waiting
from gateway.people.roles import ROLES
from gateway.platforms.outbox import deliver
from gateway.platforms.peers import set_peer
from gateway.quality.tables import Alert
from gateway.runtime.actor import Actor
from signing.keys import generate_key, public_jwk
from tests.actors import MACHINE, PLATFORM, SYSTEM
from tests.enterprises import uscc
from tests.house import objects
from tests.house.objects import OTHER, OWN
from tests.house.test_ownership import town
from tests.identities import asked
from tests.processes import environment

__all__ = ["town"]
CLERK, OTHER_CLERK = (Actor(one, "agency", person=f"person:{one}-clerk") for one in ("tax", "market_regulation"))
STAFF, OTHER_STAFF = (Actor(f"person:{one}", "person", one) for one in ("bank", "bank-two"))
OWNER, OTHER_OWNER = (Actor(f"s-{number}", "signatory", subject=uscc(number)) for number in (OWN, OTHER))
ASKER = Actor("person:asker", "operator", person="person:asker")


async def waits(town, actor, role, kind):
    """The ids of what waits of a kind."""
    async with town.story.gateway.units.begin("test.waiting", actor) as work:
        found = await find_waiting(work, role)
    return [item.id for one in found if one.kind == kind for item in one.items]


async def test_a_request_with_a_scan_waits_for_an_operator_until_its_paper_is_entered(town):
    consent = (await town.story.request("bank-1", OWN)).json()["consent"]
    assert consent not in await waits(town, ASKER, "operator", "paper")
    sent = {"params": {"kind": "paper_scan"}, "content": b"%PDF-1.7", "headers": {"Content-Type": "application/pdf"}}
    handed_in = await town.send("bank-1", "POST", f"/v1/consents/{consent}/files", **sent)
    assert handed_in.status_code == 201
    assert consent in await waits(town, ASKER, "operator", "paper")
    assert await waits(town, STAFF, "staff", "paper") == []
    await town.send("bank-1", "POST", f"/v1/consents/{consent}/revoke", json={})
    assert consent not in await waits(town, ASKER, "operator", "paper")


async def test_a_case_waits_for_its_office_until_it_is_accepted_and_for_the_city_while_something_is_asked(town):
    made = await objects.case(town)
    case, path = made["case_id"], f"/v1/cases/{made['case_id']}/steps"
    handler, other = (Actor(one, "office", person="person:x") for one in (objects.OFFICE, objects.OTHER_OFFICE))
    city, who = Actor("person:r", "auditor", person="person:r"), f"office of {objects.OFFICE}"
    assert case in await waits(town, handler, "office", "case")
    assert case not in await waits(town, other, "office", "case")
    assert case not in await waits(town, city, "regulator", "case")
    await town.send(who, "POST", path, json={"step": "accept", "words": "已受理"})
    assert case not in await waits(town, handler, "office", "case")
    asked_for = {"step": "ask-hand-over", "words": "企业已迁址", "office": objects.OTHER_OFFICE}
    assert (await town.send(who, "POST", path, json=asked_for)).status_code == 200
    assert case in await waits(town, city, "regulator", "case")


async def test_a_change_waits_for_another_operator_and_not_for_who_asked(town):
    gateway = town.story.gateway
    change = await asked(gateway, ChangeStanding(change="close", whose="client:bank-2", reason="停业"), ASKER)
    one = str(change.change_id)
    second = replace(ASKER, client_id="person:second", person="person:second")
    assert one in await waits(town, second, "operator", "change")
    assert one not in await waits(town, ASKER, "operator", "change")
    assert one not in await waits(town, Actor("person:a", "auditor", person="person:a"), "auditor", "change")
    assert one in await waits(town, MACHINE, "machine", "change")
    assert await waits(town, Actor("nobodys", "auditor"), "auditor", "change") == []
    async with gateway.database.begin("test.older", role="owner") as session:
        older = text("UPDATE change SET asked_at = asked_at - interval '7 days' WHERE change_id = :id")
        await session.execute(older, {"id": change.change_id})
    assert one not in await waits(town, second, "operator", "change")  # nobody can approve it any more


async def test_what_only_an_auditor_approves_waits_for_auditors(town):
    await town.story.enrol("auditor-w", "auditor")
    stopping = ChangeStanding(change="suspend", whose="client:auditor-w", reason="核查")
    change = str((await asked(town.story.gateway, stopping, ASKER)).change_id)
    auditor = Actor("person:a", "auditor", person="person:a")
    second = replace(ASKER, client_id="person:second", person="person:second")
    assert change in await waits(town, auditor, "auditor", "change")
    assert change not in await waits(town, second, "operator", "change")


async def test_a_held_submission_waits_for_its_own_agency_and_who_runs_the_system(town):
    held = (await objects.held(town))["held_id"]
    for actor, role in ((CLERK, "clerk"), (SYSTEM, "system"), (MACHINE, "machine")):
        assert held in await waits(town, actor, role, "held")
    assert held not in await waits(town, OTHER_CLERK, "clerk", "held")
    await town.send("clerk of tax", "POST", f"/v1/held-deliveries/{held}/discard")
    assert held not in await waits(town, CLERK, "clerk", "held")


async def test_refused_rows_wait_for_the_clerk_who_sent_them(town):
    batch = (await objects.batch(town))["batch_id"]
    assert batch in await waits(town, CLERK, "clerk", "correction")
    assert await waits(town, OTHER_CLERK, "clerk", "correction") == []


async def test_an_objection_waits_for_the_agency_of_the_record_until_it_decides(town):
    record = (await objects.record(town))["record_id"]
    await town.send(f"s-{OWN}", "POST", f"/v1/records/{record}/objections", json={"reason": "有异议"})
    assert len(await waits(town, OTHER_CLERK, "clerk", "objection")) == 1
    assert await waits(town, CLERK, "clerk", "objection") == []
    decided = await town.send(
        "market_regulation", "POST", f"/v1/records/{record}/acts", json={"kind": "reject", "reason": "核对无误"}
    )
    assert decided.status_code == 201, decided.text
    assert await waits(town, OTHER_CLERK, "clerk", "objection") == []


@pytest.mark.parametrize("kind", ["silent", "late"])
async def test_a_late_feed_waits_for_its_agency_until_it_comes(town, kind):
    alert, gateway = uuid4(), town.story.gateway
    async with gateway.units.begin("test.alert", MACHINE) as work:
        row = Alert(
            alert_id=alert, agency="tax", dataset="tax_arrears", kind=kind, seen={}, opened_at=work.now,
            closed_at=None, event_id=uuid4(), closing_event_id=None,
        )  # fmt: skip
        work.session.add(row)
    assert str(alert) in await waits(town, CLERK, "clerk", "late-feed")
    assert str(alert) in await waits(town, SYSTEM, "system", "late-feed")
    assert await waits(town, OTHER_CLERK, "clerk", "late-feed") == []
    async with gateway.database.begin("test.closed") as session:
        await session.execute(text("UPDATE alert SET closed_at = now(), closing_event_id = event_id"))
    assert await waits(town, CLERK, "clerk", "late-feed") == []


async def test_a_delivery_that_a_platform_refused_waits_for_who_runs_the_system(town):
    gateway = town.story.gateway
    async with gateway.units.begin("test.peer", MACHINE) as work:
        key = public_jwk(generate_key("Ed25519"))
        await set_peer(
            work, peer_id="city", role="city", url="http://127.0.0.1:1", jwk=key, client_id="gateway", status="active"
        )
    async with gateway.units.begin("test.deliver", PLATFORM) as work:
        (delivery,) = await deliver(work, kind="usage-results", role="city", items=[{"a": 1}], exchange=uuid4())
    assert await waits(town, SYSTEM, "system", "delivery") == []
    async with gateway.database.begin("test.refused") as session:
        await session.execute(text("UPDATE delivery SET state = 'refused', settled_at = now()"))
    assert await waits(town, SYSTEM, "system", "delivery") == [str(delivery)]


@pytest.mark.parametrize(("days", "told"), [(30, True), (30.01, False), (-1, False)])
async def test_a_key_that_ends_with_no_other_after_it_waits_for_operators(town, days, told):
    async with town.story.gateway.database.begin("test.ending", role="owner") as session:
        ends = text(
            "UPDATE client_key SET not_after = now() + make_interval(secs => :seconds) "
            "WHERE client_id = 'bank-1b' RETURNING kid"
        )
        kid = (await session.execute(ends, {"seconds": days * 86400 - 1})).scalar_one()
    assert (kid in await waits(town, ASKER, "operator", "key")) == told
    assert await waits(town, SYSTEM, "operator", "key") == []  # the room itself tells nobody else
    async with town.story.gateway.database.begin("test.lasting", role="owner") as session:
        await session.execute(text("UPDATE client_key SET not_after = NULL WHERE client_id = 'bank-1b'"))


async def test_an_answer_waits_for_its_own_bank_to_say_what_became_of_it(town):
    inquiry = (await objects.inquiry(town))["inquiry_id"]
    assert inquiry in await waits(town, STAFF, "staff", "usage-result")
    assert inquiry not in await waits(town, OTHER_STAFF, "staff", "usage-result")
    told = {"inquiry": inquiry, "outcome": "refused", "decided_on": day_of(await moment(town)).isoformat()}
    reported = await town.send("bank-1", "POST", "/v1/usage-results", json=told)
    assert reported.status_code == 201, reported.text
    assert inquiry not in await waits(town, STAFF, "staff", "usage-result")


@pytest.mark.parametrize(("hours", "told"), [(14 * 24 - 1, True), (14 * 24 + 1, False)])
async def test_a_consent_that_ends_soon_waits_for_its_own_bank(town, hours, told):
    until = (await moment(town)) + timedelta(hours=hours)
    consent = (await town.story.consent("bank-1", OWN, valid_until=until.isoformat()))["consent"]
    assert (consent in await waits(town, STAFF, "staff", "ending-consent")) == told
    assert consent not in await waits(town, OTHER_STAFF, "staff", "ending-consent")
    await town.send("bank-1", "POST", f"/v1/consents/{consent}/revoke")
    assert consent not in await waits(town, STAFF, "staff", "ending-consent")


async def moment(town):
    async with town.story.gateway.database.begin("test.now") as session:
        return (await session.execute(text("SELECT now()"))).scalar_one()


async def test_a_warning_waits_for_its_own_bank_until_somebody_has_seen_it(town):
    warning = (await objects.warning(town))["warning_id"]
    assert warning in await waits(town, STAFF, "staff", "warning")
    assert warning not in await waits(town, OTHER_STAFF, "staff", "warning")
    assert await waits(town, MACHINE, "staff", "warning") == []  # of no institution
    await town.send("bank-1", "POST", f"/v1/warnings/{warning}:seen")
    assert warning not in await waits(town, STAFF, "staff", "warning")


async def test_a_request_for_consent_waits_for_its_own_enterprise_until_it_is_answered(town):
    asked_for = (await town.story.request("bank-1", OWN)).json()
    consent = asked_for["consent"]
    assert consent in await waits(town, OWNER, "owner", "consent")
    assert consent not in await waits(town, OTHER_OWNER, "owner", "consent")
    await town.story.decide(f"s-{OWN}", asked_for, "reject")
    assert consent not in await waits(town, OWNER, "owner", "consent")


async def test_a_new_key_of_a_signatory_waits_for_the_enterprise(town):
    kid = (await objects.signatory_key(town))["kid"]
    assert kid in await waits(town, OWNER, "owner", "signatory-key")
    assert kid not in await waits(town, OTHER_OWNER, "owner", "signatory-key")


async def test_more_than_are_counted_are_said_to_be_more(town, monkeypatch):
    monkeypatch.setattr("gateway.overview.waiting.MOST", 1)
    for _ in range(2):
        await objects.held(town)
    async with town.story.gateway.units.begin("test.more", CLERK) as work:
        found = [one for one in await find_waiting(work, "clerk") if one.kind == "held"]
    assert (MOST, len(found[0].items), found[0].more, count_of(found)) == (100, 1, True, (1, True))


async def test_the_interface_tells_each_kind_of_client_its_own(town):
    held = (await objects.held(town))["held_id"]
    told = (await town.send("tax", "GET", "/v1/waiting")).json()
    assert held in {item["id"] for one in told["waiting"] for item in one["items"]}
    assert told["count"] == sum(len(one["items"]) for one in told["waiting"])
    other = (await town.send("bank-2", "GET", "/v1/waiting")).json()
    assert {one["kind"] for one in other["waiting"]} <= {"usage-result", "warning", "ending-consent"}


async def test_the_command_lists_what_waits_for_who_runs_the_machine(town, database_urls, monkeypatch):
    held = (await objects.held(town))["held_id"]
    settings = town.story.gateway.settings
    for name, value in environment(settings.home, database_urls, settings.issuer).items():
        monkeypatch.setenv(name, value)
    told = await asyncio.to_thread(CliRunner().invoke, app, ["waiting", "--json"])
    rows = json.loads(told.stdout)["waiting"]
    assert held in {row["id"] for row in rows}
    assert {row["kind"] for row in rows} <= {name for name, kind in KINDS.items() if "machine" in kind.pages}


def test_every_kind_concerns_roles_that_there_are():
    known = {*ROLES, "owner", "machine"}
    assert {role for kind in KINDS.values() for role in kind.pages} <= known
