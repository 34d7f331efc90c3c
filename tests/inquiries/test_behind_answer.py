"""The records behind a figure of an answer: those it rests on and no others, as far as the asker may see them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from gateway.inquiries.behind_answer import figures_of, is_traceable
from gateway.inquiries.health import load_health_sheet
from gateway.inquiries.outputs.policy import OutputPolicy
from scoring_adapter.scorecard import load_scorecard
from tests.inquiries.test_health import ago, ready, sheet_of  # noqa: F401 - what is asked about
from tests.inquiries.test_inquiry import EXCHANGE
from tests.inquiries.test_outputs import rules
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import slug


async def behind(story, told, figure, account="bank-1"):
    path = f"/v1/inquiries/{told['inquiry']}/records/{figure}"
    return await story.client.get(path, headers=await story.headers(account))


async def test_every_count_on_the_sheet_leads_to_as_many_records_that_the_answer_rests_on(ready):  # noqa: F811
    for number in (1, 2, 3):
        lines, told = await sheet_of(ready, number)
        for category, line in lines.items():
            found = (await behind(ready, told, category)).json()
            assert len(found["records"]) == line["held"], category
            assert {one["digest"] for one in found["records"]} <= set(told["basis"]["records"])
            days = [one["event_date"] for one in found["records"]]
            assert days == sorted(days, reverse=True)
            assert (max(days, default=None)) == line["latest"]
    assert (found["inquiry"], found["as_of"]) == (told["inquiry"], day_of(datetime.now(UTC)).isoformat())


async def test_a_tag_leads_to_the_records_that_count_in_it(ready):  # noqa: F811
    _, told = await sheet_of(ready, 1)
    values = {one["tag"]: one["value"] for one in told["tags"]}
    for tag, many in (("pen_cnt_1y", 3), ("pen_cnt_3y", 4), ("reg_capital", 1), ("tax_arrears_balance", 0)):
        found = (await behind(ready, told, tag)).json()["records"]
        assert len(found) == many, tag
        assert tag.startswith(("reg_", "tax_")) or values[tag] == many
    documents = {one["fields"]["cf_wsh"] for one in (await behind(ready, told, "pen_cnt_1y")).json()["records"]}
    assert documents == {"HS-0", "HS-1", "HS-2"}


async def test_what_came_or_went_since_changes_nothing_of_what_was_behind_it(ready):  # noqa: F811
    _, told = await sheet_of(ready, 2)
    before = (await behind(ready, told, "admin_penalty")).json()
    await ready.push("drc", "penalty_general", penalties(penalty(2, "HS-LATER", on=ago(3))))
    assert (await act(ready, await record_of(ready.gateway, "HS-ONE"), "repair")).status_code == 201
    assert (await behind(ready, told, "admin_penalty")).json() == before


async def test_of_what_is_not_published_the_digest_alone_is_told(ready):  # noqa: F811
    _, told = await sheet_of(ready, 1)
    (registered,) = (await behind(ready, told, "registration")).json()["records"]
    (fined, *_) = (await behind(ready, told, "admin_penalty")).json()["records"]
    known = {one["dataset"]: one["fields"] for one in (registered, fined)}
    for name, fields in known.items():
        assert (fields is not None) == (datasets()[name].sharing == "public"), name


async def test_a_figure_that_the_answer_does_not_tell_is_not_found(ready):  # noqa: F811
    score = (await ready.ask("bank-1", 1)).json()
    told = score["reasons"][0]["tag"]
    assert (await behind(ready, score, told)).status_code == 200
    untold = next(one.tag.id for one in load_scorecard().counted if one.tag.id not in figures_of(score))
    for figure in (untold, "admin_penalty", "no_such_figure"):
        refused = await behind(ready, score, figure)
        assert (refused.status_code, slug(refused)) == (404, "figure-not-found"), figure


@pytest.mark.parametrize("policy", [
    ("banded", None, ()), ("flag", 600, ()), ("raw", None, ("records",)), ("raw", None, ("tags",)),
    ("raw", None, ("health",)), ("raw", None, ("objected",)),
])  # fmt: skip
async def test_what_the_output_policy_withholds_is_not_found_behind_it_either(ready, policy):  # noqa: F811
    await rules(ready, *policy)
    answer = (await ready.ask("bank-1", 1, product="health_check")).json()
    await rules(ready)
    refused = await behind(ready, answer, "admin_penalty")
    assert (refused.status_code, slug(refused)) == (403, "records-withheld")


async def test_a_basic_answer_and_another_account_are_told_of_no_records(ready):  # noqa: F811
    await ready.consent("bank-1", 1, products=["health_check"], purpose="post_loan", tier="basic")
    basic = (await ready.ask("bank-1", 1, product="health_check", purpose="post_loan", tier="basic")).json()
    assert slug(await behind(ready, basic, "admin_penalty")) == "records-withheld"
    whole = (await ready.ask("bank-1", 1, product="health_check")).json()
    await ready.account("bank-1b", "bank")
    refused = await behind(ready, whole, "admin_penalty", "bank-1b")
    assert (refused.status_code, slug(refused)) == (403, "answer-not-yours")
    await ready.account("bank-2", "bank-two")
    other = await behind(ready, whole, "admin_penalty", "bank-2")
    assert (other.status_code, slug(other)) == (404, "inquiry-not-found")


async def test_once_the_consent_has_ended_nothing_is_told_and_each_look_is_an_entry(ready):  # noqa: F811
    consent = await ready.consent("bank-1", 1, products=["health_check"], purpose="guarantee_review")
    asked = {"product": "health_check", "purpose": "guarantee_review"}
    told = (await ready.ask("bank-1", 1, **asked)).json()
    assert (await behind(ready, told, "admin_penalty")).status_code == 200
    assert (await ready.decide("s-1", consent, "revoke")).status_code == 200
    assert slug(await behind(ready, told, "admin_penalty")) == "consent-revoked"
    async with ready.gateway.database.begin("test.entries") as session:
        kind = "type = 'inquiry.replayed'"
        query = text(f"SELECT outcome FROM audit_event WHERE {kind} AND {EXCHANGE} = :i ORDER BY event_id")
        outcomes = (await session.execute(query, {"i": told["inquiry"]})).scalars().all()
    assert outcomes == ["replayed", "consent-revoked"]


def test_no_tag_is_called_as_a_category_is():
    assert not set(load_scorecard().tags.by_id) & set(load_health_sheet().categories)


def test_answers_without_a_basis_of_ours_lead_to_nothing():
    told = {"policy": OutputPolicy().members() | {"withheld": []}, "not_computable": []}
    assert not is_traceable(told)
    assert is_traceable({**told, "basis": {"records": []}})
    assert is_traceable({"not_computable": [], "basis": {"records": []}})
