"""Asking over HTTP: what is answered, what is denied, what it costs, and what it leaves behind."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.runtime.actor import PROGRAM
from scoring_adapter.card import load_card
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.load import load_tags
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import verify_jws
from tests.enterprises import citizen, uscc
from tests.stories import registration, slug

EXCHANGE = "convert_from(leaf, 'UTF8')::json ->> 'exch'"  # no column: nobody searches the log by it


async def left(story, account):
    answer = await story.client.get("/v1/quota", headers=await story.headers(account))
    return answer.json()["day"]


@pytest.fixture
async def ready(story):
    """Enterprise 1 is on record, and bank-1 may ask about it."""
    await story.push("market_regulation", "ent_registration", registration(1))
    await story.account("bank-1", "bank")
    if "s-1" not in story.keys:
        await story.consent("bank-1", 1, products=["score", "health_check"])
    return story


async def test_where_too_little_is_known_the_answer_says_so_and_is_an_answer_like_any_other(ready):
    before = (await left(ready, "bank-1"))["used"]
    answer = await ready.ask("bank-1", 1)
    assert answer.status_code == 200, answer.text
    signed = verify_jws(answer.json()["answer"], [ready.gateway.keys.public("answer")], ANSWER_TYPE)
    assert (signed["outcome"], signed["score"], signed["band"]) == ("insufficient-evidence", None, None)
    missing = {one["dimension"]: (one["known"], one["needed"]) for one in signed["missing"]}
    assert missing["finance_tax"] == (0, 2)
    assert "asset" not in missing
    assert signed["reasons"] == []
    assert (await left(ready, "bank-1"))["used"] == before + 1


async def test_an_answer_is_signed_and_says_what_it_rests_on(ready):
    await ready.feeds()
    answer = await ready.ask("bank-1", 1)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    signed = verify_jws(told["answer"], [ready.gateway.keys.public("answer")], ANSWER_TYPE)
    assert {name: told[name] for name in signed} == signed
    assert (signed["subject"], signed["product"], signed["account"]) == (uscc(1), "score", "bank-1")
    assert (signed["outcome"], signed["band"], signed["missing"]) == ("scored", "good", [])
    assert {"tag": "pen_cnt_1y", "status": "no-feed"} in signed["not_computable"]
    card = load_scorecard()
    assert signed["card"] == {
        "name": "enterprise", "version": 2, "digest": card.card.digest(), "base": card.card.base
    }  # fmt: skip
    assert signed["tag_catalogue"] == {"version": card.tags.version, "digest": card.tags.digest()}
    assert signed["inputs"] == sha256_hex(canonical_bytes(signed["basis"]))
    assert signed["basis"]["feeds"]["tax_arrears"] == day_of(datetime.now(UTC)).isoformat()
    async with ready.gateway.database.begin("test") as session:
        query = text("SELECT type, outcome FROM audit_event WHERE event_id = :e")
        assert (await session.execute(query, {"e": signed["entry"]})).one() == ("inquiry.answered", "answered")


async def test_an_answer_says_what_it_is_and_for_which_use_it_was_permitted(ready):
    signed = (await ready.ask("bank-1", 1)).json()
    assert (signed["v"], signed["kind"]["zh"], signed["kind"]["code"]) == (
        6, "公共信用评价", "public-credit-assessment",
    )  # fmt: skip
    assert signed["use"] == {
        "purpose": "pre_loan", "text": "贷前审查", "onward": [], "zh": "仅用于贷前审查，不得转给他人",
        "en": "For pre_loan alone; not to be passed on",
    }  # fmt: skip
    await ready.account("passing-1", "passing")
    await ready.consent("passing-1", 1, purpose="guarantee_review", onward_sharing=["guarantee-centre"])
    named = (await ready.ask("passing-1", 1, purpose="guarantee_review")).json()["use"]
    assert (named["onward"], named["zh"]) == (["guarantee-centre"], "仅用于担保审查，可转给guarantee-centre")


async def test_an_answer_costs_its_units_and_asking_again_with_its_key_costs_nothing(ready):
    before = (await left(ready, "bank-1"))["used"]
    first = await ready.ask("bank-1", 1, key="same-key")
    again = await ready.ask("bank-1", 1, key="same-key")
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    other = await ready.ask("bank-1", 1, key="same-key", product="health_check")
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    sheet = await ready.ask("bank-1", 1, product="health_check")
    tags = {tag["tag"]: tag for tag in sheet.json()["tags"]}
    assert set(tags) == set(load_tags().by_id)
    assert list(dict.fromkeys(tag["dimension"] for tag in tags.values())) == list(load_card().dimensions)
    capital = {name: tags["reg_capital"][name] for name in ("value", "unit", "status", "points")}
    assert capital == {"value": "5000000.00", "unit": "yuan", "status": "computed", "points": 20}
    assert (tags["pen_cnt_1y"]["value"], tags["pen_cnt_1y"]["status"], tags["pen_cnt_1y"]["points"]) == (
        None,
        "no-feed",
        None,
    )
    assert (await left(ready, "bank-1"))["used"] == before + 1 + 3


async def test_an_answer_that_is_given_again_is_an_entry_too(ready):
    given = [(await ready.ask("bank-1", 1, key="told-again")).json()["inquiry"] for _ in range(3)]
    assert len(set(given)) == 1
    async with ready.gateway.database.begin("test") as session:
        query = text(f"SELECT type, account, outcome FROM audit_event WHERE {EXCHANGE} = :i ORDER BY event_id")
        left_behind = [tuple(row) for row in await session.execute(query, {"i": given[0]})]
    again = ("inquiry.replayed", "bank-1", "replayed")
    assert left_behind == [("inquiry.answered", "bank-1", "answered"), again, again]


async def test_an_inquiry_is_shown_to_the_institution_that_made_it_and_to_no_other(ready):
    made = (await ready.ask("bank-1", 1)).json()["inquiry"]
    await ready.account("bank-1b", "bank")
    await ready.account("bank-2", "bank-two")
    for account in ("bank-1", "bank-1b"):
        shown = await ready.client.get(f"/v1/inquiries/{made}", headers=await ready.headers(account))
        assert (shown.status_code, shown.json()["account"]) == (200, "bank-1")
    hidden, none = [
        await ready.client.get(f"/v1/inquiries/{inquiry}", headers=await ready.headers("bank-2"))
        for inquiry in (made, uuid4())
    ]
    assert (hidden.status_code, slug(hidden)) == (404, "inquiry-not-found")
    assert hidden.json() == none.json()


async def test_one_key_used_many_times_at_once_is_charged_once(ready):
    before = (await left(ready, "bank-1"))["used"]
    answers = await asyncio.gather(*(ready.ask("bank-1", 1, key="at-once") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["inquiry"] for answer in answers}) == 1
    assert (await left(ready, "bank-1"))["used"] == before + 1


async def test_denials_name_their_reason_are_recorded_and_cost_nothing(ready):
    story = ready
    await story.push("market_regulation", "ent_registration", registration(2))
    await story.account("bank-2", "bank-two")
    before = (await left(story, "bank-1"))["used"], (await left(story, "bank-2"))["used"]
    pending = (await story.request("bank-1", 2)).json()
    own = await story.consent("bank-1", 3)
    cases = [
        (await story.ask("bank-2", 1), 403, "consent-required"),
        (await story.ask("bank-2", 1, consent=own["consent"]), 404, "consent-not-found"),
        (await story.ask("bank-2", 1, consent=str(uuid4())), 404, "consent-not-found"),
        (await story.ask("bank-1", 2, consent=pending["consent"]), 403, "consent-pending"),
        (await story.ask("bank-1", 1, consent=own["consent"]), 403, "consent-subject-mismatch"),
        (await story.ask("bank-1", 1, purpose="post_loan"), 403, "consent-purpose-mismatch"),
        (await story.ask("bank-1", 3, product="health_check"), 403, "consent-scope-exceeded"),
        (await story.ask("bank-1", 3), 404, "subject-not-found"),
    ]
    assert [(answer.status_code, slug(answer)) for answer, *_ in cases] == [tuple(rest) for _, *rest in cases]
    without_ids = [{k: v for k, v in cases[i][0].json().items() if k != "inquiry"} for i in (1, 2)]
    assert without_ids[0] == without_ids[1]
    async with story.gateway.database.begin("test") as session:
        for answer, _, expected in cases:
            query = text("SELECT outcome, units, state FROM inquiry WHERE inquiry_id = :i")
            row = (await session.execute(query, {"i": answer.json()["inquiry"]})).one()
            assert row == (expected, 0, "denied")
    assert ((await left(story, "bank-1"))["used"], (await left(story, "bank-2"))["used"]) == before


@pytest.mark.parametrize(
    ("changes", "status", "expected"),
    [
        ({"subject": "91330302MA"}, 400, "invalid-subject"),
        ({"subject": citizen(1)}, 400, "invalid-subject"),
        ({"product": "gossip"}, 422, "unknown-product"),
        ({"purpose": "curiosity"}, 422, "unknown-purpose"),
        ({"provider": "nobody"}, 422, "unknown-provider"),
        ({"extra": 1}, 400, "invalid-request"),
        ({"consent": "x"}, 400, "invalid-request"),
    ],
)
async def test_a_malformed_question_is_refused_before_anything_else(ready, changes, status, expected):
    answer = await ready.ask("bank-1", 1, **changes)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert citizen(1) not in answer.text


async def test_a_code_in_lower_case_or_full_width_is_the_same_enterprise(ready):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in uscc(1)).lower()
    assert (await ready.ask("bank-1", 1, subject=wide)).json()["subject"] == uscc(1)


async def test_the_last_unit_is_given_once_and_then_the_quota_says_when_it_begins_anew(ready):
    await ready.account("bank-9", "bank", per_day=1)
    await ready.consent("bank-9", 1, products=["score"], accounts=["bank-9"], purpose="renewal")
    answers = await asyncio.gather(*(ready.ask("bank-9", 1, purpose="renewal") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 429, 429, 429, 429, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert refused.json()["violated-policies"] == ["acct-day", "acct-month"]
    assert 0 < int(refused.headers["Retry-After"]) <= 31 * 86_400 + 1


async def test_an_account_without_a_plan_may_ask_nothing(ready):
    await ready.enrol("bank-0", "account", institution_id="bank")
    answer = await ready.ask("bank-0", 1)
    assert (answer.status_code, slug(answer)) == (403, "product-not-entitled")


async def test_uses_are_counted_exactly_under_concurrency_and_shown_to_the_signatory(ready):
    consent = await ready.consent("bank-1", 1, products=["score"], purpose="subsidy", max_uses=3)
    answers = await asyncio.gather(*(ready.ask("bank-1", 1, purpose="subsidy") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [403] * 5
    assert {slug(answer) for answer in answers if answer.status_code == 403} == {"consent-uses-exhausted"}
    path = f"/v1/consents/{consent['consent']}/uses"
    uses = (await ready.client.get(path, headers=await ready.headers("s-1"))).json()["uses"]
    assert {use["inquiry"] for use in uses} == {a.json()["inquiry"] for a in answers if a.status_code == 200}


async def test_a_revoked_consent_answers_nothing_not_even_an_old_key(ready):
    consent = await ready.consent("bank-1", 1, products=["score"], purpose="guarantee_review")
    assert (await ready.ask("bank-1", 1, key="before", purpose="guarantee_review")).status_code == 200
    path = f"/v1/consents/{consent['consent']}/revoke"
    assert (await ready.client.post(path, headers=await ready.headers("s-1"))).status_code == 200
    for key in ("before", "after"):
        answer = await ready.ask("bank-1", 1, key=key, purpose="guarantee_review")
        assert (answer.status_code, slug(answer)) == (403, "consent-revoked")


async def test_no_use_is_recorded_later_than_the_revocation(ready):
    consent = await ready.consent("bank-1", 1, products=["score"], purpose="post_loan")
    headers = await ready.headers("s-1")

    async def revoke():
        await asyncio.sleep(0.05)
        return await ready.client.post(f"/v1/consents/{consent['consent']}/revoke", headers=headers)

    answers = await asyncio.gather(revoke(), *(ready.ask("bank-1", 1, purpose="post_loan") for _ in range(30)))
    assert answers[0].status_code == 200
    async with ready.gateway.database.begin("test") as session:
        query = text("""
            SELECT count(*) FROM consent_use u JOIN consent_version v USING (consent_id)
            WHERE v.status = 'revoked' AND u.consent_id = :c AND u.used_at > v.recorded_at
        """)
        assert (await session.execute(query, {"c": consent["consent"]})).scalar_one() == 0


async def test_where_the_log_cannot_be_written_nothing_is_answered_or_charged(ready, monkeypatch):
    record_all = type(ready.gateway.audit).record_all
    before = (await left(ready, "bank-1"))["used"]

    async def fail(recorder, session, events):
        if any(event.type == "inquiry.answered" for _, event, _ in events):
            raise OSError("the log cannot be written")
        await record_all(recorder, session, events)

    monkeypatch.setattr(type(ready.gateway.audit), "record_all", fail)
    assert (await ready.ask("bank-1", 1)).status_code == 503
    monkeypatch.undo()
    assert (await left(ready, "bank-1"))["used"] == before


async def test_counters_ledger_and_answers_agree_after_all_this(ready):
    from gateway.evidence.conservation import find_differences

    async with ready.gateway.units.begin("test", PROGRAM) as work:
        assert await find_differences(work) == []
