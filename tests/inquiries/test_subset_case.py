"""Case: a bank's module looks at 1,077 small firms by a view and grants 456 for 1.114 billion yuan, 122 of them to
first-time borrowers; 657 million are outstanding. The report says exactly so.
"""

import asyncio
import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from consent.decision import Consent
from consent.terms import Terms
from gateway.consents.life import OpenChange, make_change, request_consent
from gateway.inquiries.usage import Report, hand_in
from gateway.inquiries.views.setting import set_view
from gateway.inquiries.views.view import View
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from signing.jws import payload_of
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.inquiries.bases import differences
from tests.stories import registration, today

FIRMS, GRANTED, FIRST_TIME, AT_ONCE, TOGETHER = 1077, 456, 122, 500, 20
AMOUNT, BALANCE = Decimal(1_114_000_000), Decimal(657_000_000)
COLUMNS = {"admission": ("reg_age_y", "ent_registration.est_date"), "limit": ("reg_capital",)}


def parts_of(total: Decimal, many: int) -> list[Decimal]:
    """Amounts to the fen that come to a total, hardly two of them alike."""
    each = (total / many).quantize(Decimal("0.01"))
    told = [each + Decimal(number % 97 - 48) / 100 for number in range(many - 1)]
    return [*told, total - sum(told)]


async def on_record(story):
    lines = [next(csv.reader(io.StringIO(registration(1))))]
    lines += [list(csv.reader(io.StringIO(registration(number))))[1] for number in range(1, FIRMS + 1)]
    body = io.StringIO()
    csv.writer(body).writerows(lines)
    assert (await story.push("market_regulation", "ent_registration", body.getvalue()))["accepted"] == FIRMS


async def permit(story, first, last):
    async with story.gateway.units.begin("case.consents", Actor("bank-1", "account", "bank")) as work:
        for number in range(first, last):
            code, now = uscc(number), work.now
            terms = Terms(uuid7(), code, "bank", (), ("records",), "pre_loan", now, now + timedelta(days=300), None)
            asked = await request_consent(work, terms)
            boss = Actor("boss", "signatory", subject=code)
            signing = UnitOfWork(work.session, work.recorder, work.keys, work.issuer, boss, now)
            change = OpenChange("approve", Consent(terms, asked.version, "requested", intact=True), "active", now)
            await make_change(signing, change, None, None)


async def ask(story, numbers):
    """Ask by the view; return each firm's inquiry and the values it is given."""
    questions = [
        {"subject": uscc(number), "product": "records", "purpose": "pre_loan", "view": "external-credit"}
        for number in numbers
    ]
    headers = {"Idempotency-Key": str(uuid4()), **await story.headers("bank-1")}
    answer = await story.client.post("/v1/inquiries:batch", json={"questions": questions}, headers=headers)
    items = answer.json()["items"]
    assert {one["outcome"] for one in items} == {"answered"}, items[:2]
    return {number: (UUID(one["inquiry"]), payload_of(one["answer"]["answer"])) for number, one in zip(
        numbers, items, strict=True)}  # fmt: skip


async def report(story, inquiry, **content):
    day = today()
    told = {**content, "decided_on": day}
    by = Actor("bank-1", "account", "bank")
    return await hand_in(story.gateway.units, Report(by, inquiry, date.fromisoformat(day), told))


async def test_the_report_says_exactly_what_came_of_1077_firms(story):
    await on_record(story)
    await story.account("bank-1", "bank", per_day=10_000)
    async with story.gateway.units.begin("case.view", OPERATOR) as work:
        await set_view(work, "bank", View("external-credit", 0, **COLUMNS), "pre_loan", "外部信用", "operator-2")
    for first in range(1, FIRMS + 1, AT_ONCE):
        await permit(story, first, min(first + AT_ONCE, FIRMS + 1))
    answers = {}
    for first in range(1, FIRMS + 1, AT_ONCE):
        answers |= await ask(story, range(first, min(first + AT_ONCE, FIRMS + 1)))
    assert len(answers) == FIRMS
    told = answers[FIRMS][1]
    assert [(one["part"], one["column"], one["status"]) for one in told["values"]] == [
        ("admission", "reg_age_y", "computed"), ("admission", "ent_registration.est_date", "computed"),
        ("limit", "reg_capital", "computed"),
    ]  # fmt: skip
    amounts, balances = parts_of(AMOUNT, GRANTED), parts_of(BALANCE, GRANTED)
    module = sorted(answers)  # the bank's own model: it grants the first of them
    for place in range(0, FIRMS, TOGETHER):
        made = await asyncio.gather(*(
            report(story, answers[number][0], outcome="granted", amount=f"{amounts[at]:.2f}",
                   balance=f"{balances[at]:.2f}", first_time=at < FIRST_TIME)
            if at < GRANTED else report(story, answers[number][0], outcome="refused")
            for at, number in list(enumerate(module))[place : place + TOGETHER]
        ))  # fmt: skip
        assert all(one.new for one in made)
    found = (await story.client.get("/v1/usage-report", headers=await story.headers("bank-1"))).json()
    exactly = {
        "answers": 1077, "enterprises": 1077, "reported": 1077, "granted": 456, "refused": 621,
        "admission_rate": "0.4234", "first_time": 122, "amount": "1114000000.00", "balance": "657000000.00",
        "defaults_told": 0, "defaulted": 0, "default_rate": None,
    }  # fmt: skip
    assert found["total"] == exactly
    assert found["products"] == [{"product": "records", "view": "external-credit", "version": 1, **exactly}]
    assert found["bands"] == [{"product": "records", "band": "none", **exactly}]
    assert await differences(story) == []
