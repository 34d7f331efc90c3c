"""The story the demonstration tells: each claim is read back by the role it concerns, with that role's own token."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from connectors.catalogue.load import get_dataset
from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.demo.command_line import DemoError
from gateway.demo.enterprises import NAMES, PUMPS, SHOES, abnormal, penalties, uscc
from gateway.demo.instance import today, wait_until
from gateway.demo.registered import registrations
from gateway.demo.samples import as_csv, sample_of
from gateway.demo.town import StoryTown
from signing.jws import sign_jws

Say = Callable[[str], None]
ONE_RECENT_SMALL_PENALTY = -25 - 5  # the one in a year costs 25, and the 5 of a year without any are gone
AGENCIES = ("market_regulation", "drc", "court", "tax", "industry_commerce_fed")
OTHERS_TOO = ("dishonest_executed", "tax_arrears", "tax_credit_grade", "honor_award")  # what a score needs besides
DAILY_UNITS = 4


class Story:
    """One run of the main job on a town."""

    def __init__(self, town: StoryTown, say: Say) -> None:
        """Take the town, and where to tell."""
        self._town, self._gateway, self._say = town, town.gateway, say
        self._consent: dict[str, Any] = {}

    def claim(self, what: str, *, holds: bool) -> None:
        """Tell what was read back. Raises DemoError where it does not hold."""
        if not holds:
            raise DemoError(f"不成立 does not hold: {what}")
        self._say(f"  ✓ {what}")

    def tell(self) -> None:
        """Tell all of it."""
        for chapter in (
            self.enrol, self.push, self.ask_consent, self.ask, self.ask_provider, self.feed_back, self.deny, self.audit,
        ):  # fmt: skip
            self._say(f"{(chapter.__doc__ or '').splitlines()[0]}")
            chapter()

    def enrol(self) -> None:
        """① 登记 Everyone gets an id and a key of their own."""
        gateway = self._gateway
        for agency in AGENCIES:
            gateway.add("agency", agency)
        gateway.cli("institution", "add", "bank", "--name", "示例银行")
        gateway.cli("institution", "add", "fsp", "--name", "金融综合服务平台", "--class", "other")
        gateway.add("account", "bank-1", "--institution", "bank")
        gateway.add("account", "fsp-1", "--institution", "fsp")
        gateway.cli("delegation", "grant", "bank-1", "fsp")
        gateway.add("signatory", "shoes", "--subject", uscc(SHOES))
        gateway.add("auditor", "auditor")
        for platform in (self._town.city, self._town.province, self._town.brain):
            platform.add("auditor", "reader")
        for scope, holder in (("account", "bank-1"), ("institution", "bank")):
            units = ["--day", str(DAILY_UNITS), "--month", "100"]
            gateway.cli("quota", "set", holder, "--scope", scope, *units)
        left = gateway.get("bank-1", "/v1/quota")["remaining"]
        self.claim(f"银行每日 {DAILY_UNITS} 个单位 the bank may use {left} units a day", holds=left == DAILY_UNITS)

    def push(self) -> None:
        """② 报送 Agencies push; bad rows come back with reasons, persons are dropped."""
        gateway = self._gateway
        held = gateway.push("market_regulation", "abnormal_operation", abnormal()).json()
        self.claim("只有名称的记录暂不归属 a record with a name alone waits", holds=held["unresolved"] == 1)
        first = gateway.push("market_regulation", "ent_registration", registrations(), "registrations-1")
        again = gateway.push("market_regulation", "ent_registration", registrations(), "registrations-1")
        self.claim("重复报送即同一批次 the same delivery is the same batch",
                   holds=(first.status_code, again.status_code) == (201, 200))  # fmt: skip
        other = gateway.push("drc", "penalty_general", penalties(PUMPS, _days_ago(700))).json()
        counts = (other["accepted"], other["natural_persons"], other["rejected"])
        self.claim("处罚入库 1 条，自然人剔除 1 条，问题数据 1 条 one kept, one person dropped, one row refused",
                   holds=counts == (1, 1, 1))  # fmt: skip
        for dataset in OTHERS_TOO:
            declared = get_dataset(dataset)
            gateway.push(declared.agency, dataset, as_csv(*sample_of(declared, today())).decode())
        shown = gateway.get("drc", f"/v1/batches/{other['batch']}")["reasons"]
        self.claim(f"部门看到原因 the agency sees why: {shown}", holds=shown == {"identifier_unreadable": 1})
        resolved = self._gateway.cli("record", "count", uscc(PUMPS), "--json")
        self.claim(f"登记到达后归属 {NAMES[PUMPS]} the waiting record found its enterprise",
                   holds=json.loads(resolved)["records"] == 3)  # fmt: skip

    def ask_consent(self) -> None:
        """③ 授权 The bank requests, the enterprise decides with its own key."""
        gateway = self._gateway
        terms = {
            "subject": uscc(SHOES), "products": ["score"], "purpose": "pre_loan",
            "valid_until": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
        }  # fmt: skip
        self._denied("consent-required", "没有授权不得查询 without a consent: denied")
        self._consent = gateway.post("bank-1", "/v1/consents", terms).json()
        self._denied("consent-pending", "未经同意不得查询 before the enterprise agrees: denied")
        path = f"/v1/consents/{self._consent['consent']}"
        own = gateway.post("bank-1", f"{path}/approve", {"approval": "x.y.z"})
        self.claim("银行不能替企业授权 the bank cannot approve for it", holds=own.status_code == 403)
        claims = approval_claims(self._consent["consent"], self._consent["terms_sha256"], "approve")
        approval = sign_jws(claims, gateway.keys["shoes"], APPROVAL_TYPE)
        gateway.post("shoes", f"{path}/approve", {"approval": approval})
        seen = gateway.get("shoes", path)
        self.claim(f"{NAMES[SHOES]} 已授权 the enterprise has agreed", holds=seen["status"] == "active")

    def ask(self) -> None:
        """④ 查询 The score follows the records, by the published points."""
        before = self._answered()
        self.claim(
            f"评分 {before['score']}（{before['band']}），已签名 the score, signed", holds=self._verifies(before)
        )
        self._gateway.push("drc", "penalty_general", penalties(SHOES, _days_ago(30)))
        after = self._answered()
        change = after["score"] - before["score"]
        self.claim(f"评分变化 {change} 恰为公布分值 the score moved by exactly the published points",
                   holds=change == ONE_RECENT_SMALL_PENALTY)  # fmt: skip
        uses = self._gateway.get("shoes", f"/v1/consents/{self._consent['consent']}/uses")["uses"]
        self.claim(f"企业看到 {len(uses)} 次查询 the enterprise sees who asked", holds=len(uses) == 2)
        wait_until(lambda: self._arrived(self._town.brain, "evaluations", after["inquiry"]), "the evaluation")
        self.claim("金融大脑随查随看 the financial brain has it at once", holds=True)

    def ask_provider(self) -> None:
        """⑤ 转接 An outside provider answers, then is killed."""
        answer = self._answered(provider="five-force", by="fsp-1 for bank-1")
        by = f"{answer['intermediary']} 代 {answer['account']} 查询"
        self.claim(f"外部评分 {answer['score']}，{by} relayed, asked in the bank's name", holds=self._verifies(answer))
        used = self._gateway.get("bank-1", "/v1/quota")["day"]["used"]
        self._town.provider.kill()
        self._town.provider.wait()
        self._denied(
            "upstream-unavailable", "提供方中断：明确报错 the provider was killed: said so", provider="five-force"
        )
        day = self._gateway.get("bank-1", "/v1/quota")["day"]
        self.claim(
            "未计费，预留已释放 nothing charged, nothing held", holds=(day["used"], day["reserved"]) == (used, 0)
        )

    def feed_back(self) -> None:
        """⑥ 回流 What the bank did goes to the city and the province; receipts come back."""
        inquiry = self._answered()["inquiry"]
        report = {"inquiry": inquiry, "outcome": "granted", "amount": "500000", "first_time": True,
                  "decided_on": today().isoformat()}  # fmt: skip
        result = self._gateway.post("bank-1", "/v1/usage-results", report).json()["result"]
        path = f"/v1/usage-results/{result}"

        def deliveries() -> list[dict[str, Any]]:
            sent: list[dict[str, Any]] = self._gateway.get("bank-1", path)["versions"][0]["deliveries"]
            return sent

        wait_until(lambda: all(sent["state"] == "confirmed" for sent in deliveries()), "both receipts")
        (sent,) = deliveries()
        issuers = sent["receipt"]["iss"], sent["onward_receipt"]["iss"]
        self.claim("市、省两级回执已验证 both receipts are back and verified",
                   holds=issuers == (self._town.city.issuer, self._town.province.issuer))  # fmt: skip
        for platform in (self._town.city, self._town.province):
            self.claim(f"{platform.name} 读到该结果 has the result, once",
                       holds=len(self._arrived(platform, "usage-results", inquiry)) == 1)  # fmt: skip

    def deny(self) -> None:
        """⑦ 拒绝 Over quota, then revoked."""
        self._denied("quota-exceeded", "配额用完 over quota")
        path = f"/v1/consents/{self._consent['consent']}"
        self._gateway.post("shoes", f"{path}/revoke")
        status = self._gateway.get("bank-1", path)["status"]
        self.claim("企业已撤销 the enterprise has revoked", holds=status == "revoked")
        self._denied("consent-revoked", "撤销后立即不得查询 revoked: denied at once")

    def audit(self) -> None:
        """⑧ 审计 Everything is in the log, and the log verifies offline."""
        gateway = self._gateway
        entries = gateway.get("auditor", "/v1/audit/entries?institution=bank&limit=500")["entries"]
        types = [entry["leaf"]["type"] for entry in entries]
        answered, denied = types.count("inquiry.answered"), types.count("inquiry.denied")
        self.claim(f"审计员看到 {answered} 次应答、{denied} 次拒绝 the auditor sees them all",
                   holds=(answered, denied) == (DAILY_UNITS, 5))  # fmt: skip
        key, folder = gateway.home / "log.vkey", gateway.home / "log"
        key.write_text(gateway.cli("audit", "key"))
        last = entries[-1]["leaf"]["id"]
        wait_until(lambda: gateway.is_proved("auditor", last), "the last entry under a signed checkpoint", pause=0.2)
        gateway.cli("audit", "export", str(folder))
        told = gateway.cli("audit", "verify", str(folder), "--key", str(key), "--json")
        self.claim(f"离线验证通过 the log verifies offline: {json.loads(told)['entries']} entries", holds=True)
        differences = json.loads(gateway.cli("reconcile", "--json"))["differences"]
        self.claim(
            "记录、计费、授权、日志、报送全部相符 records, charges, uses, entries and deliveries agree",
            holds=differences == [],
        )

    def _post(self, by: str = "bank-1", **changes: str) -> Any:  # noqa: ANN401 - an HTTP response
        body = {"subject": uscc(SHOES), "product": "score", "purpose": "pre_loan", **changes}
        return self._gateway.post(by, "/v1/inquiries", body, {"Idempotency-Key": str(uuid4())})

    def _answered(self, by: str = "bank-1", **changes: str) -> dict[str, Any]:
        answer = self._post(by, **changes)
        if answer.status_code != 200:
            raise DemoError(f"没有答复 no answer: {answer.text}")
        read: dict[str, Any] = answer.json()
        return read

    def _denied(self, slug: str, what: str, **changes: str) -> None:
        problem = self._post(**changes).json()
        self.claim(f"{what}（{slug}）", holds=str(problem.get("type")).replace("#", "/").endswith(f"/{slug}"))

    def _verifies(self, answer: dict[str, Any]) -> bool:
        file, keys = self._gateway.home / "answer.json", self._gateway.home / "keys.json"
        file.write_text(json.dumps(answer))
        keys.write_text(self._gateway.cli("keys", "show"))
        return bool(json.loads(self._gateway.cli("verify", str(file), "--keys", str(keys), "--json"))["valid"])

    def _arrived(self, platform: Any, kind: str, inquiry: str) -> list[dict[str, Any]]:  # noqa: ANN401 - an Instance
        found = platform.get("reader", f"/v1/received?kind={kind}&subject={uscc(SHOES)}")["received"]
        return [item for message in found for item in message["items"] if item["inquiry"] == inquiry]


def _days_ago(days: int) -> str:
    return (today() - timedelta(days=days)).isoformat()
