"""Answers computed again: equal to the byte whatever came later, and honest where they cannot be."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from connectors.model.calendar import day_of
from connectors.model.datasets import is_silent
from connectors.store.subjects import find_subject
from gateway.inquiries.answers import Result
from gateway.inquiries.computing import compute_result
from gateway.inquiries.replay import compare, hindrance, replay_inquiry
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.value import Feed, reasons_of
from tests.enterprises import uscc
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import registration, slug

AUDITOR = Actor("auditor-1", "auditor")


@pytest.fixture
async def ready(story):
    """Enough is known of enterprise 1 for a score, and bank-1 may ask about it."""
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.feeds()
        await story.push("drc", "penalty_general", penalties(penalty(1, "R1"), penalty(1, "R2")))
        await story.account("bank-1", "bank")
        await story.consent("bank-1", 1, products=["score", "health_check"])
        await story.enrol("auditor-1", "auditor")
    return story


async def again(story, inquiry, actor=AUDITOR):
    async with story.gateway.units.begin("test.replay", actor) as work:
        return await replay_inquiry(work, UUID(inquiry))


@pytest.mark.parametrize("product", ["score", "health_check"])
async def test_what_comes_later_changes_nothing_of_what_was_answered(ready, product):
    told = (await ready.ask("bank-1", 1, product=product)).json()
    assert (await again(ready, told["inquiry"])).outcome == "equal"
    await ready.push("drc", "penalty_general", penalties(penalty(1, f"LATER-{product}", fine="0.9")))
    record = await record_of(ready.gateway, "R1" if product == "score" else "R2")
    assert (await act(ready, record, "repair")).status_code == 201
    assert (await again(ready, told["inquiry"])).outcome == "equal"
    anew = (await ready.ask("bank-1", 1, product=product)).json()
    assert anew["inputs"] != told["inputs"]
    assert (await again(ready, anew["inquiry"])).outcome == "equal"


async def test_the_interface_computes_again_for_auditors_alone_and_the_log_says_so(ready):
    inquiry = (await ready.ask("bank-1", 1)).json()["inquiry"]
    path = f"/v1/audit/inquiries/{inquiry}/replay"
    made = await ready.client.post(path, headers=await ready.headers("auditor-1"))
    assert (made.status_code, made.json()["outcome"], made.json()["differences"]) == (200, "equal", [])
    for other in ("bank-1", "s-1"):
        refused = await ready.client.post(path, headers=await ready.headers(other))
        assert (refused.status_code, slug(refused)) == (403, "insufficient-scope")
    nothing = await ready.client.post(
        f"/v1/audit/inquiries/{uuid4()}/replay", headers=await ready.headers("auditor-1")
    )  # fmt: skip
    assert (nothing.status_code, slug(nothing)) == (404, "inquiry-not-found")
    entries = (await ready.client.get("/v1/audit/entries", params={"type": "inquiry.recomputed", "limit": 500},
                                      headers=await ready.headers("auditor-1"))).json()["entries"]  # fmt: skip
    assert entries[-1]["leaf"]["actor"] == "auditor-1"


@pytest.mark.parametrize("kind", ["account", "signatory", "operator", "system", "agency", "person"])
async def test_nobody_but_an_overseer_computes_answers_again(ready, kind):
    inquiry = (await ready.ask("bank-1", 1)).json()["inquiry"]
    with pytest.raises(DeniedError):
        await again(ready, inquiry, Actor("somebody", kind, institution_id="bank", subject=uscc(1)))


async def test_what_was_denied_has_no_answer_to_compute(ready):
    denied = (await ready.ask("bank-1", 1, purpose="renewal")).json()["inquiry"]
    with pytest.raises(DeniedError):
        await again(ready, denied)


TOLD = {
    "provider": "embedded",
    "product": "score",
    "model": "m",
    "score": 700,
    "basis": {"records": ["a", "b"], "x": 1},
}


def test_what_differs_is_told_by_its_path():
    now = {"score": 690, "basis": {"records": ["b", "c"], "x": 1}}
    found = {one.member: (one.then, one.now) for one in compare(TOLD, now)}
    assert found == {"score": (700, 690), "basis.records": (["a"], ["c"])}
    assert compare(TOLD, {"score": 700, "basis": {"x": 1, "records": ["a", "b"]}}) == ()
    (order,) = compare(TOLD, {"basis": {"records": ["b", "a"], "x": 1}})
    assert order.member == "basis.records"
    assert [one.member for one in compare(TOLD, {"score": 700.0})] == []  # the same number in its canonical form


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"provider": "five-force", "model": "five-force/3"}, "five-force"),
        ({"model": "enterprise/1+71c6846257c6"}, "enterprise/1"),
        ({"basis": {"tags": "0" * 64}}, "第 7 版"),
    ],
)
def test_an_answer_of_another_model_is_refused_by_name(changes, said):
    card = load_scorecard()
    sound = {"provider": "embedded", "product": "score", "model": card.card.model(),
             "basis": {"tags": card.own_tags.digest()}, "tag_catalogue": {"version": 7}}  # fmt: skip
    assert hindrance(sound, card) == ""
    told = {**sound, **changes}
    assert said in hindrance(told, card if told["model"] == card.card.model() else None)


async def test_a_feed_that_was_silent_when_the_day_began_counts_as_none(ready):
    async with ready.gateway.database.begin("test") as session:
        subject = await find_subject(session, "uscc", uscc(1))
        later = datetime.now(UTC) + timedelta(days=2)
        result: Result = await compute_result(session, subject.subject_id, "score", later)
    assert result.outcome == "insufficient-evidence"
    stale = {one["tag"] for one in result.details["not_computable"] if one["status"] == "stale"}
    assert {"reg_capital", "dishonest_now"} <= stale  # both are promised daily
    assert "tax_arrears_balance" not in stale  # this one quarterly


@pytest.mark.parametrize("days", [1, 7, 31])
@pytest.mark.parametrize("hours", range(1, 24, 5))
def test_stale_is_what_was_silent_when_the_day_began(days, hours):
    """One rule, for alerts at any moment and for tags by the day."""
    card = load_scorecard()
    tag = card.tags.by_id["tax_arrears_balance"]
    last = datetime(2026, 3, 1, tzinfo=UTC).replace(hour=16) + timedelta(hours=hours)  # 2 March in Beijing
    for after in range(days - 1, days + 3):
        begin = datetime(2026, 3, 1, 16, tzinfo=UTC) + timedelta(days=after)
        feeds = {"tax_arrears": Feed(day_of(last), days)}
        stale = reasons_of(tag, card.tags, feeds, day_of(begin)) == {"tax_arrears": "stale"}
        assert stale == is_silent(last, days, begin), after


async def test_an_objected_record_counts_for_nothing_and_is_counted(ready):
    await ready.push("drc", "penalty_general", penalties(penalty(1, "OBJ", fine="800")))
    before = (await ready.ask("bank-1", 1)).json()
    assert (await act(ready, await record_of(ready.gateway, "OBJ"), "object")).status_code == 201
    after = (await ready.ask("bank-1", 1)).json()
    assert after["score"] > before["score"]
    assert after["objected"] == {"penalty_general": 1}
    assert len(after["basis"]["records"]) == len(before["basis"]["records"]) - 1
