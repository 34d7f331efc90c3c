"""Published records: nobody's consent is needed, nothing but what is public leaves, whatever is asked."""

import json
from uuid import UUID, uuid4

import pytest

from connectors.catalogue.load import datasets
from connectors.personal.sealing import HASHED, SEALED
from connectors.records.portfolio import ShownRecord
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.published import MODEL, published_from
from gateway.inquiries.replay import replay_inquiry
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.inquiries.bases import AUDITOR, LEGAL_REP, OWNER, SHOP, differences, refused, rows, town_of_bases
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import slug


def shown(dataset, **fields):
    return ShownRecord(UUID(int=7), dataset, 1, dataset.encode(), fields, objected=False)


def test_nothing_restricted_personal_or_sealed_is_told_at_any_depth():
    sealed = f"{SEALED}{OWNER}"
    told = published_from(
        [
            shown("ent_registration", entity_name=sealed, legal_rep_name=LEGAL_REP, est_date="2010-05-01",
                  ent_type=["厂", sealed], reg_no={"inner": [f"{HASHED}x"]}, domicile=None),
            shown("tax_payment", paid_amount="38"), shown("unheard_of", any="x"),
        ], "2026-03-15",
    )  # fmt: skip
    assert datasets()["tax_payment"].sharing == "restricted"
    assert told.details["counts"] == {"ent_registration": 1}
    (one,) = told.details["published"]
    assert one["fields"] == {"est_date": "2010-05-01"}


@pytest.fixture
async def ready(story):
    yield await town_of_bases(story)
    assert await differences(story) == []


async def test_case_43_a_government_body_without_a_duty_is_denied_and_published_records_need_no_consent(ready):
    refused(await ready.ask("finance-bureau-1", 1, purpose="subsidy"), duties="/v1/duty-bases")
    for account in ("bank-1", "bank-two-1", "finance-bureau-1"):
        answer = await ready.ask(account, 1, product="public_record")
        assert answer.status_code == 200, answer.text
        told = verify_jws(answer.json()["answer"], ready.gateway.keys.publics("answer"), ANSWER_TYPE)
        assert (told["legal_basis"], told["consent"], told["kind"]["code"]) == (
            {"kind": "public"}, None, "published-records",
        )  # fmt: skip
        assert {datasets()[one["dataset"]].sharing for one in told["published"]} == {"public"}
    assert slug(await ready.ask("bank-1", 1)) == "consent-required"


async def test_case_43_explained_and_asked_in_a_batch_it_is_the_same(ready):
    public = {"subject": uscc(1), "product": "public_record", "purpose": "pre_loan"}
    scored = {"subject": uscc(1), "product": "score", "purpose": "subsidy"}
    for account, reason in (("finance-bureau-1", "duty-basis-required"), ("bank-1", "consent-required")):
        headers = await ready.headers(account)
        seen = await ready.client.post("/v1/inquiries:explain", json=public, headers=headers)
        assert (seen.status_code, seen.json()["legal_basis"], seen.json()["consent"]) == (200, {"kind": "public"}, None)
        assert slug(await ready.client.post("/v1/inquiries:explain", json=scored, headers=headers)) == reason
        batch = await ready.client.post(
            "/v1/inquiries:batch", json={"questions": [public, scored]},
            headers={**headers, "Idempotency-Key": str(uuid4())},
        )  # fmt: skip
        items = batch.json()["items"]
        assert [one["outcome"] for one in items] == ["answered", reason]
        assert items[0]["answer"]["legal_basis"] == {"kind": "public"}


@pytest.mark.parametrize(
    "wish", [{}, {"tier": "basic"}, {"categories": ["tax", "registration"]}, {"sources": ["tax"]}, {"narrow": True}]
)
async def test_published_is_what_is_public_current_and_about_no_person_whatever_is_asked(ready, wish):
    told = (await ready.ask("bank-1", 1, product="public_record", **wish)).json()
    shown = told.get("published", [])
    assert ("published" in told) == (wish.get("tier") != "basic")
    assert LEGAL_REP not in json.dumps(told, ensure_ascii=False)
    assert {"tax_payment"}.isdisjoint(told["counts"])
    if wish.get("categories") or wish.get("sources"):
        assert {one["dataset"] for one in shown} == ({"ent_registration"} if "categories" in wish else set())
        return
    assert told["counts"] == {"ent_registration": 1, "penalty_general": 2}
    assert told["policy"]["withheld"] == []
    if shown:
        documents = {one["fields"]["cf_wsh"]: one["objected"] for one in shown if one["dataset"] == "penalty_general"}
        assert documents == {"SHOWN": False, "OBJECTED": True}
        (firm,) = (one for one in shown if one["dataset"] == "ent_registration")
        assert firm["fields"]["entity_name"] == "瓯海第1鞋业有限公司"


async def test_of_a_business_that_is_one_person_name_and_address_are_not_published(ready):
    headers = {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    asked = {"subject": SHOP, "product": "public_record", "purpose": "pre_loan"}
    answer = await ready.client.post("/v1/inquiries", json=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    (shop,) = answer.json()["published"]
    assert {"entity_name", "domicile"}.isdisjoint(shop["fields"])
    assert shop["fields"]["est_date"] == "2010-05-01"
    assert "sealed:" not in answer.text
    assert OWNER not in answer.text


async def test_an_answer_on_public_data_owes_nothing_is_charged_and_is_computed_again(ready):
    answer = (await ready.ask("bank-1", 1, product="public_record")).json()
    found = await rows(
        ready, "SELECT legal_basis, duty, consent_id, consent_version, report_by, delete_by, units FROM inquiry"
        " WHERE inquiry_id = :i", i=answer["inquiry"],
    )  # fmt: skip
    assert found == [("public", None, None, None, None, None, 1)]
    assert await rows(ready, "SELECT FROM consent_use WHERE inquiry_id = :i", i=answer["inquiry"]) == []
    async with ready.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(answer["inquiry"]))
    assert (made.outcome, made.model) == ("equal", MODEL)


async def test_a_record_taken_back_is_published_no_more(ready):
    await ready.push("drc", "penalty_general", penalties(penalty(1, "REPAIRED")))
    before = (await ready.ask("bank-1", 1, product="public_record")).json()
    assert (await act(ready, await record_of(ready.gateway, "REPAIRED"), "withdraw")).status_code == 201
    after = (await ready.ask("bank-1", 1, product="public_record")).json()
    assert before["counts"]["penalty_general"] == after["counts"]["penalty_general"] + 1


@pytest.mark.parametrize("wrong", [
    {"product": "public_record", "consent": str(uuid4())}, {"product": "public_record", "duty": "subsidy-2026"},
    {"consent": str(uuid4()), "duty": "subsidy-2026"},
])  # fmt: skip
async def test_a_question_names_one_basis_at_most_and_none_for_what_is_public(ready, wrong):
    answer = await ready.ask("finance-bureau-1", 1, **wrong)
    assert (answer.status_code, slug(answer)) == (400, "invalid-request")
    [told] = answer.json()["invalid_params"]
    assert told["reason"].startswith("product: 公示信息" if "product" in wrong else "duty: 与 consent 只能写一个")


async def test_a_provider_is_asked_neither_for_published_records_nor_on_a_duty(ready):
    for wish in ({"product": "public_record"}, {"duty": "subsidy-2026", "purpose": "subsidy"}):
        asked = {"provider": "five-force", **wish}
        assert slug(await ready.ask("finance-bureau-1", 1, **asked)) in {"provider-not-narrowed", "unknown-provider"}
