"""Health checks asked for over HTTP: three enterprises' sheets worked out by hand, as much as the asker may see."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from connectors.model.calendar import day_of
from connectors.store.subjects import find_subject
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.computing import compute_result
from gateway.inquiries.extent import WHOLE, Extent
from gateway.inquiries.forms import in_form
from gateway.inquiries.health import load_health_sheet
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.replay import hindrance, replay_inquiry
from gateway.inquiries.shaping import COUNTS, Shape, shaped
from gateway.runtime.actor import Actor
from scoring_adapter.scorecard import load_scorecard
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.inquiries.test_outputs import leaves, rules
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import registration

AUDITOR = Actor("auditor-1", "auditor")
TODAY = day_of(datetime.now(UTC))
NOT_PENALTIES = ["registration", "tax"]


def ago(days):
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.fixture
async def ready(story):
    """Enterprise 1 was fined ever more often, 2 once, and objects to another fine; 3 never."""
    if "s-1" not in story.keys:
        for number in (1, 2, 3):
            await story.push("market_regulation", "ent_registration", registration(number))
        await story.feeds()
        often = [penalty(1, f"HS-{number}", on=ago(45)) for number in range(3)]
        rows = (*often, penalty(1, "HS-OLD", on=ago(410)), penalty(2, "HS-ONE", on=ago(100)),
                penalty(2, "HS-NOT", on=ago(45)))  # fmt: skip
        await story.push("drc", "penalty_general", penalties(*rows))
        objected = await act(story, await record_of(story.gateway, "HS-NOT"), "object")
        assert objected.status_code == 201, objected.text
        await story.account("bank-1", "bank")
        for number in (1, 2, 3):
            await story.consent("bank-1", number, products=["health_check", "score"])
        await story.consent("bank-1", 1, products=["health_check"], purpose="renewal", categories=NOT_PENALTIES)
        await story.consent("bank-1", 1, products=["health_check"], purpose="subsidy", data_from=ago(400))
        await story.enrol("auditor-1", "auditor")
    return story


async def sheet_of(story, number, **more):
    answer = await story.ask("bank-1", number, product="health_check", **more)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert verify_jws(told["answer"], story.gateway.keys.publics("answer"), ANSWER_TYPE)["health"] == told["health"]
    assert (await again(story, told)).differences == ()
    return {one["category"]: one for one in told["health"]}, told


async def again(story, told):
    async with story.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(told["inquiry"]))
    assert made.outcome in {"equal", "different"}
    return made


# Of administrative penalties one dataset of fourteen came, today; thirteen of the 34 tags need no other.
PENALTIES = {
    "category": "admin_penalty", "name": {"zh": "行政处罚", "en": "Administrative penalties"}, "computed": [13, 34],
    "freshness": "fresh", "delivered": TODAY.isoformat(), "datasets": [1, 14],
}  # fmt: skip
BY_HAND = {
    # 3 fines in a year cost 50, 4 in three years 60: a warning. The later year has 3, the earlier one 1.
    1: {"status": "warning", "held": 4, "objected": 0, "latest": ago(45), "trend": "rising",
        "windows": [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3]},
    # 1 fine in a year costs 25; of one record no trend is told; the other one is objected to.
    2: {"status": "attention", "held": 1, "objected": 1, "latest": ago(100), "trend": "few",
        "windows": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]},
    # No fine in a year brings 5.
    3: {"status": "sound", "held": 0, "objected": 0, "latest": None, "trend": "few", "windows": [0] * 12},
}  # fmt: skip
# Registered in 2010 with 5 million yuan; the day of its founding lies before every window.
REGISTRATION = {
    "category": "registration", "name": {"zh": "主体登记", "en": "Registration"}, "status": "sound",
    "computed": [12, 17], "held": 1, "objected": 0, "latest": "2010-05-01", "windows": [0] * 12, "trend": "few",
    "freshness": "fresh", "delivered": TODAY.isoformat(), "datasets": [1, 4],
}  # fmt: skip
# Nothing of it was ever delivered.
REAL_ESTATE = {
    "category": "real_estate", "name": {"zh": "不动产", "en": "Real estate"}, "status": "unknown", "computed": [0, 8],
    "held": 0, "objected": 0, "latest": None, "windows": [0] * 12, "trend": "few", "freshness": "never",
    "delivered": None, "datasets": [0, 4],
}  # fmt: skip


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_the_sheet_of_an_enterprise_is_what_is_worked_out_by_hand(ready, number):
    lines, told = await sheet_of(ready, number)
    assert list(lines) == [file.category for file in load_scorecard().tags.files]
    assert lines["admin_penalty"] == {**PENALTIES, **BY_HAND[number]}
    assert lines["registration"] == REGISTRATION
    assert lines["real_estate"] == REAL_ESTATE
    assert told["sheet"] == {"name": "health", "version": 1, "digest": load_health_sheet().digest}
    assert told["basis"]["sheet"] == told["sheet"]["digest"]
    assert told["inputs"] == sha256_hex(canonical_bytes(told["basis"]))


async def test_a_sheet_of_what_is_known_now_is_that_of_what_was_known_then(ready):
    async with ready.gateway.database.begin("test") as session:
        subject = await find_subject(session, "uscc", uscc(1))
        moment = datetime.now(UTC)
        now = await compute_result(session, subject.subject_id, "health_check", moment)
        then = await compute_result(session, subject.subject_id, "health_check", moment, as_then=True)
    assert canonical_bytes(now.members()) == canonical_bytes(then.members())


async def test_a_score_has_no_sheet(ready):
    told = (await ready.ask("bank-1", 1)).json()
    assert not {"health", "sheet", "tags"} & told.keys()
    assert "sheet" not in told["basis"]


async def test_what_a_consent_does_not_cover_is_withheld_on_the_sheet(ready):
    lines, _ = await sheet_of(ready, 1, purpose="renewal", categories=NOT_PENALTIES)
    hidden = {**PENALTIES, "status": "withheld", "computed": [0, 34], "held": 0, "objected": 0, "latest": None,
              "windows": [0] * 12, "trend": "withheld", "freshness": "withheld", "delivered": None,
              "datasets": [0, 0]}  # fmt: skip
    assert lines["admin_penalty"] == hidden
    assert lines["registration"]["held"] == 1


async def test_days_that_a_consent_does_not_cover_are_not_counted(ready):
    lines, _ = await sheet_of(ready, 1, purpose="subsidy", data_from=ago(400))
    found = lines["admin_penalty"]
    assert (found["held"], found["latest"], found["trend"]) == (3, ago(45), "withheld")
    assert found["windows"] == [None] * 8 + [0, 0, 0, 3]


async def test_a_banded_sheet_shows_no_values_and_no_counts(ready):
    whole, _ = await sheet_of(ready, 1)
    await rules(ready, "banded")
    lines, told = await sheet_of(ready, 1)
    await rules(ready)
    assert {value for name, value in leaves(told) if name in {"score", "points", "value"}} == {None}
    assert not COUNTS & {name for line in told["health"] for name in line}
    assert lines["admin_penalty"] == {
        name: value for name, value in whole["admin_penalty"].items() if name not in COUNTS
    }  # fmt: skip
    names = {(tag.name.zh, tag.name.en) for tag in load_scorecard().tags.tags}
    assert {(one["zh"], one["en"]) for one in told["reasons"]} <= names


async def test_a_basic_answer_and_a_flag_have_no_sheet(ready):
    async with ready.gateway.database.begin("test") as session:
        subject = await find_subject(session, "uscc", uscc(1))
        result = await compute_result(session, subject.subject_id, "health_check", datetime.now(UTC))
    assert "health" not in shaped(result, Shape(Extent(tier="basic"))).details
    flag = shaped(result, Shape(WHOLE, OutputPolicy(1, "flag", 600)))
    assert "health" not in flag.details
    assert "health" in flag.details["policy"]["withheld"]


async def test_answers_of_the_form_before_are_computed_again_as_they_were(ready):
    async with ready.gateway.database.begin("test") as session:
        subject = await find_subject(session, "uscc", uscc(1))
        result = await compute_result(session, subject.subject_id, "health_check", datetime.now(UTC))
    assert in_form(result, 6) is result
    before = in_form(result, 5)
    assert {frozenset(one) for one in before.details["reasons"]} == {frozenset({"tag", "points", "zh", "en"})}
    assert before.details["card"].keys() == {"name", "version", "digest"}
    assert before.details.keys() == result.details.keys() - {"improvements", "industry"}
    assert before.details["basis"] == {n: v for n, v in result.details["basis"].items() if n != "rules"}
    assert before.inputs == sha256_hex(canonical_bytes(before.details["basis"]))
    old = in_form(result, 4)
    assert not {"health", "sheet"} & old.details.keys()
    assert "sheet" not in old.details["basis"]
    assert {"tag": "pen_union_cnt_3y", "status": "no-feed"} in result.details["not_computable"]
    named = {one["tag"]: one for one in old.details["not_computable"]}
    assert named["pen_union_cnt_3y"]["status"] == "no-feed"
    assert {"penalty_general", "penalty_env"} <= set(named["pen_union_cnt_3y"]["datasets"])
    assert old.inputs == sha256_hex(canonical_bytes(old.details["basis"])) != result.inputs
    banded = OutputPolicy(1, "banded")
    before, after = (shaped(result, Shape(WHOLE, banded, version=version)) for version in (4, 5))
    assert {one["value"] for one in after.details["tags"]} == {None}
    assert before.details["tags"] == [{**one, "points": None} for one in result.details["tags"]]
    assert before.details["policy"]["withheld"] == ["reasons.points", "score", "tags.points"]


async def test_a_sheet_by_other_rules_is_not_computed_again(ready):
    _, told = await sheet_of(ready, 3)
    card = load_scorecard()
    assert hindrance(told, card) == ""
    assert "体检规则" in hindrance({**told, "basis": {**told["basis"], "sheet": "0" * 64}}, card)
