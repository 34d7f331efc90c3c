"""Objections of an enterprise: filed with a reason, within a number, and what became of each."""

import asyncio
from itertools import count

import pytest
from sqlalchemy import text

from gateway.records import objections
from tests.enterprises import uscc
from tests.gates import held
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, bankruptcy, record_of
from tests.stories import slug

NUMBERS = count(700)
DECISIONS = {"upheld": "uphold", "rejected": "reject", "withdrawn": "withdraw", "repaired": "repair"}


@pytest.fixture
async def enterprise(story):
    """An enterprise with five penalties, in the order of their documents."""
    number = next(NUMBERS)
    await story.push("drc", "penalty_general", penalties(*(penalty(number, f"J{number}-{n}") for n in range(5))))
    await story.enrol(f"s-{number}", "signatory", subject=uscc(number))
    records = [str(await record_of(story.gateway, f"J{number}-{n}")) for n in range(5)]
    return story, f"s-{number}", records


async def object_to(story, who, record, **body):
    path = f"/v1/records/{record}/objections"
    return await story.client.post(path, json={"reason": "金额有误", **body}, headers=await story.headers(who))


async def listed(story, who, **parameters):
    answer = await story.client.get("/v1/objections", params=parameters, headers=await story.headers(who))
    assert answer.status_code == 200, answer.text
    return answer.json()["objections"]


async def test_an_objection_says_what_became_of_it(enterprise):
    story, boss, records = enterprise
    for record in records:
        assert (await object_to(story, boss, record)).status_code == 201
    for record, kind in zip(records, DECISIONS.values(), strict=False):
        assert (await act(story, record, kind, document="温复〔2026〕1号")).status_code == 201
    told = {one["record"]: one for one in await listed(story, boss)}
    assert [told[record]["state"] for record in records] == [*DECISIONS, "open"]
    first, last = told[records[0]], told[records[-1]]
    assert (first["reason"], first["actor"], first["agency"]) == ("金额有误", boss, "drc")
    assert (first["decision"], first["decision_document"]) == ("测试原因", "温复〔2026〕1号")
    assert (last["decision"], last["decided_at"]) == (None, None)
    for state, record in zip((*DECISIONS, "open"), records, strict=True):
        assert [one["record"] for one in await listed(story, boss, state=state)] == [record]
    assert [one["state"] for one in await listed(story, boss, record=records[1])] == ["rejected"]


async def test_one_that_was_rejected_can_be_made_again_and_each_keeps_its_end(enterprise):
    story, boss, records = enterprise
    await object_to(story, boss, records[0])
    assert slug(await object_to(story, boss, records[0])) == "act-not-possible"
    await act(story, records[0], "reject")
    assert (await object_to(story, boss, records[0], document="补充材料")).status_code == 201
    assert [one["state"] for one in await listed(story, boss)] == ["rejected", "open"]


async def test_what_becomes_of_anothers_record_under_the_same_number_says_nothing_of_ones_own(story):
    own, other = next(NUMBERS), next(NUMBERS)
    await story.push("court", "bankruptcy_case", bankruptcy(own, f"破{own}号"))
    record = await record_of(story.gateway, f"破{own}号", key=f"破{own}号")
    await story.enrol(f"s-{own}", "signatory", subject=uscc(own))
    assert (await object_to(story, f"s-{own}", record)).status_code == 201
    await story.push("court", "bankruptcy_case", bankruptcy(other, f"破{own}号"))
    later = await record_of(story.gateway, f"破{own}号", version=2, key=f"破{own}号")
    assert (await act(story, later, "repair", agency="court")).status_code == 201
    assert [(one["state"], one["decision"]) for one in await listed(story, f"s-{own}")] == [("superseded", None)]
    assert await listed(story, f"s-{own}", state="open") == []


async def test_pages_hold_every_objection_once(enterprise):
    story, boss, records = enterprise
    for record in records[:3]:
        await object_to(story, boss, record)
    first = await listed(story, boss, limit=2)
    rest = await listed(story, boss, limit=2, after=first[-1]["objection"])
    assert [one["record"] for one in (*first, *rest)] == records[:3]


async def test_another_enterprise_sees_none_of_them(enterprise):
    story, boss, records = enterprise
    await object_to(story, boss, records[0])
    other = next(NUMBERS)
    await story.enrol(f"s-{other}", "signatory", subject=uscc(other))
    assert await listed(story, f"s-{other}") == []
    await story.push("drc", "penalty_general", penalties(penalty(other, f"J{other}")))
    assert await listed(story, f"s-{other}", record=records[0]) == []
    assert slug(await object_to(story, f"s-{other}", records[1])) == "record-not-found"


@pytest.mark.parametrize(("length", "status"), [(1, 400), (2, 201), (500, 201), (501, 400)])
async def test_a_reason_has_2_to_500_characters(enterprise, length, status):
    story, boss, records = enterprise
    assert (await object_to(story, boss, records[0], reason="字" * length)).status_code == status


async def test_as_many_as_may_wait_and_no_more(enterprise, monkeypatch):
    assert objections.MOST_OPEN == 100
    monkeypatch.setattr(objections, "MOST_OPEN", 2)
    story, boss, records = enterprise
    answers = [await object_to(story, boss, record) for record in records[:3]]
    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert slug(answers[-1]) == "too-many-objections"
    await act(story, records[0], "reject")
    assert (await object_to(story, boss, records[2])).status_code == 201


async def test_two_at_once_are_no_more_than_may_wait(enterprise, monkeypatch):
    monkeypatch.setattr(objections, "MOST_OPEN", 1)
    story, boss, records = enterprise
    async with story.gateway.database.begin("test.subject") as session:
        query = text("SELECT subject_id FROM record WHERE record_id = :r")
        subject = (await session.execute(query, {"r": records[0]})).scalar_one()
    lock = f"SELECT pg_advisory_xact_lock({objections.Lock.OBJECTIONS}, hashtext(:subject))"
    async with held(story.gateway.database, lock, subject=str(subject)) as gate:
        tasks = []
        for waiting, record in enumerate(records[:2], 1):
            tasks.append(asyncio.create_task(object_to(story, boss, record)))
            await gate.waiting(waiting)
    assert sorted(answer.status_code for answer in await asyncio.gather(*tasks)) == [201, 409]
    assert len(await listed(story, boss, state="open")) == 1
