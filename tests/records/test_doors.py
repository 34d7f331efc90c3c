"""What may not be shown leaves every outward answer at once, whichever way it went; history keeps it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from connectors.decoding.decode import Table
from connectors.model.calendar import day_of
from connectors.records.acts import ActRequest
from connectors.records.life import ActKind
from connectors.records.pages import RecordPage
from gateway.records.act_lists import KeyList, act_on_list
from gateway.records.acts import act_on_record
from gateway.records.erasure import erase_subject
from gateway.records.history import AsOf, list_own_records, list_records, load_shown, read_history
from gateway.records.proof import prove_record
from gateway.records.retention import count_expired, expunge
from gateway.records.subjects import count_unresolved, link_subject, show_subject
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, held, record_of, rows
from tests.stories import registration, slug

TODAY = day_of(datetime.now(UTC))
YESTERDAY = TODAY - timedelta(days=1)


async def withdrawn(story, record):
    assert (await act(story, record, "withdraw")).status_code == 201


async def repaired(story, record):
    assert (await act(story, record, "repair")).status_code == 201


async def found_wrong(story, record):
    await act(story, record, "object")
    assert (await act(story, record, "uphold")).status_code == 201


async def hidden_while_objected_to(story, record):
    assert (await act(story, record, "object", hide=True)).status_code == 201


async def past_its_disclosure(story, record):
    """Nothing is done: it was delivered with a last day that has gone by."""


WAYS = [withdrawn, repaired, found_wrong, hidden_while_objected_to, past_its_disclosure]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_case_44_it_leaves_every_door(story, way):
    number = 100 + WAYS.index(way)
    until = YESTERDAY if way is past_its_disclosure else TODAY
    await story.push("market_regulation", "ent_registration", registration(number))
    await story.push("drc", "penalty_general", penalties(penalty(number, f"D{number}", until=until.isoformat())))
    await story.account("bank-1", "bank")
    await story.consent("bank-1", number, products=["score", "health_check"])
    record = await record_of(story.gateway, f"D{number}")
    before = await doors(story, number, record)
    if way is not past_its_disclosure:
        assert before == {"scored": 2, "penalties": "1", "listed": 2, "proved": 200, "held": 2}
        await way(story, record)
    assert await doors(story, number, record) == {"scored": 1, "penalties": "0", "listed": 1, "proved": 404, "held": 1}
    own = await story.headers("drc")
    assert (await story.client.get(f"/v1/records/{record}/proof", headers=own)).status_code == 200
    assert len((await story.client.get(f"/v1/records/{record}/history", headers=own)).json()["versions"]) == 1


async def doors(story, number, record):
    """Open each door and say how much of the two records stands in it."""
    answer = (await story.ask("bank-1", number, product="health_check")).json()
    told = verify_jws(answer["answer"], [story.gateway.keys.public("answer")], "xinqiao-answer+jws")
    tags = {tag["tag"]: tag["value"] for tag in told["tags"]}
    enterprise = await story.headers(f"s-{number}")
    listed = (await story.client.get("/v1/records", headers=enterprise)).json()["records"]
    proof = await story.client.get(f"/v1/records/{record}/proof", headers=await story.headers(f"s-{number}"))
    return {
        "scored": len(told["basis"]["records"]),
        "penalties": str(tags["pen_cnt_3y"]),
        "listed": len(listed),
        "proved": proof.status_code,
        "held": len(await held(story.gateway, number)),
    }


async def test_case_45_an_open_objection_is_named_in_the_answer(story):
    await story.push("drc", "penalty_general", penalties(penalty(120, "M1")))
    await story.push("market_regulation", "ent_registration", registration(120))
    await story.account("bank-1", "bank")
    await story.consent("bank-1", 120)
    await act(story, await record_of(story.gateway, "M1"), "object")
    answer = (await story.ask("bank-1", 120)).json()["answer"]
    told = verify_jws(answer, [story.gateway.keys.public("answer")], "xinqiao-answer+jws")
    assert told["objected"] == {"penalty_general": 1}


async def test_an_enterprise_sees_its_own_records_alone(story):
    await story.push("drc", "penalty_general", penalties(penalty(121, "P1")))
    await story.enrol("s-122", "signatory", subject=uscc(122))
    headers = await story.headers("s-122")
    assert (await story.client.get("/v1/records", headers=headers)).json() == {"records": [], "next": None}
    record = await record_of(story.gateway, "P1")
    for what in ("proof", "history"):
        answer = await story.client.get(f"/v1/records/{record}/{what}", headers=await story.headers("s-122"))
        assert slug(answer) == "record-not-found"


READ = ["proof", "proof-file", "history"]
OTHERS = ["account", "agency", "signatory", "operator", "system", "platform", "person", "program", "anyone"]


def somebody(kind):
    """Somebody of a kind who has nothing to do with the record."""
    return Actor("somebody", kind, institution_id="bank", subject=uscc(999))


async def readings(story, record):
    """Return who read the record, by the events that say so."""
    query = """
        SELECT e.type, e.actor, e.outcome FROM audit_event e JOIN record r ON r.record_id = :record
        WHERE e.type IN ('record.history_read', 'record.proved') AND e.subject = r.subject_id::text ORDER BY e.event_id
    """
    return [tuple(row) for row in await rows(story.gateway, query, record=record)]


@pytest.fixture
async def told_of(story):
    """Deliver a penalty of a registered enterprise beside another one (999), and return its record."""

    async def deliver(number):
        for enterprise in (number, 999):
            await story.push("market_regulation", "ent_registration", registration(enterprise))
        await story.push("drc", "penalty_general", penalties(penalty(number, f"V{number}")))
        await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
        await story.enrol("auditor-1", "auditor")
        return await record_of(story.gateway, f"V{number}")

    return deliver


@pytest.mark.parametrize("door", READ)
async def test_each_reading_leaves_one_event_whoever_reads(story, told_of, door):
    number = 140 + READ.index(door)
    record = await told_of(number)
    readers = ["drc", f"s-{number}", "auditor-1"]
    for reader in readers:
        answer = await story.client.get(f"/v1/records/{record}/{door}", headers=await story.headers(reader))
        assert answer.status_code == 200, answer.text
    kind = "record.history_read" if door == "history" else "record.proved"
    assert await readings(story, record) == [(kind, reader, "read") for reader in readers]


@pytest.mark.parametrize("door", READ)
async def test_to_another_agency_and_another_enterprise_there_is_no_record(story, told_of, door):
    number = 150 + READ.index(door)
    record = await told_of(number)
    await story.enrol("tax", "agency")
    await story.enrol("s-999", "signatory", subject=uscc(999))
    for stranger in ("tax", "s-999"):
        answer = await story.client.get(f"/v1/records/{record}/{door}", headers=await story.headers(stranger))
        assert (answer.status_code, slug(answer)) == (404, "record-not-found")
    assert await readings(story, record) == []


@pytest.mark.parametrize("kind", OTHERS)
async def test_who_sees_a_record_is_decided_behind_every_door(story, told_of, kind):
    record, gateway = await told_of(160), story.gateway
    async with gateway.units.begin("test.read", somebody(kind)) as work:
        for step in (
            read_history(work, gateway.protector, record, AsOf()), prove_record(work, record, "proof"),
            list_records(work, gateway.protector, uscc(160), AsOf()), load_shown(work, uscc(160)),
        ):  # fmt: skip
            with pytest.raises(DeniedError) as refused:
                await step
            assert refused.value.denial.reason in {"record-not-found", "insufficient-scope"}
        if kind != "signatory":
            with pytest.raises(DeniedError):
                await list_own_records(work, gateway.protector, RecordPage(9))


@pytest.mark.parametrize("kind", [kind for kind in OTHERS if kind != "operator"] + ["auditor", "machine"])
async def test_who_acts_on_whose_record_is_decided_behind_every_door(story, told_of, kind):
    record = await told_of(161)
    for act_kind in ActKind:
        async with story.gateway.units.begin("test.act", somebody(kind)) as work:
            with pytest.raises(DeniedError) as refused:
                await act_on_record(work, record, ActRequest(act_kind, TODAY, "测试原因"))
            assert refused.value.denial.reason == "record-not-found"
    assert len(await held(story.gateway, 161)) == 2


@pytest.mark.parametrize("kind", [kind for kind in OTHERS if kind != "operator"] + ["auditor"])
async def test_erasing_linking_and_retention_are_not_for_everybody(story, told_of, kind):
    await told_of(162)
    gateway, actor = story.gateway, somebody(kind)
    async with gateway.units.begin("test.decide", actor) as work:
        for step in (
            erase_subject(work, gateway.protector, uscc(162), "测试原因"),
            show_subject(work, gateway.protector, uscc(162)),
            link_subject(work, gateway.protector, "某旧名公司", uscc(162), "测试原因"),
            count_unresolved(work),
        ):
            with pytest.raises(DeniedError):
                await step
        if kind != "program":
            with pytest.raises(DeniedError):
                await count_expired(work)
    if kind != "program":
        with pytest.raises(DeniedError):
            await expunge(gateway.units, actor, gateway.protector, datetime.now(UTC))


def keys_of(number, signature=None):
    header, row = ["行政处罚决定书文号", "统一社会信用代码"], [f"V{number}", uscc(number)]
    table = Table("utf-8", header, iter([(2, row)]))
    return KeyList(get_dataset("penalty_general"), str(uuid4()), b"x" * 32, lambda: table, signature)


@pytest.mark.parametrize("kind", [*OTHERS, "auditor", "machine"])
async def test_a_list_is_the_agencys_alone(story, told_of, kind):
    await told_of(163)
    gateway, request = story.gateway, ActRequest(ActKind.WITHDRAW, TODAY, "测试原因")
    with pytest.raises(DeniedError) as refused:
        await act_on_list(gateway.units, gateway.protector, somebody(kind), keys_of(163), request)
    assert refused.value.denial.reason == "dataset-not-yours"
    assert len(await held(gateway, 163)) == 2


async def test_an_agency_that_must_sign_signs_lists_too_whichever_door_they_come_by(story, told_of):
    await told_of(164)
    gateway, request = story.gateway, ActRequest(ActKind.WITHDRAW, TODAY, "测试原因")
    drc = Actor("drc", "agency")
    await must_sign(gateway, required=True)
    try:
        with pytest.raises(DeniedError) as refused:
            await act_on_list(gateway.units, gateway.protector, drc, keys_of(164), request)
        assert refused.value.denial.reason == "batch-signature-required"
        stored, _ = await act_on_list(gateway.units, gateway.protector, drc, keys_of(164, "signed"), request)
    finally:
        await must_sign(gateway, required=False)
    assert stored.done == 1


async def must_sign(gateway, *, required):
    async with gateway.database.begin("test.signing") as session:
        await session.execute(text("UPDATE client SET must_sign = :r WHERE client_id = 'drc'"), {"r": required})


async def test_of_an_enterprises_own_list_one_event_tells_how_many(story, told_of):
    await told_of(165)
    headers = await story.headers("s-165")
    assert len((await story.client.get("/v1/records", headers=headers)).json()["records"]) == 2
    query = "SELECT actor, outcome FROM audit_event WHERE type = 'record.listed' AND actor = 's-165'"
    assert [tuple(row) for row in await rows(story.gateway, query)] == [("s-165", "read")]
