"""A town in which two banks asked about enterprise 1, renamed once, and about others; and an auditor."""

from dataclasses import dataclass, field

import pytest

from gateway.worker import publish_head, take_in
from tests.enterprises import uscc
from tests.stories import Story, registration, today

OLD, NEW, SHARED = "瓯海旧名鞋业有限公司", "瓯海新名鞋业有限公司", "瓯海同名鞋业有限公司"


@dataclass
class Asked:
    """A story, and the ids of what was asked in it, by what became of it."""

    story: Story
    ids: dict[str, str] = field(default_factory=dict)

    async def who(self, subject, caller="auditor-1", **filters):
        """Ask who asked."""
        headers = await self.story.headers(caller)
        params = {"subject": subject, **filters}
        return await self.story.client.get("/v1/audit/questions", params=params, headers=headers)

    async def evidence(self, subject, caller="auditor-1", **filters):
        """Ask for the file that proves it, of all that is recorded by now."""
        await take_in(self.story.gateway)
        await publish_head(self.story.gateway)
        headers = await self.story.headers(caller)
        params = {"subject": subject, **filters}
        return await self.story.client.get("/v1/audit/questions/evidence", params=params, headers=headers)

    async def found(self, subject, **filters):
        """Return the names of the questions that were found."""
        answer = await self.who(subject, **filters)
        assert answer.status_code == 200, answer.text
        names = {value: name for name, value in self.ids.items()}
        return [names[one["id"]] for one in answer.json()["questions"]]


@pytest.fixture(scope="module")
def ids():
    return {}


@pytest.fixture
async def asked(story, ids):
    """What was asked, in this order; "code" and "typo" were no credit codes, "stranger" one that is not known here."""
    made = Asked(story, ids)
    if not ids:
        await prepare(story)
        ids["denied"] = (await story.ask("bank-2", 1)).json()["inquiry"]
        ids["code"] = (await story.ask("bank-2", 1, subject=uscc(1)[8:17])).json()["inquiry"]
        ids["typo"] = (await story.ask("bank-2", 1, subject=uscc(1)[:17] + "*")).json()["inquiry"]
        ids["consent"] = (await story.consent("bank-1", 1))["consent"]
        ids["answered"] = (await story.ask("bank-1", 1, key="again")).json()["inquiry"]
        assert (await story.ask("bank-1", 1, key="again")).headers["Idempotency-Replayed"] == "true"
        told = {"inquiry": ids["answered"], "outcome": "granted", "amount": "1.00", "decided_on": today()}
        reported = await story.client.post("/v1/usage-results", json=told, headers=await story.headers("bank-1"))
        assert reported.status_code == 201
        ids["purpose"] = (await story.ask("bank-1", 1, purpose="renewal", consent=ids["consent"])).json()["inquiry"]
        ids["product"] = (await story.ask("bank-1", 1, product="horoscope")).json()["inquiry"]
        ids["stranger"] = (await story.ask("bank-1", 9)).json()["inquiry"]
    return made


async def prepare(story):
    """Enterprise 1 is renamed; 2 and 3 have borne one name, of which 3 bears another now."""
    for number, name, day in (
        (1, OLD, "2024-01-01"), (1, NEW, "2025-01-01"), (2, SHARED, "2024-01-01"), (3, SHARED, "2024-01-01"),
        (3, "瓯海独名鞋业有限公司", "2025-01-01"),
    ):  # fmt: skip
        body = registration(number, 企业名称=name, 核准日期=day)
        await story.push("market_regulation", "ent_registration", body)
    await story.account("bank-1", "bank")
    await story.account("bank-2", "other-bank")
    await story.enrol("auditor-1", "auditor")
