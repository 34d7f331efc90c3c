"""What tests of bases stand on: two banks, two government bodies, an enterprise with public and restricted records."""

import csv
import io
from datetime import UTC, datetime

from sqlalchemy import text

from gateway.evidence.conservation import find_differences
from gateway.identity.clients.registry import add_institution
from gateway.inquiries.bases.setting import end_duty, register_duty
from gateway.runtime.actor import PROGRAM, Actor
from tests.actors import OPERATOR
from tests.duties import duty_of
from tests.enterprises import sole_trader, uscc
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import as_csv, registration, slug

AUDITOR = Actor("auditor-1", "auditor")
LEGAL_REP, SHOP, OWNER = "钱某某", sole_trader(5), "赵某某"
PAYMENTS = (
    "纳税人名称", "统一社会信用代码", "征收项目", "征收品目", "税款所属期起", "税款所属期止", "计税依据", "税率",
    "实缴金额", "入库日期",
)  # fmt: skip


async def town_of_bases(story):
    """Two banks and two government bodies; enterprise 1 with a penalty, another that is objected to, paid taxes."""
    if "bank-1" not in story.keys:
        (header, firm), (_, shop) = [
            list(csv.reader(io.StringIO(form)))
            for form in (registration(1), registration(1, 统一社会信用代码=SHOP, 企业名称=f"瓯海{OWNER}小吃店"))
        ]
        form = as_csv([*header, "法定代表人"], [*firm, LEGAL_REP], [*shop, OWNER])
        await story.push("market_regulation", "ent_registration", form)
        await story.feeds()
        rows = (penalty(1, "SHOWN"), penalty(1, "OBJECTED"), penalty(1, "PAST", on="2020-01-05", until="2021-01-05"))
        await story.push("drc", "penalty_general", penalties(*rows))
        assert (await act(story, await record_of(story.gateway, "OBJECTED"), "object")).status_code == 201
        paid = [
            "瓯海第1鞋业有限公司",
            uscc(1),
            "增值税",
            "一般",
            "2026-01-01",
            "2026-01-31",
            "9",
            "3",
            "38",
            "2026-02-05",
        ]
        await story.push("tax", "tax_payment", as_csv(PAYMENTS, paid))
        for body in ("finance-bureau", "audit-bureau"):
            async with story.gateway.units.begin("test.body", OPERATOR) as work:
                await add_institution(work, institution_id=body, name=f"某{body}", kind="government")
            await story.account(f"{body}-1", body)
        for bank in ("bank", "bank-two"):
            await story.account(f"{bank}-1", bank)
        await register(story, "subsidy-2026")
        await story.enrol("auditor-1", "auditor")
    return story


async def differences(story):
    async with story.gateway.units.begin("test.reconcile", PROGRAM) as work:
        return await find_differences(work)


async def register(story, code, institution="finance-bureau", **changed):
    async with story.gateway.units.begin("test.duty", OPERATOR) as work:
        await register_duty(work, duty_of(code, institution, datetime.now(UTC), **changed), "operator-2")


async def end(story, code):
    async with story.gateway.units.begin("test.end", OPERATOR) as work:
        await end_duty(work, code, "职责调整")


async def rows(story, query, **values):
    async with story.gateway.database.begin("test.read", role="owner") as session:
        return [tuple(row) for row in await session.execute(text(query), values)]


async def on_duty(story, code="subsidy-2026", who="finance-bureau-1", **more):
    return await story.ask(who, 1, duty=code, purpose=more.pop("purpose", "subsidy"), **more)


def refused(answer, **members):
    assert (answer.status_code, slug(answer)) == (403, "duty-basis-required"), answer.text
    assert {name: answer.json()[name] for name in members} == members
