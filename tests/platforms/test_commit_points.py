"""kill -9 at every commit of the chain, before and after it: asked again, all is there once and reconciles to zero.

docs/commit-points.md lists the points. Every process is real; the killed one is started again as an operator would.
"""

from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.platforms.test_chain import REPORT, kill, town  # noqa: F401 - the fixture
from tests.processes import running, wait_ready, wait_until
from tests.providers import provider
from tests.stories import registration

pytestmark = pytest.mark.slow
POINTS = [
    ("gateway", "serve", "token.issue"),
    ("gateway", "serve", "batch.take-in"),
    ("gateway", "serve", "POST /v1/consents"),
    ("gateway", "serve", "POST /v1/consents/{consent_id}/{action}"),
    ("gateway", "serve", "inquiry.admit"),
    ("gateway", "serve", "inquiry.admit-relayed"),
    ("gateway", "serve", "inquiry.settle"),
    ("gateway", "serve", "usage.report"),
    ("gateway", "worker", "audit.sequence"),
    ("gateway", "worker", "audit.publish"),
    ("gateway", "worker", "delivery.acknowledged"),
    ("gateway", "worker", "delivery.confirmed"),
    ("city", "serve", "POST /v1/deliveries"),
    ("city", "worker", "delivery.confirmed"),
    ("province", "serve", "POST /v1/deliveries"),
]


@contextmanager
def crashing_at(instance, command, at):
    """Run the command so that it dies at the point; on leaving, start it again as it was."""
    if instance.processes[command].poll() is None:
        kill(instance, command)
    with running([command], {**instance.env, "CRASH_AT": at}, module="tests.crashing") as doomed:
        if command == "serve":
            wait_ready(instance.issuer, doomed, instance.home / "serve.log")
        yield doomed


def answered(step):
    """Do a step; tell whether its answer came, or was lost with the process."""
    try:
        step()
    except httpx.TransportError:
        return False
    return True


def settled(town, result):  # noqa: F811
    try:
        versions = town["gateway"].get("bank-1", f"/v1/usage-results/{result}")["versions"]
    except httpx.TransportError:
        return False
    return all(d["state"] == "confirmed" for v in versions for d in v["deliveries"])


class Chain:
    """One run of the whole chain, every step repeatable under its own key."""

    def __init__(self, town, number):  # noqa: F811
        self.town, self.gateway, self.number = town, town["gateway"], number
        self.batch, self.key, self.relayed = f"batch-{number}", str(uuid4()), str(uuid4())
        self.gateway.add("signatory", f"s-{number}", "--subject", uscc(number))
        self.consent = None

    def push(self):
        answer = self.gateway.push("market_regulation", "ent_registration", registration(self.number), self.batch)
        assert answer.status_code in {200, 201}, answer.text

    def request(self):
        if self.consent is None:
            terms = {"subject": uscc(self.number), "products": ["score"], "purpose": "pre_loan",
                     "valid_until": (datetime.now(UTC) + timedelta(days=9)).isoformat()}  # fmt: skip
            self.consent = self.gateway.post("bank-1", "/v1/consents", terms).json()

    def approve(self):
        claims = approval_claims(self.consent["consent"], self.consent["terms_sha256"], "approve")
        approval = sign_jws(claims, self.gateway.keys[f"s-{self.number}"], APPROVAL_TYPE)
        path = f"/v1/consents/{self.consent['consent']}/approve"
        answer = self.gateway.post(f"s-{self.number}", path, {"approval": approval})
        assert answer.status_code == 200, answer.text

    def ask(self, key, **more):
        body = {"subject": uscc(self.number), "product": "score", "purpose": "pre_loan",
                "consent": self.consent["consent"], **more}  # fmt: skip
        return self.gateway.post("bank-1", "/v1/inquiries", body, {"Idempotency-Key": key})

    def ask_embedded(self):
        answer = self.ask(self.key)
        assert answer.status_code == 200, answer.text
        self.inquiry = answer.json()["inquiry"]

    def ask_provider(self):
        answer = self.ask(self.relayed, provider="five-force")
        assert answer.status_code in {200, 409}, answer.text  # 409: the intent of the dead process has not expired

    def report(self):
        answer = self.gateway.post("bank-1", "/v1/usage-results", {**REPORT, "inquiry": self.inquiry})
        assert answer.status_code in {200, 201}, answer.text
        self.result = answer.json()["result"]

    def steps(self):
        return [self.push, self.request, self.approve, self.ask_embedded, self.ask_provider, self.report]


@pytest.fixture(scope="module")
def kept():
    """What is started again after a kill runs on for the next one."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def ready(town, kept):  # noqa: F811
    """The town, whose gateway knows a provider too."""
    gateway = town["gateway"]
    with provider() as opened:
        gateway.cli("provider", "set", "five-force", opened, "--reason", "协议已签")
        yield town
        kept.close()


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("point", range(len(POINTS)), ids=[" ".join(point) for point in POINTS])
def test_killed_at_a_commit_the_chain_is_whole_when_asked_again(ready, kept, point, phase):
    name, command, commit = POINTS[point]
    victim = ready[name]
    chain = Chain(ready, 100 + 2 * point + (phase == "after"))
    for instance in ready.values():
        for each in ("serve", "worker"):
            if instance.processes[each].poll() is not None:
                kept.enter_context(instance.run(each))
    with crashing_at(victim, command, f"{phase} {commit}") as doomed:
        for step in chain.steps():
            if not answered(step):
                break
        wait_until(lambda: doomed.poll() is not None, f"the death at {phase} {commit}")
    kept.enter_context(victim.run(command))
    for step in chain.steps():
        step()
    wait_until(lambda: settled(ready, chain.result), "both receipts", seconds=90)
    for instance in ready.values():
        assert instance.cli("reconcile", "--json").strip() == '{"differences":[]}'
    doubled = "SELECT count(*) FROM (SELECT 1 FROM received GROUP BY sender, exchange HAVING count(*) > 1) d"
    assert ready["city"].rows(doubled) == ready["province"].rows(doubled) == [(0,)]
