"""What may not be shown leaves every outward answer at once, whichever way it went; history keeps it."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.model.calendar import day_of
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, held, record_of
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
async def test_it_leaves_every_door(story, way):
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
        "penalties": str(tags["pen_cnt_all"]),
        "listed": len(listed),
        "proved": proof.status_code,
        "held": len(await held(story.gateway, number)),
    }


async def test_an_open_objection_is_named_in_the_answer(story):
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
    assert (await story.client.get("/v1/records", headers=headers)).json() == {"records": []}
    record = await record_of(story.gateway, "P1")
    for what in ("proof", "history"):
        answer = await story.client.get(f"/v1/records/{record}/{what}", headers=await story.headers("s-122"))
        assert slug(answer) == "record-not-found"
