"""An enterprise's own person: acts for that enterprise as its signatory does, by the same rules, and for no other."""

from itertools import count
from uuid import UUID

import pyotp
import pytest

from connectors.records.objections import ObjectionPage
from connectors.records.pages import RecordPage
from consent.manner import manner_of
from gateway.consents.life import change_consent, get_consent
from gateway.consents.reading import Page, list_consents
from gateway.inquiries.own_questions import list_own_questions
from gateway.inquiries.questions import QuestionFilter
from gateway.people.reading import find_people
from gateway.records.history import list_own_records
from gateway.records.objections import list_objections, object_to_record
from gateway.runtime.denial import Denial, DeniedError
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.owners import approve
from tests.persons import acting_of, forget_step, invited, signed_in
from tests.records.penalties import penalties, penalty

NUMBERS = count(700)
DEVICES = {}


@pytest.fixture
async def enterprise(story):
    """An enterprise with a penalty and a request for its consent; its number, its owner, and another's owner."""
    await story.account("bank-1", "bank")
    number, other = next(NUMBERS), next(NUMBERS)
    for one in (number, other):
        await story.push("drc", "penalty_general", penalties(penalty(one, f"P{one}")))
    owners = []
    for one in (number, other):
        secret = await signed_in(story.gateway, story.client, f"owner-{one}", "owner", enterprise=uscc(one))
        DEVICES[f"person:owner-{one}"] = pyotp.TOTP(secret)
        owners.append(await acting_of(story.gateway, story.client))
    asked = (await story.request("bank-1", number)).json()
    return story, asked, *owners


def begin(story, owner):
    return story.gateway.units.begin("test.owner", owner)


async def change(story, owner, asked, action, **more):
    async with begin(story, owner) as work:
        return await change_consent(work, UUID(asked["consent"]), action, **more)


async def agree(story, owner, asked):
    await forget_step(story.gateway, owner.name.removeprefix("person:"))
    return await approve(story, asked, owner, DEVICES[owner.name].now())


async def test_an_owner_answers_what_is_asked_of_the_enterprise_with_a_code_and_changes_it_without(enterprise):
    story, asked, owner, _ = enterprise
    async with begin(story, owner) as work:
        assert [str(one.terms.consent_id) for one in await list_consents(work, Page(10))] == [asked["consent"]]
    for wrong in ({}, {"approval": "x.y.z"}):  # where keys sign: what people approve by is in test_at_console.py
        denied = await change(story, owner, asked, "approve", **wrong)
        assert isinstance(denied, Denial), wrong
        assert denied.reason == "approval-invalid"
    approved = await agree(story, owner, asked)
    assert (approved.consent.status, approved.consent.version) == ("active", 2)
    assert (await change(story, owner, asked, "pause")).status == "paused"
    assert (await change(story, owner, asked, "resume")).status == "active"
    assert (await change(story, owner, asked, "revoke", reason="贷款已还清")).status == "revoked"


async def test_who_answered_stands_in_the_evidence(enterprise):
    story, asked, owner, _ = enterprise
    await agree(story, owner, asked)
    path = f"/v1/consents/{asked['consent']}/evidence"
    versions = (await story.client.get(path, headers=await story.headers("bank-1"))).json()["versions"]
    assert (versions[1]["actor"], manner_of(versions[1]["approval"])["by"]) == (owner.name, owner.name)
    assert owner.name.startswith("person:owner-")


async def test_a_consent_an_owner_approved_is_asked_on(enterprise):
    story, asked, owner, _ = enterprise
    await agree(story, owner, asked)
    number = int(owner.name.rpartition("-")[2])
    answer = await story.ask("bank-1", number, consent=asked["consent"])
    assert answer.status_code == 200, answer.text
    async with begin(story, owner) as work:
        found = await list_own_questions(work, QuestionFilter(), None, 10)
    assert [(one["institution"], one["outcome"]) for one in found if one["kind"] == "inquiry"] == [("bank", "answered")]


async def test_an_owner_reads_the_enterprises_records_and_objects_to_one(enterprise):
    story, _, owner, _ = enterprise
    async with begin(story, owner) as work:
        records = await list_own_records(work, story.gateway.protector, RecordPage(10, None, None, False))
        act = await object_to_record(work, UUID(records[0]["record"]), "数额有误")
        assert act.actor == owner.name
        objections = await list_objections(work, ObjectionPage(10, None, None, None))
    assert [one["record"] for one in objections] == [records[0]["record"]]


async def test_an_owner_sees_and_does_nothing_of_another_enterprise(enterprise):
    story, asked, owner, other = enterprise
    async with begin(story, owner) as work:
        record = (await list_own_records(work, story.gateway.protector, RecordPage(10, None, None, False)))[0]["record"]
    with pytest.raises(DeniedError) as refused:
        async with begin(story, other) as work:
            await get_consent(work, UUID(asked["consent"]))
    assert refused.value.denial.reason == "consent-not-found"
    for action in ("approve", "reject", "pause", "resume", "revoke"):
        denied = await change(story, other, asked, action)
        assert denied.reason == "consent-not-found"
    with pytest.raises(DeniedError) as refused:
        async with begin(story, other) as work:
            await object_to_record(work, UUID(record), "不是我的")
    assert refused.value.denial.reason == "record-not-found"
    async with begin(story, other) as work:
        assert await list_consents(work, Page(10)) == []
        assert await list_consents(work, Page(10, subject=owner.subject)) == []
        assert await list_own_questions(work, QuestionFilter(), None, 10) == []


async def test_a_further_owner_waits_as_a_further_signatory_does(story):
    number = next(NUMBERS)
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    await signed_in(story.gateway, story.client, f"late-{number}", "owner", enterprise=uscc(number), wait_hours=1)
    actor = await acting_of(story.gateway, story.client)
    assert (actor.kind, actor.subject) == ("person", None)
    async with story.gateway.units.begin("test.owner", actor) as work:
        assert await list_consents(work, Page(10)) == []
        with pytest.raises(DeniedError, match="signatory"):
            await list_own_questions(work, QuestionFilter(), None, 10)


async def test_the_first_owner_does_not_wait_and_an_invitation_anew_does(gateway):
    number = next(NUMBERS)
    waits = []
    for _ in range(2):
        await invited(gateway, f"first-{number}", "owner", enterprise=uscc(number), wait_hours=1)
        async with gateway.units.begin("test.people", OPERATOR) as work:
            (found,) = await find_people(work, limit=1, identifier=f"first-{number}")
        waits.append(found["acts_from"] is not None)
    assert waits == [False, True]


WRONG_CHECK = uscc(1)[:-1] + ("0" if uscc(1)[-1] != "0" else "1")


@pytest.mark.parametrize("code", ["", "91330302MA", WRONG_CHECK, "330302198001010013"])
async def test_an_owner_belongs_to_an_enterprise_by_a_sound_credit_code(gateway, code):
    with pytest.raises(DeniedError) as refused:
        await invited(gateway, "owner-of-none", "owner", enterprise=code)
    assert refused.value.denial.reason == "change-refused"


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("owner", {}),
        ("owner", {"agency": "tax", "enterprise": uscc(1)}),
        ("clerk", {"agency": "tax", "enterprise": uscc(1)}),
        ("auditor", {"enterprise": uscc(1)}),
    ],
)
async def test_owners_alone_belong_to_an_enterprise(gateway, role, more):
    with pytest.raises(DeniedError, match="nobody else does"):
        await invited(gateway, "owner-of-none", role, **more)


async def test_an_owner_is_not_moved_to_another_enterprise(gateway):
    number = next(NUMBERS)
    await invited(gateway, f"stays-{number}", "owner", enterprise=uscc(number))
    with pytest.raises(DeniedError, match="another role"):
        await invited(gateway, f"stays-{number}", "owner", enterprise=uscc(number + 1))
