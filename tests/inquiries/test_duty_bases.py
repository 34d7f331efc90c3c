"""A government body asks on a duty of its own, as far as that reaches, until it ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from connectors.catalogue.load import datasets
from gateway.inquiries.bases.basis import readable_on
from gateway.inquiries.outputs.salt import salted
from gateway.inquiries.replay import replay_inquiry
from tests.enterprises import uscc
from tests.gates import held
from tests.inquiries.bases import AUDITOR, differences, end, on_duty, refused, register, rows, town_of_bases

DUTY_ROW = "SELECT FROM duty_basis WHERE code = :code FOR UPDATE"


@pytest.fixture
async def ready(story):
    yield await town_of_bases(story)
    assert await differences(story) == []


async def test_on_a_duty_a_government_body_is_answered_and_the_answer_says_so(ready):
    answer = await on_duty(ready)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    basis = {
        "kind": "duty", "duty": "subsidy-2026", "law": "某省公共信用信息条例", "article": "第十八条", "datasets": [],
    }  # fmt: skip
    assert (told["legal_basis"], told["consent"]) == (basis, None)
    assert told["use"]["zh"] == "仅用于履行职责（某省公共信用信息条例第十八条），不得转给他人"
    query = "SELECT legal_basis, duty, report_by, delete_by FROM inquiry WHERE inquiry_id = :i"
    assert await rows(ready, query, i=told["inquiry"]) == [("duty", "subsidy-2026", None, None)]
    shown = await ready.client.get(
        f"/v1/inquiries/{told['inquiry']}", headers=await ready.headers("finance-bureau-1")
    )  # fmt: skip
    assert (shown.json()["legal_basis"], shown.json()["duty"]) == ("duty", "subsidy-2026")
    async with ready.gateway.units.begin("test.replay", AUDITOR) as work:
        assert (await replay_inquiry(work, UUID(told["inquiry"]))).outcome == "equal"


async def test_a_restricted_dataset_never_leaves_on_a_duty_that_does_not_name_it(ready):
    await register(ready, "tax-check", datasets=("tax_payment",))
    without, named = [
        (await on_duty(ready, code, product="health_check")).json() for code in ("subsidy-2026", "tax-check")
    ]
    assert "tax_payment" in without["withheld"]
    assert "tax_payment" not in named["withheld"]
    assert "social_insurance_pay" in named["withheld"]
    (digest,) = await rows(ready, "SELECT encode(digest, 'hex') FROM record WHERE dataset = 'tax_payment'")
    salt = bytes.fromhex(named["basis"]["salt"])
    assert salted(digest[0], salt) in named["basis"]["records"]
    assert salted(digest[0], salt) not in without["basis"]["records"]
    restricted = {name for name, one in datasets().items() if one.sharing == "restricted"}
    assert readable_on(without["legal_basis"]).isdisjoint(restricted)
    assert readable_on(named["legal_basis"]) & restricted == {"tax_payment"}


async def test_a_duty_that_is_not_the_institutions_own_looks_like_none_at_all(ready):
    await register(ready, "theirs", "audit-bureau")
    await register(ready, "to-end")
    await end(ready, "to-end")
    await register(ready, "to-come", valid_from=datetime.now(UTC) + timedelta(days=1))
    told = []
    for code in ("theirs", "to-end", "to-come", "no-such-duty"):
        answer = await on_duty(ready, code)
        refused(answer)
        told.append({**answer.json(), "inquiry": None, "instance": None, "request_id": None})
    assert told == [told[0]] * 4
    bank = await on_duty(ready, who="bank-1")
    refused(bank)
    assert {**bank.json(), "inquiry": None, "instance": None, "request_id": None} == told[0]


@pytest.mark.parametrize(("asked", "missing"), [
    ({"purpose": "pre_loan"}, ["pre_loan"]), ({"product": "health_check"}, ["health_check"]),
    ({"categories": ["tax", "enforcement"]}, ["enforcement/tax"]),
    ({"categories": ["tax"]}, ["tax/*"]), ({"categories": ["tax"], "sources": ["drc"]}, ["tax/drc"]),
])  # fmt: skip
async def test_a_duty_covers_its_purposes_products_categories_and_agencies_alone(ready, asked, missing):
    if not await rows(ready, "SELECT FROM duty_basis WHERE code = 'narrow-duty'"):
        await register(ready, "narrow-duty", products=("score",), categories=("tax",), sources=("tax",))
    sources = {} if "sources" in asked or missing == ["tax/*"] else {"sources": ["tax"]}
    refused(await on_duty(ready, "narrow-duty", **{"categories": ["tax"], **sources, **asked}), missing=missing)


async def test_where_less_will_do_a_duty_is_answered_as_far_as_it_reaches(ready):
    await register(ready, "less-duty", categories=("tax",), sources=("tax",))
    told = (await on_duty(ready, "less-duty", narrow=True)).json()
    assert (told["scope"]["categories"], told["scope"]["sources"]) == (["tax"], ["tax"])
    assert {"sources", "registration"} <= set(told["withheld"])


async def test_after_the_duty_ended_no_answer_is_given_again(ready):
    await register(ready, "replayed")
    key = str(uuid4())
    first = await on_duty(ready, "replayed", key=key)
    again = await on_duty(ready, "replayed", key=key)
    assert (again.status_code, again.json()) == (200, first.json())
    await end(ready, "replayed")
    refused(await on_duty(ready, "replayed", key=key))
    path = f"/v1/inquiries/{first.json()['inquiry']}/answer"
    refused(await ready.client.get(path, headers=await ready.headers("finance-bureau-1")))


async def test_a_duty_that_ends_beside_a_question_in_flight_ends_it(ready):
    await register(ready, "in-flight")
    async with held(ready.gateway.database, DUTY_ROW, code="in-flight") as gate:
        ending = asyncio.create_task(end(ready, "in-flight"))
        await gate.waiting(1)
        asking = asyncio.create_task(on_duty(ready, "in-flight"))
        await gate.waiting(2)
    await ending
    refused(await asking)


async def test_a_question_in_flight_is_answered_before_its_duty_ends(ready):
    """The end waits for it: what was answered was answered before the end was committed."""
    await register(ready, "first-come")
    await on_duty(ready, "first-come")  # its counters are there
    async with held(ready.gateway.database, "SELECT FROM quota_period FOR UPDATE") as gate:
        asking = asyncio.create_task(on_duty(ready, "first-come"))
        await gate.waiting(1)
        ending = asyncio.create_task(end(ready, "first-come"))
        await gate.waiting(2)
    answer = await asking
    await ending
    assert answer.status_code == 200
    query = "SELECT ended_at > (SELECT settled_at FROM inquiry WHERE inquiry_id = :i) FROM duty_basis WHERE code = :c"
    assert await rows(ready, query, i=answer.json()["inquiry"], c="first-come") == [(True,)]


async def test_the_enterprise_is_told_on_which_basis_each_answer_was_given(ready):
    public = (await ready.ask("bank-1", 1, product="public_record")).json()["inquiry"]
    duty = (await on_duty(ready)).json()["inquiry"]
    await ready.enrol("s-1", "signatory", subject=uscc(1))
    found = await ready.client.get("/v1/questions", params={"limit": 500}, headers=await ready.headers("s-1"))
    told = {one["question"]: one["legal_basis"] for one in found.json()["questions"]}
    assert told[public] == {"kind": "public"}
    assert told[duty] == {"kind": "duty", "duty": "subsidy-2026", "law": "某省公共信用信息条例第十八条"}
    assert await rows(ready, "SELECT count(*) FROM inquiry WHERE state = 'denied' AND legal_basis IS NOT NULL") == [
        (0,)
    ]


async def test_a_question_on_no_duty_asks_the_database_nothing_of_duties(ready):
    await ready.consent("bank-1", 1, purpose="renewal")
    asked, engine = [], ready.gateway.database._engines["app"].sync_engine

    def listen(_connection, _cursor, statement, *_more):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert (await ready.ask("bank-1", 1, purpose="renewal")).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert asked
    assert not [one for one in asked if "duty_basis" in one]
