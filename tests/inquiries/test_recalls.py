"""Recall notices: who was given an answer that rests on a record is told once it is taken back, and of nothing else."""

from datetime import timedelta
from uuid import UUID

import pytest

from audit.search import first_id
from gateway.inquiries.duties import follow
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.recalls import count_recalls, list_all_recalls, rests_on
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import database_now
from gateway.worker import take_in
from tests.actors import OPERATOR
from tests.gates import held
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import registration


async def given(story, number, account, document):
    """An enterprise with a penalty, an account of an institution of its own, and an answer that rests on it."""
    await story.push("market_regulation", "ent_registration", registration(number))
    await story.push("drc", "penalty_general", penalties(penalty(number, document)))
    await story.account(account, f"house-of-{account}")
    await story.consent(account, number)
    return await asked(story, account, number)


async def asked(story, account, number):
    answer = await story.ask(account, number)
    assert answer.status_code == 200, answer.text
    return answer.json()["inquiry"]


async def followed(story):
    await take_in(story.gateway)
    more = True
    while more:
        async with story.gateway.units.begin("test.follow", PROGRAM) as work:
            more = await follow(work)


async def told(story, account):
    answer = await story.client.get("/v1/recalls", headers=await story.headers(account))
    assert answer.status_code == 200, answer.text
    return answer.json()["recalls"]


async def taken_back(story, document, kind, state):
    record = await record_of(story.gateway, document)
    if kind == "uphold":
        assert (await act(story, record, "object")).status_code == 201
    done = await act(story, record, kind)
    assert (done.status_code, done.json()["state"]) == (201, state)


def test_an_answer_rests_on_what_its_basis_names():
    one, two, salt = "aa", "bb", b"salt"
    assert rests_on({"records": [one, two]}, {two, "cc"})
    assert not rests_on({"records": [one]}, {two})
    own = {"records": [salted(one, salt)], "salt": salt.hex()}
    assert (rests_on(own, {one}), rests_on(own, {two}), rests_on(own, {salted(one, salt)})) == (True, False, False)


@pytest.mark.parametrize(
    ("number", "kind", "state"),
    [(301, "withdraw", "withdrawn"), (302, "repair", "repaired"), (303, "uphold", "annulled")],
)
async def test_whoever_was_given_an_answer_is_told_when_a_record_behind_it_is_taken_back(story, number, kind, state):
    document, account = f"RC{number}", f"teller-{number}"
    first = await given(story, number, account, document)
    await taken_back(story, document, kind, state)
    later = await asked(story, account, number)
    await followed(story)
    (notice,) = await told(story, account)
    assert (notice["inquiry"], notice["kind"], notice["account"]) == (first, state, account)
    assert later != first
    assert document not in str(notice)
    assert "penalty" not in str(notice)
    await followed(story)
    assert len(await told(story, account)) == 1


@pytest.mark.parametrize(("number", "policy"), [
    (371, OutputPolicy(0, "flag", 1)), (372, OutputPolicy(0, "raw", None, ("records",)))
], ids=["flag", "records-left-out"])  # fmt: skip
async def test_an_answer_that_was_given_without_its_basis_is_told_of_too(story, number, policy):
    account = f"teller-{number}"
    await story.account(account, f"house-of-{account}")
    async with story.gateway.units.begin("test.output", OPERATOR) as work:
        await set_output_policy(work, f"house-of-{account}", "score", policy)
    first = await given(story, number, account, f"RC{number}")
    await story.push(
        "drc", "penalty_general", penalties(penalty(number, f"RC{number}"), penalty(number, f"RD{number}"))
    )
    second = await asked(story, account, number)
    await taken_back(story, f"RD{number}", "withdraw", "withdrawn")
    await followed(story)
    assert [one["inquiry"] for one in await told(story, account)] == [second]
    assert first != second


async def test_what_does_not_rest_on_it_is_not_told_of_nor_another_institution(story):
    first = await given(story, 310, "teller-310", "RC310")
    await story.push("drc", "penalty_general", penalties(penalty(310, "RC310"), penalty(310, "RD310")))
    await given(story, 311, "teller-311", "RC311")
    second = await asked(story, "teller-310", 310)
    await taken_back(story, "RD310", "withdraw", "withdrawn")
    await followed(story)
    assert [one["inquiry"] for one in await told(story, "teller-310")] == [second]
    assert first != second
    assert await told(story, "teller-311") == []


async def test_who_said_that_the_answer_is_deleted_is_not_told(story):
    first = await given(story, 320, "teller-320", "RC320")
    second = await asked(story, "teller-320", 320)
    headers = await story.headers("teller-320")
    deleted = await story.client.post("/v1/obligations/deletions", json={"inquiries": [first]}, headers=headers)
    assert deleted.status_code == 200, deleted.text
    await taken_back(story, "RC320", "repair", "repaired")
    await followed(story)
    assert [one["inquiry"] for one in await told(story, "teller-320")] == [second]


async def test_an_answer_on_an_earlier_version_of_the_record_is_told_of_too(story):
    first = await given(story, 330, "teller-330", "RC330")
    await story.push("drc", "penalty_general", penalties(penalty(330, "RC330", fine="0.7")))
    record = await record_of(story.gateway, "RC330", version=2)
    assert (await act(story, record, "repair")).status_code == 201
    await followed(story)
    assert [one["inquiry"] for one in await told(story, "teller-330")] == [first]


@pytest.mark.parametrize(("apart", "number", "many"), [
    (timedelta(minutes=5), 340, 1), (timedelta(), 341, 0), (-timedelta(minutes=5), 342, 0)
])  # fmt: skip
async def test_answers_of_a_year_are_told_of_and_no_older_ones(story, monkeypatch, apart, number, many):
    """The year ends `apart` before the answer was given."""
    first = await given(story, number, f"teller-{number}", f"RC{number}")
    async with story.gateway.database.begin("test.now") as session:
        now = await database_now(session)
    given_at = (UUID(first).int >> 80) / 1000
    since = now.timestamp() - given_at
    monkeypatch.setattr("gateway.inquiries.recalls.RECALLED_WITHIN", timedelta(seconds=since) + apart)
    await taken_back(story, f"RC{number}", "withdraw", "withdrawn")
    await followed(story)
    assert len(await told(story, f"teller-{number}")) == many


async def test_two_workers_tell_once_and_a_turn_that_broke_is_done_again(story, monkeypatch):
    await given(story, 350, "teller-350", "RC350")
    await followed(story)
    await taken_back(story, "RC350", "repair", "repaired")
    await take_in(story.gateway)
    units = story.gateway.units
    locked = held(story.gateway.database, "SELECT FROM duty_position FOR UPDATE")
    async with locked, units.begin("test.follow", PROGRAM) as work:
        assert await follow(work) is False
    assert await told(story, "teller-350") == []

    async def broken(work, leaf):
        raise RuntimeError(leaf)

    with monkeypatch.context() as patched:
        patched.setattr("gateway.inquiries.duties.bring_forward", broken)
        with pytest.raises(RuntimeError):
            await followed(story)
    assert await told(story, "teller-350") == []
    await followed(story)
    assert len(await told(story, "teller-350")) == 1


async def test_pages_of_notices_hold_each_once_and_operators_count_them(story):
    await given(story, 360, "teller-360", "RC360")
    for _ in range(2):
        await asked(story, "teller-360", 360)
    await taken_back(story, "RC360", "withdraw", "withdrawn")
    async with story.gateway.database.begin("test.now") as session:
        before = await database_now(session)
    await followed(story)
    headers, found, asked_before = await story.headers("teller-360"), [], None
    while True:
        wanted = {"limit": 2} | ({"before": asked_before} if asked_before else {})
        page = (await story.client.get("/v1/recalls", params=wanted, headers=headers)).json()
        found += [one["inquiry"] for one in page["recalls"]]
        if (asked_before := page["next"]) is None:
            break
    assert len(found) == len(set(found)) == 3
    async with story.gateway.units.begin("test.count", PROGRAM) as work:
        assert await count_recalls(work.session, before) == 3
        listed = await list_all_recalls(work, limit=10, institution="house-of-teller-360")
        assert [str(one["inquiry"]) for one in listed] == found
        assert first_id(before) < listed[-1]["recall"]
