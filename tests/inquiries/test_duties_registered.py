"""What a duty basis may be, who registers and who ends one, and what two who do so at once come to."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.admin.action import means_of
from gateway.admin.changes import decide_change
from gateway.admin.duty_actions import EndDuty, RegisterDuty
from gateway.identity.clients.registry import add_institution
from gateway.inquiries.bases.setting import (
    LONGEST_ARTICLE,
    LONGEST_LAW,
    end_duty,
    fault_of,
    list_duties,
    register_duty,
)
from gateway.inquiries.batches.sheet import read_sheet
from gateway.inquiries.policy.facts import Facts, Standing
from gateway.inquiries.request import InquiryRequest
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.duties import duty_of
from tests.enterprises import uscc
from tests.gates import held, writes_to
from tests.identities import asked
from tests.inquiries.bases import rows
from tests.inquiries.test_batches import sheet

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
SECOND = Actor("second", "operator", person="person:second")


@pytest.mark.parametrize(("changed", "sound"), [
    ({}, True),
    ({"law": "法" * LONGEST_LAW}, True), ({"law": "法" * (LONGEST_LAW + 1)}, False), ({"law": " "}, False),
    ({"article": "条" * LONGEST_ARTICLE}, True), ({"article": "条" * (LONGEST_ARTICLE + 1)}, False),
    ({"valid_until": NOW}, False), ({"valid_until": NOW + MOMENT}, True),
    ({"valid_from": NOW + MOMENT, "valid_until": NOW + MOMENT}, False),
    ({"valid_from": NOW, "valid_until": NOW + MOMENT}, True),
    ({"purposes": ()}, False), ({"products": ()}, False), ({"purposes": ("subsidy", "subsidy")}, False),
    ({"purposes": ("curiosity",)}, False), ({"products": ("public_record",)}, False),
    ({"categories": ("tax",)}, True), ({"categories": ("taxes",)}, False), ({"sources": ("nobody",)}, False),
    ({"datasets": ("tax_payment",)}, True), ({"datasets": ("penalty_general",)}, False), ({"datasets": ("x",)}, False),
])  # fmt: skip
def test_a_duty_says_what_it_rests_on_and_names_only_what_there_is(changed, sound):
    assert (fault_of(duty_of("a-duty", "bureau", NOW, **changed), NOW) is None) == sound


@pytest.mark.parametrize(("at", "holds"), [(-MOMENT, False), (0 * MOMENT, True), (MOMENT, True)])
def test_a_duty_holds_from_its_beginning(at, holds):
    assert duty_of("a", "b", NOW, valid_from=NOW).is_in_force(NOW + at) == holds


@pytest.mark.parametrize(("at", "holds"), [(-MOMENT, True), (0 * MOMENT, False), (MOMENT, False)])
def test_a_duty_holds_until_its_end_which_is_left_out(at, holds):
    assert duty_of("a", "b", NOW, valid_until=NOW).is_in_force(NOW + at) == holds


@pytest.mark.parametrize(("government", "told"), [(True, "duty-basis-required"), (False, "consent-required")])
def test_who_has_neither_is_told_what_its_kind_of_institution_needs(government, told):
    request = InquiryRequest(
        None, "a-1", "a", uscc(1), "score", "subsidy", "embedded", None, None
    )  # fmt: skip
    standing = Standing(None, entitled=True, intermediary=True, person=True, for_people=True, government=government)
    assert Facts(request, NOW, standing, None, (), (), 1).basis.reason == told


def test_a_sheet_names_a_duty_in_its_column(tmp_path):
    head = ["统一社会信用代码", "产品", "用途", "授权编号", "职责依据"]
    rows = read_sheet(
        sheet(tmp_path, head, [uscc(1), "", "", "", "subsidy-2026"], [uscc(2), "公示信息", "", "", ""],
              [uscc(3), "公示信息", "", "", "subsidy-2026"], [uscc(4), "", "", str(uuid4()), "subsidy-2026"]),
        product="score", purpose="subsidy",
    )  # fmt: skip
    assert [one.question and (one.question.product, one.question.duty) for one in rows] == [
        ("score", "subsidy-2026"), ("public_record", None), None, None,
    ]  # fmt: skip
    assert [one.wrong for one in rows[2:]] == ["batch-row-basis"] * 2


@pytest.fixture
async def here(story):
    if not await rows(story, "SELECT FROM institution WHERE institution_id = 'bureau'"):
        for institution, kind in (("bureau", "government"), ("bank", "bank")):
            async with story.gateway.units.begin("test.body", OPERATOR) as work:
                await add_institution(work, institution_id=institution, name="某单位", kind=kind)
    return story


async def register(story, code, institution="bureau"):
    async with story.gateway.units.begin("test.duty", OPERATOR) as work:
        await register_duty(work, duty_of(code, institution, datetime.now(UTC)), None)


async def end(story, code):
    async with story.gateway.units.begin("test.end", OPERATOR) as work:
        await end_duty(work, code, "职责调整")


async def test_a_government_body_alone_has_duties_and_no_code_is_used_twice(here):
    for institution in ("bank", "nobody"):
        with pytest.raises(DeniedError):
            await register(here, "no-duty", institution)
    await register(here, "once")
    await end(here, "once")
    with pytest.raises(DeniedError, match="was used before"):
        await register(here, "once")


async def test_one_person_asks_another_approves_and_one_ends_it(here):
    gateway, until = here.gateway, datetime.now(UTC) + timedelta(days=9)
    wanted = RegisterDuty(
        duty="by-two", institution="bureau", law="某条例", article="第一条", purposes=("subsidy",), products=("score",),
        valid_until=until,
    )  # fmt: skip
    change = await asked(gateway, wanted)
    assert change.status == "waiting"
    assert await rows(here, "SELECT FROM duty_basis WHERE code = 'by-two'") == []
    async with gateway.units.begin("test.decide", SECOND) as work:
        await decide_change(work, means_of(gateway.settings, gateway.protector), change.change_id, approve=True)
    assert (await asked(gateway, EndDuty(duty="by-two", reason="项目结束"))).status == "done"
    told = await rows(
        here, "SELECT type, outcome FROM audit_event WHERE type LIKE 'duty.%' AND institution = 'bureau'"
        " ORDER BY event_id DESC LIMIT 2",
    )  # fmt: skip
    assert told == [("duty.ended", "ended"), ("duty.registered", "registered")]


async def test_of_two_who_register_one_code_at_once_the_second_is_refused(here):
    async with held(here.gateway.database, writes_to("duty_basis")) as gate:
        both = [asyncio.create_task(register(here, "at-once")) for _ in range(2)]
        await gate.waiting(2)
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one) for one in ended if one) == [DeniedError]
    assert await rows(here, "SELECT count(*) FROM duty_basis WHERE code = 'at-once'") == [(1,)]


async def test_of_two_who_end_a_duty_at_once_the_second_is_refused(here):
    await register(here, "two-end")
    async with held(here.gateway.database, "SELECT FROM duty_basis WHERE code = 'two-end' FOR UPDATE") as gate:
        both = [asyncio.create_task(end(here, "two-end")) for _ in range(2)]
        await gate.waiting(2)
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one) for one in ended if one) == [DeniedError]
    assert await rows(here, "SELECT count(*) FROM audit_event WHERE type = 'duty.ended' AND event_id = (SELECT ended_by"
                            " FROM duty_basis WHERE code = 'two-end')") == [(1,)]  # fmt: skip


async def test_who_may_read_duties_reads_its_own_or_those_of_all(here):
    await register(here, "to-read")
    await here.account("bank-1", "bank")
    await here.account("bureau-1", "bureau")
    for kind in ("operator", "auditor"):
        await here.enrol(f"{kind}-8", kind)

    async def read(who, path):
        return await here.client.get(path, headers=await here.headers(who))

    own = (await read("bureau-1", "/v1/duty-bases")).json()["duties"]
    assert {one["institution"] for one in own} == {"bureau"}
    assert "to-read" in {one["duty"] for one in own}
    assert (await read("bank-1", "/v1/duty-bases")).json() == {"duties": []}
    for kind in ("operator", "auditor"):
        found = (await read(f"{kind}-8", "/v1/admin/duty-bases")).json()["duties"]
        assert "to-read" in {one["duty"] for one in found}
    assert (await read("bureau-1", "/v1/admin/duty-bases")).status_code == 403
    async with here.gateway.units.begin("test.list", OPERATOR) as work:
        held_now = await list_duties(work, "bureau", in_force=True)
    assert all(one["in_force"] for one in held_now)


async def test_the_service_changes_nothing_of_a_duty_but_that_it_ended(here):
    await register(here, "unchanged")
    for change in ("institution = 'bank'", "datasets = '{tax_payment}'", "valid_until = now()"):
        async with here.gateway.database.begin("test.app") as session:
            with pytest.raises(Exception, match="permission denied"):
                await session.execute(text(f"UPDATE duty_basis SET {change}"))
