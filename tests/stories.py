"""What most stories need: an enterprise on record, its consent, and an account with quota, over HTTP."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from connectors.catalogue.load import get_dataset
from connectors.model.calendar import day_of
from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.demo.samples import as_csv as sample_csv
from gateway.demo.samples import sample_of
from gateway.quota.plans import set_plan
from signing.jws import sign_jws
from signing.keys import SigningKey
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.identities import login, register

FEEDS = (
    "abnormal_operation",
    "enforcement_case",
    "dishonest_executed",
    "tax_arrears",
    "tax_credit_grade",
    "honor_award",
)
REGISTRATION = ("企业名称", "统一社会信用代码", "成立日期", "核准日期", "企业类型", "注册资本", "经营范围", "住所")


def as_csv(header, *rows) -> str:
    target = io.StringIO()
    csv.writer(target).writerows([header, *rows])
    return target.getvalue()


def registration(number: int, **changes) -> str:
    row = {
        "企业名称": f"瓯海第{number}鞋业有限公司",
        "统一社会信用代码": uscc(number),
        "成立日期": "2010-05-01",
        "核准日期": "2024-01-01",
        "企业类型": "有限责任公司",
        "注册资本": "500(万元人民币)",
        "经营范围": "鞋",
        "住所": "某路",
        **changes,
    }
    return as_csv(REGISTRATION, [row[name] for name in REGISTRATION])


@dataclass
class Story:
    """Clients by id, with their keys, on one instance over one HTTP client."""

    gateway: object
    client: object
    keys: dict[str, SigningKey]

    async def enrol(self, client_id: str, kind: str, **more) -> None:
        if client_id not in self.keys:
            self.keys[client_id] = await register(self.gateway, client_id, kind, **more)

    async def headers(self, client_id: str) -> dict[str, str]:
        """Log in; an intermediary's client that acts in an account's name is "client for account"."""
        own, _, account = client_id.partition(" for ")
        more = {"on_behalf_of": account} if account else {}
        return await login(self.client, self.keys[own], own, self.gateway.settings.issuer, **more)

    async def push(self, agency: str, dataset: str, body: str):
        await self.enrol(agency, "agency")
        headers = {"Batch-Id": str(uuid4()), **await self.headers(agency)}
        answer = await self.client.post(f"/v1/datasets/{dataset}/batches", content=body.encode(), headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def feeds(self, *, but: str = "") -> None:
        """Have agencies deliver what a score needs at least, about enterprises that no test asks about."""
        for dataset in (name for name in FEEDS if name != but):
            declared = get_dataset(dataset)
            await self.push(
                declared.agency, dataset, sample_csv(*sample_of(declared, day_of(datetime.now(UTC)))).decode()
            )

    async def plan(self, scope: str, scope_id: str, per_day: int, per_month: int | None = None) -> None:
        most = per_day if per_month is None else per_month
        async with self.gateway.units.begin("test.plan", OPERATOR) as work:
            await set_plan(work, scope=scope, scope_id=scope_id, per_day=per_day, per_month=most)

    async def account(self, client_id: str, institution: str, per_day: int = 1000) -> None:
        await self.enrol(client_id, "account", institution_id=institution)
        await self.plan("account", client_id, per_day)
        await self.plan("institution", institution, 100_000)

    async def request(self, account: str, number: int, **changes):
        terms = {
            "subject": uscc(number),
            "products": ["score"],
            "purpose": "pre_loan",
            "valid_until": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
            **changes,
        }
        return await self.client.post("/v1/consents", json=terms, headers=await self.headers(account))

    async def decide(self, signatory: str, consent: dict, action: str):
        claims = approval_claims(consent["consent"], consent["terms_sha256"], action)
        body = {"approval": sign_jws(claims, self.keys[signatory], APPROVAL_TYPE)}
        path = f"/v1/consents/{consent['consent']}/{action}"
        return await self.client.post(path, json=body, headers=await self.headers(signatory))

    async def consent(self, account: str, number: int, **changes) -> dict:
        """Request and approve a consent of enterprise `number`, whose signatory is s-<number>."""
        await self.enrol(f"s-{number}", "signatory", subject=uscc(number))
        requested = await self.request(account, number, **changes)
        assert requested.status_code == 201, requested.text
        approved = await self.decide(f"s-{number}", requested.json(), "approve")
        assert approved.status_code == 200, approved.text
        return approved.json()

    async def ask(self, account: str, number: int, key: str | None = None, **changes):
        body = {"subject": uscc(number), "product": "score", "purpose": "pre_loan", **changes}
        headers = {"Idempotency-Key": key or str(uuid4()), **await self.headers(account)}
        return await self.client.post("/v1/inquiries", json=body, headers=headers)


def today() -> str:
    """Return the day by China's calendar, as who is given an answer dates what it decides by it."""
    return day_of(datetime.now(UTC)).isoformat()


def slug(answer) -> str:
    return answer.json()["type"].rpartition("/")[2].rpartition("#")[2]
