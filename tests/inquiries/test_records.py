"""Records as a product: what the basis opens, in the form the policy rules, nothing about a person, and replayable."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from connectors.catalogue.load import datasets
from connectors.personal.sealing import HASHED, SEALED
from connectors.records.portfolio import ShownRecord
from gateway.inquiries.answers import ANSWER_TYPE
from gateway.inquiries.outputs.policy import OutputPolicy
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.outputs.setting import set_output_policy
from gateway.inquiries.records.amounts import STEPS, band_of, reaches
from gateway.inquiries.records.listing import MOST_RECORDS, UNCOUNTED, listing_from
from gateway.inquiries.records.shaping import document_digest, shaped_item
from gateway.inquiries.replay import replay_inquiry
from signing.jws import payload_of, verify_jws
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.inquiries.bases import AUDITOR, LEGAL_REP, OWNER, differences, on_duty, register, rows, town_of_bases
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import slug

ALL = {"ent_registration", "penalty_general"}


def shown(number=1, dataset="penalty_general", day=date(2026, 1, 1), **fields):
    return ShownRecord(UUID(int=number), dataset, 1, number.to_bytes(32), fields, objected=False, event_date=day)


@pytest.fixture
async def ready(story):
    town = await town_of_bases(story)
    if "records-asked" not in town.keys:
        for account, more in (
            ("bank-1", {}), ("bank-two-1", {"authorization_details": [
                {"type": "credit_query", "actions": ["records"], "datatypes": ["tax"]}]}),
        ):  # fmt: skip
            await town.consent(account, 1, products=["records"], **more)
        town.keys["records-asked"] = town.keys["bank-1"]
    yield town
    assert await differences(town) == []


async def answered(ready, account="bank-1", number=1, **more):
    answer = await ready.ask(account, number, product="records", **more)
    assert answer.status_code == 200, answer.text
    told = verify_jws(answer.json()["answer"], ready.gateway.keys.publics("answer"), ANSWER_TYPE)
    async with ready.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(told["inquiry"]))
    assert (made.outcome, made.differences, made.why) == ("equal", (), "")
    return told


async def rules(ready, form="raw", threshold=None, left_out=(), bank="bank"):
    async with ready.gateway.units.begin("test.output", OPERATOR) as work:
        await set_output_policy(work, bank, "records", OutputPolicy(0, form, threshold, tuple(left_out)))


def of(told, dataset):
    return [one for one in told["items"] if one["dataset"] == dataset]


async def test_records_take_a_consent_to_them(ready):
    assert slug(await ready.ask("bank-1", 1, product="records", purpose="post_loan")) == "consent-purpose-mismatch"
    told = await answered(ready)
    assert (told["kind"]["code"], told["outcome"]) == ("credit-records", "records")
    assert told["legal_basis"] == {"kind": "consent"}
    assert (told["score"], told["band"], told["model"]) == (None, None, "records/1")
    assert {one["dataset"] for one in told["items"]} == ALL
    assert told["counts"] == {"ent_registration": 1, "penalty_general": 2}
    assert LEGAL_REP not in json.dumps(told, ensure_ascii=False)
    (firm,) = of(told, "ent_registration")
    assert (firm["agency"], firm["agency_name"]["zh"]) == ("market_regulation", "市市场监督管理局（知识产权局）")
    marks = {one["fields"]["cf_wsh"]: (one["objected"], one["event_date"]) for one in of(told, "penalty_general")}
    assert {name: objected for name, (objected, _) in marks.items()} == {"SHOWN": False, "OBJECTED": True}
    assert all(day for _, day in marks.values())
    assert {one["producer"] for one in of(told, "penalty_general")} != {None}


async def test_what_is_not_permitted_is_named_by_declaration_and_never_counted(ready):
    told = await answered(ready)
    restricted = {name for name, one in datasets().items() if one.sharing == "restricted"}
    assert set(told["withheld"]) == restricted
    assert told["left_out"] == {
        "over_limit": 0, "about_a_person": 0, "personal_values": 1, "uncounted": list(UNCOUNTED),
    }  # fmt: skip
    without = await answered(ready, categories=["registration"])
    assert without["left_out"] == told["left_out"]  # what lies outside shows in no number
    assert {one["dataset"] for one in without["items"]} == {"ent_registration"}


async def test_a_restricted_record_takes_that_its_category_is_named(ready):
    assert of(await answered(ready), "tax_payment") == []
    named = await answered(ready, categories=["tax"])
    (paid,) = of(named, "tax_payment")
    assert (paid["sharing"], paid["fields"]["paid_amount"], named["withheld"]) == ("restricted", "38", [])
    assert of(await answered(ready, "bank-two-1", narrow=True), "tax_payment") != []  # its consent names it
    refused = await ready.ask("bank-two-1", 1, product="records")
    assert slug(refused) == "consent-scope-exceeded"
    assert slug(await ready.ask("bank-two-1", 1, product="records", categories=["registration"])) == (
        "consent-scope-exceeded"
    )


async def test_on_a_duty_restricted_records_are_those_it_names(ready):
    refused = await on_duty(ready, product="records")
    assert slug(refused) == "duty-basis-required"
    for code, opened in (("records-open", ("tax_payment",)), ("records-closed", ())):
        await register(ready, code, products=("records",), datasets=opened)
        told = (await on_duty(ready, code, product="records", categories=["tax"])).json()
        assert bool(of(told, "tax_payment")) == bool(opened), code
        assert ("tax_payment" in told["withheld"]) != bool(opened)


async def test_what_was_repaired_or_is_past_its_period_is_gone_without_a_trace(ready):
    before = await answered(ready)
    assert {one["fields"]["cf_wsh"] for one in of(before, "penalty_general")} == {"SHOWN", "OBJECTED"}
    await ready.push("drc", "penalty_general", penalties(penalty(1, "REPAIRED")))
    seen = await answered(ready)
    assert seen["counts"]["penalty_general"] == 3
    assert (await act(ready, await record_of(ready.gateway, "REPAIRED"), "repair")).status_code == 201
    after = await answered(ready)
    assert {**after["counts"]} == {**before["counts"]}
    assert after["left_out"] == before["left_out"]
    assert "REPAIRED" not in json.dumps(after)


async def test_in_outline_there_are_counts_alone(ready):
    told = await answered(ready, tier="basic")
    assert "items" not in told
    assert told["counts"] == (await answered(ready))["counts"]


async def test_no_amount_leaves_that_the_policy_bands(ready):
    raw = await answered(ready, categories=["tax", "admin_penalty"])
    (fined,) = {one["fields"]["cf_nr_fk"] for one in of(raw, "penalty_general")}
    await rules(ready, "banded")
    told = await answered(ready, categories=["tax", "admin_penalty"])
    (paid,) = of(told, "tax_payment")
    assert paid["fields"]["paid_amount"] == {"band": {"above": "0.00", "to": "10000.00"}}
    assert "tax_rate" not in paid["fields"]  # from a rate an amount could be worked out
    assert {"levy_item", "tax_type"}.isdisjoint(paid["fields"])  # texts may say it in words
    for one in of(told, "penalty_general"):
        assert one["fields"]["cf_nr_fk"] == {"band": band_of(Decimal(fined) * 10_000)}
        assert set(one["fields"]["cf_wsh"]) == {"digest"}
        assert {"cf_nr", "cf_sy"}.isdisjoint(one["fields"])
    assert {"records.amounts", "records.texts"} <= set(told["policy"]["withheld"])
    await rules(ready, "flag", 1)
    told = await answered(ready, categories=["tax"])
    assert of(told, "tax_payment")[0]["fields"]["paid_amount"] == {"reaches": False}
    await rules(ready)


async def test_a_document_number_of_no_public_record_is_a_digest_of_the_institutions_own(ready):
    license_ = next(
        (name, field) for name, one in datasets().items() if one.sharing == "shared"
        for field, of_field in one.fields.items() if of_field.is_document
    )  # fmt: skip
    record = shown(3, license_[0], **{license_[1]: "〔2026〕1号"})
    (item,) = listing_from([record], "2026-03-01").details["items"]
    ours, theirs = (shaped_item(item, OutputPolicy(), salt) for salt in (b"a" * 32, b"b" * 32))
    assert ours["fields"][license_[1]] != theirs["fields"][license_[1]]
    assert ours["fields"][license_[1]]["digest"] == document_digest(
        record.digest.hex(), license_[1], "〔2026〕1号", b"a" * 32
    )
    assert ours["digest"] == salted(record.digest.hex(), b"a" * 32)
    assert "〔2026〕1号" not in json.dumps([ours, theirs], ensure_ascii=False)


async def test_digests_lead_to_the_record_with_the_salt_that_the_answer_tells(ready):
    told = await answered(ready)
    leaves = {digest.hex() for (digest,) in await rows(ready, "SELECT digest FROM record")}
    salt = bytes.fromhex(told["basis"]["salt"])
    assert {one["digest"] for one in told["items"]} == set(told["basis"]["records"])
    assert {one["digest"] for one in told["items"]} <= {salted(one, salt) for one in leaves}
    assert not leaves & set(told["basis"]["records"])
    await rules(ready, left_out=["records"])
    told = await answered(ready)
    assert "records" not in told["basis"]
    assert all("digest" not in one for one in told["items"])
    await rules(ready)


def test_nothing_about_a_person_is_told_at_any_depth_and_how_much_that_was_is_counted():
    sealed = f"{SEALED}{OWNER}"
    told = listing_from([
        shown(1, "ent_registration", entity_name=sealed, legal_rep_name=LEGAL_REP, est_date="2010-05-01",
              ent_type=["厂", sealed], reg_no={"inner": [f"{HASHED}x"]}),
        shown(2, "ent_registration", legal_rep_name=LEGAL_REP), shown(3, "unheard_of", any="x"),
    ], "2026-03-15").details  # fmt: skip
    (one,) = told["items"]
    assert one["fields"] == {"est_date": "2010-05-01"}
    assert (told["left_out"]["about_a_person"], told["left_out"]["personal_values"]) == (1, 5)
    assert OWNER not in json.dumps(told, ensure_ascii=False)


@pytest.mark.parametrize("held", [MOST_RECORDS - 1, MOST_RECORDS, MOST_RECORDS + 1])
def test_the_newest_are_told_and_how_many_more_there_are(held):
    records = [shown(number, day=date.fromordinal(738_000 + number), cf_cfjg="某局") for number in range(1, held + 1)]
    told = listing_from(records, "2026-03-15").details
    assert len(told["items"]) == min(held, MOST_RECORDS)
    assert told["left_out"]["over_limit"] == held - len(told["items"])
    assert told["items"][0]["event_date"] == date.fromordinal(738_000 + held).isoformat()
    assert len(told["basis"]["records"]) == len(told["items"])


@pytest.mark.parametrize(
    ("amount", "above", "to"),
    [("-1", None, "0.00"), ("0", None, "0.00"), ("0.01", "0.00", "10000.00"), ("10000", "0.00", "10000.00"),
     ("10000.01", "10000.00", "50000.00"), (str(STEPS[-1]), "50000000.00", "100000000.00"),
     (str(STEPS[-1] + 1), "100000000.00", None)],
)  # fmt: skip
def test_an_amount_lies_between_two_steps(amount, above, to):
    assert band_of(Decimal(amount)) == {"above": above, "to": to}


@pytest.mark.parametrize(("amount", "met"), [("99999.99", False), ("100000", True), ("100000.01", True)])
def test_a_flag_is_one_bit_against_its_threshold_in_ten_thousand_yuan(amount, met):
    assert reaches(Decimal(amount), OutputPolicy(form="flag", threshold=10)) is met


async def test_records_are_no_assessment_that_a_risk_platform_is_told_of(ready):
    told = await answered(ready)
    assert await rows(
        ready, "SELECT count(*) FROM delivery WHERE kind = 'evaluations' AND exchange = :i", i=UUID(told["inquiry"])
    ) == [(0,)]
    other = await ready.client.get(
        f"/v1/inquiries/{told['inquiry']}/compare/{told['inquiry']}", headers=await ready.headers("bank-1")
    )
    assert slug(other) == "not-comparable"


async def test_of_many_records_each_answer_is_kept_and_its_consent_says_so(ready):
    question = {"subject": uscc(1), "product": "records", "purpose": "pre_loan"}
    headers = {"Idempotency-Key": str(uuid4()), **await ready.headers("bank-1")}
    (item,) = (await ready.client.post("/v1/inquiries:batch", json={"questions": [question]}, headers=headers)).json()[
        "items"
    ]
    assert item["outcome"] == "answered"
    assert payload_of(item["answer"]["answer"])["scope"]["mode"] == "STORE"
