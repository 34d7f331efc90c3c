"""Questions for less than all: as much as a narrower consent permits, and nothing else behind the answer."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from connectors.catalogue.load import datasets, get_catalogue
from connectors.model.calendar import day_of
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.asking import Question
from gateway.inquiries.batches.sheet import read_sheet
from gateway.inquiries.extent import WHOLE, Extent, read_extent
from gateway.inquiries.granting import Grant, limits_of
from gateway.inquiries.needs import categories_needed
from gateway.inquiries.outputs.salt import salt_of, salted
from gateway.inquiries.replay import replay_inquiry
from gateway.inquiries.shaping import DETAILS
from gateway.inquiries.written import read_written
from gateway.runtime.actor import Actor
from gateway.scores.limits import NO_LIMITS, Limits, find_outside
from scoring_adapter.scorecard import load_scorecard
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.inquiries.test_batches import sheet
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import record_of
from tests.stories import registration, slug

AUDITOR = Actor("auditor-1", "auditor")
TODAY = day_of(datetime.now(UTC))
FIRST = (TODAY - timedelta(days=730)).isoformat()
NOT_PENALTIES = sorted(set(categories_needed("score", "embedded")) - {"admin_penalty"})
PURPOSES = {"whole": "pre_loan", "basic": "post_loan", "categories": "renewal", "window": "subsidy"}


@pytest.fixture
async def ready(story):
    """Enterprise 1 was fined lately and long ago; it permits bank-1 as much as each purpose's consent says."""
    if "s-1" not in story.keys:
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.feeds()
        rows = (
            penalty(1, "NEW", on=(TODAY - timedelta(days=40)).isoformat()),
            penalty(1, "OLD", on=(TODAY - timedelta(days=900)).isoformat()),
        )
        await story.push("drc", "penalty_general", penalties(*rows))
        await story.account("bank-1", "bank")
        products = {"products": ["health_check", "score"]}
        await story.consent("bank-1", 1, **products)
        await story.consent("bank-1", 1, purpose="post_loan", tier="basic", access_mode="VIEW", **products)
        await story.consent("bank-1", 1, purpose="renewal", categories=NOT_PENALTIES, **products)
        await story.consent("bank-1", 1, purpose="subsidy", data_from=FIRST, **products)
        await story.enrol("auditor-1", "auditor")
    return story


async def ask(story, consent, **more):
    return await story.ask("bank-1", 1, purpose=PURPOSES[consent], **more)


async def answered(story, consent, **more):
    answer = await ask(story, consent, **more)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert verify_jws(told["answer"], story.gateway.keys.publics("answer"), ANSWER_TYPE)["scope"] == told["scope"]
    async with story.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(told["inquiry"]))
    assert (made.outcome, made.differences) == ("equal", ())
    return told


async def digest_of(story, document):
    """The digest of a penalty as the bank is shown it."""
    record = await record_of(story.gateway, document)
    async with story.gateway.database.begin("test") as session:
        query = text("SELECT digest FROM record WHERE record_id = :record")
        digest = (await session.execute(query, {"record": record})).scalar_one().hex()
    return salted(digest, salt_of(story.gateway.keys.kek, "bank"))


async def test_a_question_that_names_nothing_asks_for_all_that_the_product_needs(ready):
    told = await answered(ready, "whole")
    assert told["scope"] == WHOLE.members()
    assert told["withheld"] == []
    assert {await digest_of(ready, name) for name in ("NEW", "OLD")} <= set(told["basis"]["records"])


async def test_case_14_the_result_alone_where_no_more_was_permitted(ready):
    denied = await ask(ready, "basic")
    assert (denied.status_code, slug(denied), denied.json()["missing"]) == (
        403, "consent-scope-exceeded", ["score:detail"],
    )  # fmt: skip
    told = await answered(ready, "basic", tier="basic")
    assert (told["scope"]["tier"], told["withheld"], told["outcome"]) == ("basic", [], "scored")
    assert not DETAILS & told.keys()
    whole = await answered(ready, "whole")
    assert {name: told[name] for name in ("score", "band", "inputs", "basis")} == {
        name: whole[name] for name in ("score", "band", "inputs", "basis")
    }


async def test_case_15_as_much_as_is_permitted_and_a_list_of_what_is_withheld(ready):
    narrowed = await answered(ready, "basic", narrow=True, product="health_check")
    assert (narrowed["scope"]["tier"], narrowed["withheld"]) == ("basic", ["health_check:detail"])
    assert not DETAILS & narrowed.keys()
    told = await answered(ready, "categories", narrow=True)
    assert (told["scope"]["categories"], told["withheld"]) == (NOT_PENALTIES, ["admin_penalty"])
    assert (await answered(ready, "categories", narrow=True, categories=["admin_penalty", "tax"]))["withheld"] == [
        "admin_penalty"
    ]


@pytest.mark.parametrize("product", ["score", "health_check"])
async def test_data_of_other_kinds_stands_nowhere_in_an_answer(ready, product):
    denied = await ask(ready, "categories", product=product)
    missing = {"admin_penalty/*"} | {
        f"{code}/*" for code in categories_needed(product, "embedded") if code not in NOT_PENALTIES
    }
    assert (slug(denied), set(denied.json()["missing"])) == ("consent-scope-exceeded", missing)
    told = await answered(ready, "categories", product=product, categories=NOT_PENALTIES)
    assert told["withheld"] == []
    penalty_sets = {name for name, one in datasets().items() if one.category == "admin_penalty"}
    assert not penalty_sets & told["basis"]["feeds"].keys()
    assert await digest_of(ready, "NEW") not in told["basis"]["records"]
    withheld = {one["tag"] for one in told["not_computable"] if one["status"] == "withheld"}
    card = load_scorecard()
    outside = {one.tag.id for one in card.counted if penalty_sets & one.datasets}
    assert withheld == outside
    assert not outside & {one["tag"] for one in told["reasons"]}
    whole = await answered(ready, "whole", product=product)
    assert any(one["tag"] in outside for one in whole["reasons"])
    for one in told.get("tags", []):
        if penalty_sets & set(card.tags.sources_of(card.tags.by_id[one["tag"]])):
            assert (one["value"], one["status"], one["points"]) == (None, "withheld", None)


@pytest.mark.parametrize("product", ["score", "health_check"])
async def test_case_20_events_of_other_days_stand_nowhere_in_an_answer(ready, product):
    day_before = (date.fromisoformat(FIRST) - timedelta(days=1)).isoformat()
    for asked in ({}, {"data_from": day_before}):
        denied = await ask(ready, "window", product=product, **asked)
        assert (slug(denied), denied.json()["data_from"]) == ("consent-range-exceeded", FIRST)
    day_after = (date.fromisoformat(FIRST) + timedelta(days=1)).isoformat()
    for asked in ({"data_from": FIRST}, {"data_from": day_after}, {"narrow": True}):
        told = await answered(ready, "window", product=product, **asked)
        assert await digest_of(ready, "NEW") in told["basis"]["records"]
        assert await digest_of(ready, "OLD") not in told["basis"]["records"]
    assert told["withheld"] == ["data_from"]
    status = {one["tag"]: one["status"] for one in told["not_computable"]}
    assert status["exec_now"] == status["reg_capital"] == "withheld"  # of whatever day
    assert status["pen_cnt_3y"] == "withheld"  # not all of three years may be looked at
    assert "pen_cnt_1y" not in status


async def test_case_16_and_21_no_crossing_and_no_keeping_by_asking_otherwise(ready):
    for wrong in ({"tier": "basic", "mode": "STORE"}, {"tier": "basic", "narrow": True, "mode": "STORE"}):
        denied = await ask(ready, "basic", **wrong)
        assert (denied.status_code, slug(denied)) == (403, "consent-mode-not-permitted")
    question = {"subject": uscc(1), "product": "score", "purpose": "post_loan", "tier": "basic"}
    headers = {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    batch = await ready.client.post("/v1/inquiries:batch", json={"questions": [question]}, headers=headers)
    assert [one["outcome"] for one in batch.json()["items"]] == ["consent-mode-not-permitted"]
    question |= {"purpose": "pre_loan"}
    headers = {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    batch = (await ready.client.post("/v1/inquiries:batch", json={"questions": [question]}, headers=headers)).json()
    (item,) = batch["items"]
    assert (item["outcome"], item["answer"]["scope"]["mode"], item["answer"]["scope"]["tier"]) == (
        "answered", "STORE", "basic",
    )  # fmt: skip


async def test_a_narrowed_answer_is_given_again_as_it_was(ready):
    key = str(uuid4())
    asked = {"narrow": True, "key": key}
    first = await ask(ready, "categories", **asked)
    again = await ask(ready, "categories", **asked)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    path = f"/v1/inquiries/{first.json()['inquiry']}"
    headers = await ready.headers("bank-1")
    assert (await ready.client.get(f"{path}/answer", headers=headers)).json() == first.json()
    assert (await ready.client.get(path, headers=headers)).json()["answer"] == first.json()["answer"]
    other = await ask(ready, "categories", key=key)
    assert slug(other) == "idempotency-key-reused"


async def test_what_asking_would_be_answered_is_told_beforehand(ready):
    body = {"subject": uscc(1), "product": "score", "purpose": "renewal", "narrow": True}
    told = await ready.client.post("/v1/inquiries:explain", json=body, headers=await ready.headers("bank-1"))
    assert (told.json()["withheld"], told.json()["scope"]["categories"]) == (["admin_penalty"], NOT_PENALTIES)


@pytest.mark.parametrize(
    ("asked", "status", "reason"),
    [
        ({"categories": ["horoscope"]}, 422, "unknown-category"),
        ({"sources": ["oracle"]}, 422, "unknown-source"),
        ({"data_from": "2026-02-01", "data_to": "2026-01-31"}, 400, "invalid-request"),
        ({"tier": "deep"}, 400, "invalid-request"),
        ({"mode": "QUERY"}, 400, "invalid-request"),
    ],
)
async def test_what_there_is_not_cannot_be_asked_for(ready, asked, status, reason):
    denied = await ask(ready, "whole", **asked)
    assert (denied.status_code, slug(denied)) == (status, reason)


async def test_a_day_and_an_agency_alone_are_looked_at(ready):
    told = await answered(ready, "whole", sources=["market_regulation"], data_from="2010-05-01", data_to="2010-05-01")
    assert len(told["basis"]["records"]) == 0 or told["scope"]["sources"] == ["market_regulation"]
    assert await digest_of(ready, "NEW") not in told["basis"]["records"]
    assert {datasets()[name].agency for name in told["basis"]["feeds"]} == {"market_regulation"}


def limits(days_before=None, days_of_end=None):
    first = TODAY - timedelta(days=days_before) if days_before is not None else None
    return limits_of(Grant(Extent(data_from=first, data_to=days_of_end)), datetime.now(UTC))


def test_a_tag_counts_where_its_whole_window_may_be_looked_at():
    card, asked = load_scorecard(), date(2026, 11, 28)
    at, after = (find_outside(card.own_tags, Limits(data_from=day), asked) for day in (
        date(2025, 11, 29), date(2025, 11, 30)))  # fmt: skip
    assert "pen_cnt_1y" not in at
    assert "pen_cnt_1y" in after
    assert "pen_cnt_3y" in at
    assert "exec_now" in find_outside(card.own_tags, Limits(data_from=date(1900, 1, 1)), asked)  # of any day
    assert find_outside(card.tags, NO_LIMITS, asked) == frozenset()
    yesterday = find_outside(card.own_tags, Limits(data_to=date(2026, 11, 27)), asked)
    assert "pen_cnt_1y" in yesterday


def test_days_to_come_limit_nothing():
    assert limits(days_of_end=TODAY) == limits(days_of_end=TODAY + timedelta(days=1)) == NO_LIMITS
    assert limits(days_of_end=TODAY - timedelta(days=1)).data_to == TODAY - timedelta(days=1)


def test_a_key_stands_for_what_it_always_stood_for():
    asked = {"subject": uscc(1), "product": "score", "purpose": "pre_loan", "provider": "embedded", "consent": None}
    question = Question.model_validate(asked)
    assert question.digest().hex() == sha256_hex(canonical_bytes(asked))
    assert question.model_copy(update={"narrow": True}).digest() != question.digest()


def test_what_an_answer_names_is_read_back():
    extent = Extent("basic", ("tax",), ("court",), date(2026, 1, 1), date(2026, 2, 1), "STORE")
    assert read_extent(extent.members()) == extent
    assert read_extent(None) == WHOLE


def test_what_people_write_is_read_by_names_in_either_language(tmp_path):
    said = {"tier": "概要", "categories": "税务、admin_license，Litigation", "narrow": "是", "data_from": "2026/01/02"}
    assert read_written(said) == {
        "tier": "basic", "categories": ["tax", "admin_license", "litigation"], "narrow": True,
        "data_from": "2026-01-02",
    }  # fmt: skip
    assert get_catalogue().categories["tax"].zh == "税务"
    head = ["统一社会信用代码", "深度", "数据类别", "数据自", "数据至", "按授权应答"]
    rows = read_sheet(
        sheet(tmp_path, head, [uscc(1), "概要", "税务", "2026-01-02", "", "是"], [uscc(2), "很深", "", "", "", ""],
              [uscc(3), "", "", "昨天", "", ""], [uscc(4), "", "", "2026-02-01", "2026-01-31", ""]),
        product="score", purpose="pre_loan",
    )  # fmt: skip
    extent = rows[0].question.extent()
    assert extent == Extent("basic", ("tax",), (), date(2026, 1, 2), None, narrow=True)
    assert [one.wrong for one in rows[1:]] == ["batch-row-extent"] * 3
