"""Many questions at once: all or none, or as many as there is room for; each with its verdict; from a spreadsheet."""

import asyncio
import csv
import io
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.evidence.conservation import find_differences
from gateway.identity.clients.delegations import grant_delegation, set_exit
from gateway.inquiries.batches.batch import MOST_QUESTIONS, work_batches
from gateway.inquiries.batches.routes import LARGEST_BATCH
from gateway.inquiries.batches.sheet import read_sheet, template
from gateway.runtime.actor import PROGRAM
from gateway.runtime.denial import DeniedError
from scoring_adapter.providers.asking import Providers
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.gates import LONGEST_SECONDS, held
from tests.numbered import case
from tests.stories import registration, slug

ENTERPRISES = range(1, 5)


@pytest.fixture
async def ready(story):
    if "s-1" not in story.keys:
        await story.account("bank-1", "bank")
        for number in ENTERPRISES:
            await story.push("market_regulation", "ent_registration", registration(number))
            await story.consent("bank-1", number)
    yield story
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        assert await find_differences(work) == []


async def put(story, numbers, key=None, who="bank-1", **more):
    questions = [{"subject": uscc(number), "product": "score", "purpose": "pre_loan"} for number in numbers]
    headers = {"Idempotency-Key": key or str(uuid4()), **await story.headers(who)}
    return await story.client.post("/v1/inquiries:batch", json={"questions": questions, **more}, headers=headers)


async def used(story):
    headers = await story.headers("bank-1")
    day = (await story.client.get("/v1/quota", headers=headers)).json()["day"]
    return day["used"], day["reserved"]


async def leave(story, units):
    await story.plan("account", "bank-1", (await used(story))[0] + units, 10_000)


@case("case-52-a-batch-that-is-larger-than-what-is-left")
async def test_all_or_none_or_as_many_as_there_is_room_for(ready, case):
    await leave(ready, 3)
    before = await used(ready)
    denied = await put(ready, [1, 2, 3, 4])
    assert (slug(denied), denied.json()["room_for"], denied.json()["asked"]) == ("quota-exceeded", 3, 4)
    assert await used(ready) == before
    partial = (await put(ready, [1, 2, 3, 4], partial=True)).json()
    assert [one["outcome"] for one in partial["items"]] == ["answered"] * 3 + ["quota-exceeded"]
    assert (partial["done"], partial["answered"], partial["units"]) == (4, 3, 3)
    assert partial["items"][3]["problem"]["violated-policies"] == ["acct-day"]
    assert await used(ready) == (before[0] + 3, 0)


async def test_each_question_has_its_own_verdict_and_what_was_held_for_a_denied_one_is_free_again(ready):
    await leave(ready, 4)
    key = str(uuid4())
    first = await put(ready, [1, 9, 2], key)
    items = first.json()["items"]
    assert [one["outcome"] for one in items] == ["answered", "consent-required", "answered"]
    assert [one.get("answer", {}).get("subject") for one in items] == [uscc(1), None, uscc(2)]
    assert await used(ready) == ((await used(ready))[0], 0)
    again = await put(ready, [1, 9, 2], key)
    assert again.json() == first.json()  # the same answers, free
    assert slug(await put(ready, [1, 2], key)) == "idempotency-key-reused"
    shown = await ready.client.get(
        f"/v1/inquiries/batches/{first.json()['batch']}", headers=await ready.headers("bank-1")
    )
    assert [one["outcome"] for one in shown.json()["items"]] == [one["outcome"] for one in items]
    assert "answer" not in shown.json()["items"][0]


async def test_a_batch_of_another_institution_is_not_there(ready):
    await ready.account("other-1", "other")
    batch = (await put(ready, [1])).json()["batch"] if await leave(ready, 9) is None else ""
    for identifier in (batch, uuid4()):
        answer = await ready.client.get(f"/v1/inquiries/batches/{identifier}", headers=await ready.headers("other-1"))
        assert slug(answer) == "inquiry-batch-not-found"


async def test_what_an_intermediary_puts_together_is_passed_on_by_it_and_seen_by_it_alone_of_others(ready):
    await ready.account("fsp-1", "fsp")
    await ready.account("other-fsp-1", "other-fsp")
    async with ready.gateway.units.begin("test.delegations", OPERATOR) as work:
        for intermediary in ("fsp", "other-fsp"):
            await grant_delegation(work, account="bank-1", intermediary=intermediary)
        await set_exit(work, institution="bank", exit_via="fsp")
    try:
        await leave(ready, 9)
        made = await put(ready, [1, 2], "passed-on", "fsp-1 for bank-1")
        assert made.status_code == 200, made.text
        assert [one["answer"]["intermediary"] for one in made.json()["items"]] == ["fsp", "fsp"]
        again = await put(ready, [1, 2], "passed-on", "other-fsp-1 for bank-1")
        assert slug(again) == "idempotency-key-reused"
        path = f"/v1/inquiries/batches/{made.json()['batch']}"
        seen = [
            (await ready.client.get(path, headers=await ready.headers(who))).status_code
            for who in ("fsp-1 for bank-1", "bank-1", "other-fsp-1 for bank-1")
        ]
        assert seen == [200, 200, 404]
    finally:
        async with ready.gateway.units.begin("test.exit", OPERATOR) as work:
            await set_exit(work, institution="bank", exit_via=None)


async def test_what_a_process_left_is_asked_by_the_worker_once(ready, monkeypatch):
    await leave(ready, 9)
    from gateway.inquiries.batches import routes

    async def ended(*_arguments, **_more):
        return {}

    monkeypatch.setattr(routes, "ask_rows", ended)
    batch = (await put(ready, [1, 2])).json()
    assert (batch["done"], (await used(ready))[1]) == (0, 2)
    providers = Providers()
    assert not await work_batches(ready.gateway.units, providers, ready.gateway.protector)  # its turn has not ended
    async with ready.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE inquiry_batch SET turn_until = clock_timestamp()"))
    another = held(ready.gateway.database, "SELECT FROM inquiry_batch FOR UPDATE")
    async with another, asyncio.timeout(LONGEST_SECONDS):  # it claims the batch: nobody waits for that
        assert not await work_batches(ready.gateway.units, providers, ready.gateway.protector)
    before = await used(ready)
    workers = [work_batches(ready.gateway.units, providers, ready.gateway.protector) for _ in range(2)]
    assert sorted(await asyncio.gather(*workers)) == [False, True]
    assert not await work_batches(ready.gateway.units, providers, ready.gateway.protector)
    assert await used(ready) == (before[0] + 2, 0)


@pytest.mark.parametrize("count", [0, MOST_QUESTIONS + 1])
async def test_a_batch_has_one_question_at_least_and_no_more_than_the_most(ready, count):
    assert (await put(ready, [1] * count)).status_code == 400


@pytest.mark.parametrize(("beyond", "status"), [(0, 400), (1, 413)])
async def test_a_batch_is_no_larger_than_its_address_takes(ready, beyond, status):
    body = b'{"questions": []}'.ljust(LARGEST_BATCH + beyond)
    headers = {"Idempotency-Key": "large", "Content-Type": "application/json", **await ready.headers("bank-1")}
    answer = await ready.client.post("/v1/inquiries:batch", content=body, headers=headers)
    assert answer.status_code == status, answer.text


def sheet(tmp_path, *rows):
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    path = tmp_path / "sheet.csv"
    path.write_bytes(target.getvalue().encode())
    return path


def test_rows_of_a_sheet_are_questions_or_say_what_is_wrong(tmp_path):
    path = sheet(
        tmp_path, ["统一社会信用代码", "产品", "用途", "授权编号"], [uscc(1), "", "", ""],
        [uscc(2), "信用体检", "续贷审查", ""], [uscc(3), "运势", "", ""], [uscc(3), "", "好奇", ""],
        ["", "score", "", ""], [uscc(1), "score", "pre_loan", ""], [uscc(4), "", "", "x"],
        [uscc(4) * 9, "", "", ""], ["", "", "", ""], ["9133", "", "", ""], [uscc(4)[:-1] + "?", "", "", ""],
        [uscc(5), "", "", ""],
    )  # fmt: skip
    rows = read_sheet(path, product="score", purpose="pre_loan")
    asked = [(one.question.product, one.question.purpose) for one in rows if one.question]
    assert asked == [("score", "pre_loan"), ("health_check", "renewal"), ("score", "pre_loan")]
    assert rows[-1].number == 13  # as the spreadsheet counts, with its blank row
    assert [(one.number, one.wrong) for one in rows if one.wrong] == [
        (4, "batch-row-product"), (5, "batch-row-purpose"), (6, "batch-row-no-code"), (7, "batch-row-again"),
        (8, "batch-row-consent"), (9, "batch-row-code"),
        (11, "batch-row-code"), (12, "batch-row-code"),
    ]  # fmt: skip


def test_a_sheet_has_a_column_of_codes_and_not_too_many_rows(tmp_path):
    with pytest.raises(DeniedError, match="batch-without-subjects"):
        read_sheet(sheet(tmp_path, ["企业", "产品"], ["某公司", ""]), product="score", purpose="pre_loan")
    rows = [[uscc(number)] for number in range(MOST_QUESTIONS)]
    path = sheet(tmp_path, ["subject"], *rows)
    assert len(read_sheet(path, product="score", purpose="pre_loan")) == MOST_QUESTIONS
    path = sheet(tmp_path, ["subject"], *rows, [uscc(MOST_QUESTIONS)])
    with pytest.raises(DeniedError, match="batch-too-long"):
        read_sheet(path, product="score", purpose="pre_loan")


def test_the_empty_form_is_read_as_a_sheet_without_questions(tmp_path):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template())
    assert read_sheet(path, product="score", purpose="pre_loan") == []
