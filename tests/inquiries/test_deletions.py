"""Deletion attested: when the life of an answer's data ends, what is owed then, and what an institution's word does."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from consent.durations import after
from consent.parts import Obligation
from consent.terms import Terms
from gateway.evidence.conservation import find_differences
from gateway.inquiries.deletions import MOST_AT_ONCE, attest_deleted
from gateway.inquiries.duties import follow
from gateway.inquiries.lives import REMINDED_BEFORE, REVOKED_WITHIN, is_personal, remind
from gateway.inquiries.obligations import GRACE, Owed, life_ends
from gateway.inquiries.owing import list_owing
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.worker import take_in
from tests.actors import MACHINE, OPERATOR
from tests.enterprises import uscc
from tests.gates import held
from tests.stories import registration, slug

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
TICK = timedelta(microseconds=1)
TERMS = Terms(
    UUID(int=1), uscc(1), "bank", (), ("score",), "pre_loan", NOW, NOW + timedelta(days=30), None, data_life="P1Y"
)


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record."""
    await story.push("market_regulation", "ent_registration", registration(1))
    return story


async def permitted(story, account, **terms):
    """An account of an institution of its own, with a consent."""
    await story.account(account, f"house-of-{account}")
    return await story.consent(account, 1, **terms)


async def owed(story, account):
    answer = await story.client.get("/v1/obligations", headers=await story.headers(account))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def attest(story, account, *inquiries):
    headers = await story.headers(account)
    return await story.client.post("/v1/obligations/deletions", json={"inquiries": list(inquiries)}, headers=headers)


async def again(story, account, inquiry):
    return await story.client.get(f"/v1/inquiries/{inquiry}/answer", headers=await story.headers(account))


async def life_ended(story, inquiry, since=timedelta()):
    async with story.gateway.database.begin("test.due", role="owner") as session:
        query = "UPDATE inquiry SET delete_by = clock_timestamp() - CAST(:since AS interval) WHERE inquiry_id = :id"
        await session.execute(text(query), {"since": since, "id": UUID(inquiry)})


async def events(story, name, account):
    """Count the events of a type that concern the institution of an account."""
    async with story.gateway.database.begin("test.events", role="owner") as session:
        query = "SELECT count(*) FROM audit_event WHERE type = :type AND institution = :institution"
        values = {"type": name, "institution": f"house-of-{account}"}
        return (await session.execute(text(query), values)).scalar_one()


@pytest.mark.parametrize(("late", "stops"), [(-TICK, False), (timedelta(), True), (TICK, True)])
def test_a_deletion_stops_questions_from_the_end_of_its_grace_on(late, stops):
    assert Owed(UUID(int=1), NOW - GRACE - late, "deletion").stops(NOW) is stops


def test_the_life_of_the_data_ends_as_the_consent_says_and_the_shorter_of_two_holds():
    assert life_ends(TERMS, NOW) == after(NOW, "P1Y")
    assert life_ends(replace(TERMS, access_mode="VIEW", data_life="P0D"), NOW) is None
    assert life_ends(replace(TERMS, data_life="P0D"), NOW) is None
    for within, ends in (("P30D", "P30D"), ("P2Y", "P1Y"), (None, "P1Y")):
        said = replace(TERMS, obligations=(Obligation("no_onward"), Obligation("delete_after", within)))
        assert life_ends(said, NOW) == after(NOW, ends)


def test_what_is_about_a_person_is_a_sole_traders_or_names_somebody():
    assert not is_personal(TERMS)
    assert is_personal(replace(TERMS, uscc="92330302MA00000154"))


async def test_case_63_what_is_not_attested_after_its_data_life_is_listed_then_stops_questions(ready):
    await permitted(ready, "keeper-1")
    await permitted(ready, "keeper-2")
    first = (await ready.ask("keeper-1", 1, key="kept")).json()
    listed = await owed(ready, "keeper-1")
    assert [one["inquiry"] for one in listed["deletions"]] == [first["inquiry"]]
    assert datetime.fromisoformat(listed["deletions"][0]["due"]) == after(
        datetime.fromisoformat(first["issued_at"]), "P1Y"
    )
    await life_ended(ready, first["inquiry"], GRACE - timedelta(hours=1))
    assert (await owed(ready, "keeper-1"))["deletions"][0]["overdue"] is True
    assert (await ready.ask("keeper-1", 1)).status_code == 200
    await life_ended(ready, first["inquiry"], GRACE)
    denied = await ready.ask("keeper-1", 1)
    assert (denied.status_code, slug(denied), denied.json()["undeleted"]) == (
        403, "obligation-overdue", first["inquiry"],
    )  # fmt: skip
    assert (await ready.ask("keeper-2", 1)).status_code == 200
    told = await attest(ready, "keeper-1", first["inquiry"])
    assert told.status_code == 200, told.text
    assert (await ready.ask("keeper-1", 1)).status_code == 200


async def test_case_65_an_answer_is_not_given_again_once_its_data_life_has_ended(ready):
    await permitted(ready, "keeper-3")
    first = (await ready.ask("keeper-3", 1, key="kept")).json()["inquiry"]
    assert (await again(ready, "keeper-3", first)).status_code == 200
    await life_ended(ready, first, -timedelta(minutes=5))
    assert (await again(ready, "keeper-3", first)).status_code == 200
    await life_ended(ready, first)
    for denied in (await again(ready, "keeper-3", first), await ready.ask("keeper-3", 1, key="kept")):
        assert (denied.status_code, slug(denied)) == (403, "data-life-ended")
    headers = await ready.headers("keeper-3")
    shown = (await ready.client.get(f"/v1/inquiries/{first}", headers=headers)).json()
    assert (shown["answer"], shown["withheld"]) == (None, "data-life-ended")


async def test_what_was_said_to_be_deleted_leaves_the_list_and_is_not_given_again(ready):
    await permitted(ready, "keeper-4")
    first, second = [(await ready.ask("keeper-4", 1)).json()["inquiry"] for _ in range(2)]
    told = (await attest(ready, "keeper-4", first)).json()["deleted"]
    assert [one["inquiry"] for one in told] == [first]
    assert (await attest(ready, "keeper-4", first)).json()["deleted"] == told  # the same again is the same
    assert await events(ready, "deletion.attested", "keeper-4") == 1
    assert [one["inquiry"] for one in (await owed(ready, "keeper-4"))["deletions"]] == [second]
    assert slug(await again(ready, "keeper-4", first)) == "data-life-ended"
    assert (await again(ready, "keeper-4", second)).status_code == 200
    asked = await ready.client.get("/v1/questions", headers=await ready.headers("s-1"))
    shown = {one["question"]: one for one in asked.json()["questions"]}
    assert shown[first]["deleted_at"] == told[0]["deleted_at"]
    assert (shown[second]["deleted_at"], shown[second]["keep_until"] is not None) == (None, True)


async def test_nobody_attests_for_another_or_what_may_not_be_kept_and_one_such_ends_all(ready):
    await permitted(ready, "keeper-5")
    await permitted(ready, "keeper-6", access_mode="VIEW")
    kept = (await ready.ask("keeper-5", 1)).json()["inquiry"]
    seen = (await ready.ask("keeper-6", 1)).json()["inquiry"]
    refused = await ready.ask("keeper-5", 1, purpose="renewal")
    denied = refused.json()["inquiry"]
    for account, named in (
        ("keeper-6", kept), ("keeper-6", seen), ("keeper-5", denied), ("keeper-5", str(uuid4())),
    ):  # fmt: skip
        answer = await attest(ready, account, named)
        assert (answer.status_code, slug(answer)) == (404, "inquiry-not-found"), (account, named)
    assert (await attest(ready, "keeper-5", kept, str(uuid4()))).status_code == 404
    assert [one["inquiry"] for one in (await owed(ready, "keeper-5"))["deletions"]] == [kept]
    assert (await owed(ready, "keeper-6"))["deletions"] == []


@pytest.mark.parametrize(("many", "reason"), [
    (0, "invalid-request"), (1, "inquiry-not-found"), (MOST_AT_ONCE - 1, "inquiry-not-found"),
    (MOST_AT_ONCE, "inquiry-not-found"), (MOST_AT_ONCE + 1, "invalid-request"),
])  # fmt: skip
async def test_as_many_as_fit_at_once_and_no_more(ready, many, reason):
    actor = Actor("keeper", "account", "house-of-keeper")
    with pytest.raises(DeniedError) as fault:
        async with ready.gateway.units.begin("test.attest", actor) as work:
            await attest_deleted(work, [uuid4() for _ in range(many)])
    assert fault.value.denial.reason == reason


async def test_two_who_attest_the_same_at_once_leave_one_event(ready):
    await permitted(ready, "keeper-7")
    first = (await ready.ask("keeper-7", 1)).json()["inquiry"]
    lock = "SELECT FROM inquiry WHERE inquiry_id = :id FOR NO KEY UPDATE"
    async with held(ready.gateway.database, lock, id=UUID(first)) as gate:
        both = [asyncio.create_task(attest(ready, "keeper-7", first)) for _ in range(2)]
        await gate.waiting(2)
    told = [(await one).json()["deleted"] for one in both]
    assert told[0] == told[1]
    assert await events(ready, "deletion.attested", "keeper-7") == 1


async def test_revoking_leaves_what_is_about_a_company_and_brings_what_is_about_a_person_forward(ready, monkeypatch):
    consent = await permitted(ready, "keeper-8")
    first = (await ready.ask("keeper-8", 1)).json()["inquiry"]
    attested = (await ready.ask("keeper-8", 1)).json()["inquiry"]
    assert (await attest(ready, "keeper-8", attested)).status_code == 200
    due = (await owed(ready, "keeper-8"))["deletions"][0]["due"]
    revoked = await ready.decide("s-1", consent, "revoke")
    assert revoked.status_code == 200, revoked.text
    await take_in(ready.gateway)
    position = await _followed(ready)
    assert (await owed(ready, "keeper-8"))["deletions"][0]["due"] == due
    monkeypatch.setattr("gateway.inquiries.lives.is_personal", lambda _: True)
    await _read_again_from(ready, 0)
    assert await _followed(ready) == position
    brought = datetime.fromisoformat((await owed(ready, "keeper-8"))["deletions"][0]["due"])
    assert timedelta() < datetime.now(UTC) + REVOKED_WITHIN - brought < timedelta(minutes=5)
    assert (await owed(ready, "keeper-8"))["deletions"][0]["inquiry"] == first
    assert await events(ready, "deletion.advanced", "keeper-8") == 1
    await _read_again_from(ready, 0)
    await _followed(ready)
    assert await events(ready, "deletion.advanced", "keeper-8") == 1  # what is due sooner stays so


async def _followed(story):
    """Follow the log to its end; return how far that is."""
    while True:
        async with story.gateway.units.begin("test.follow", PROGRAM) as work:
            if not await follow(work):
                break
    async with story.gateway.database.begin("test.position") as session:
        return (await session.execute(text("SELECT next_index FROM duty_position"))).scalar_one()


async def _read_again_from(story, index):
    async with story.gateway.database.begin("test.position", role="owner") as session:
        await session.execute(text("UPDATE duty_position SET next_index = :index"), {"index": index})


async def test_while_another_worker_follows_the_log_nothing_is_done(ready):
    await take_in(ready.gateway)
    await _followed(ready)
    await _read_again_from(ready, 0)
    async with held(ready.gateway.database, "SELECT FROM duty_position FOR UPDATE"):
        async with ready.gateway.units.begin("test.follow", PROGRAM) as work:
            assert await follow(work) is False
        async with ready.gateway.database.begin("test.position") as session:
            assert (await session.execute(text("SELECT next_index FROM duty_position"))).scalar_one() == 0


async def test_institutions_are_reminded_once_a_day_of_what_ends_within_a_week(ready):
    await permitted(ready, "keeper-9")
    first = (await ready.ask("keeper-9", 1)).json()["inquiry"]

    async def reminded():
        before = await events(ready, "deletion.reminded", "keeper-9")
        async with ready.gateway.units.begin("test.remind", PROGRAM) as work:
            await remind(work)
        return await events(ready, "deletion.reminded", "keeper-9") - before

    await life_ended(ready, first, -REMINDED_BEFORE - timedelta(minutes=5))
    assert await reminded() == 0
    await life_ended(ready, first, -REMINDED_BEFORE)
    assert [await reminded() for _ in range(2)] == [1, 0]
    async with ready.gateway.database.begin("test.forget", role="owner") as session:
        row = (
            await session.execute(
                text("DELETE FROM deletion_reminder WHERE institution = 'house-of-keeper-9' RETURNING due, overdue")
            )
        ).one()
    assert tuple(row) == (1, 0)
    await attest(ready, "keeper-9", first)
    assert await reminded() == 0


async def test_two_workers_remind_once(ready):
    await permitted(ready, "keeper-10")
    await life_ended(ready, (await ready.ask("keeper-10", 1)).json()["inquiry"])

    async def reminding():
        async with ready.gateway.units.begin("test.remind", PROGRAM) as work:
            await remind(work)

    async with held(ready.gateway.database, "LOCK TABLE deletion_reminder IN SHARE MODE") as gate:
        both = [asyncio.create_task(reminding()) for _ in range(2)]
        await gate.waiting(2)
    for one in both:
        await one
    assert await events(ready, "deletion.reminded", "keeper-10") == 1


async def test_operators_see_who_owes_what(ready):
    await permitted(ready, "keeper-11")
    first = (await ready.ask("keeper-11", 1)).json()["inquiry"]
    await life_ended(ready, first, GRACE)
    async with ready.gateway.units.begin("test.owing", MACHINE) as work:
        (row,) = await list_owing(work, limit=10, institution="house-of-keeper-11")
        assert (row["reports"], row["reports_overdue"], row["deletions_overdue"], row["stopped"]) == (1, 0, 1, True)
        with pytest.raises(DeniedError):
            await list_owing(work, limit=10, institution="house-of-nobody")


async def test_an_attestation_that_vanished_is_found(ready):
    await permitted(ready, "keeper-12")
    first = (await ready.ask("keeper-12", 1)).json()["inquiry"]
    await attest(ready, "keeper-12", first)
    rule = "what is said to be deleted has its attestation"
    async with ready.gateway.database.begin("test.lost", role="owner") as session:
        await session.execute(text(f"UPDATE inquiry SET deleted_at = NULL WHERE inquiry_id = '{first}'"))
    async with ready.gateway.units.begin("test.reconcile", OPERATOR) as work:
        assert [one for one in await find_differences(work) if one[0] == rule] == [(rule, first, 0, 1)]
