"""What clients do while processes are killed: tokens, batches, inquiries and usage results, each under its own key.

Every answer is remembered. Afterwards everything is asked for once more: what was acknowledged must come again as it
was; what was not is there once all the same.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from queue import Empty, SimpleQueue
from uuid import uuid4

import httpx

from consent.statements import APPROVAL_TYPE, approval_claims
from signing.jws import sign_jws
from tests.enterprises import uscc
from tests.platforms.test_chain import REPORT
from tests.stories import registration
from tests.town import Instance
from xinqiao_client import ProblemError, XinqiaoAuth

PAUSE_SECONDS = 0.1
AT_ONCE = {"inquiry": 4}  # so that they share transactions
QUESTION = {"subject": uscc(1), "product": "score", "purpose": "pre_loan"}
Thing = tuple[str, str]  # its kind, and the key it is asked for with


class MixedLoad:
    """Clients of a gateway. `answers`: what was acknowledged, None where no answer came; `odd`: what must not come."""

    def __init__(self, gateway: Instance) -> None:
        self.gateway, self.answers, self.odd = gateway, dict[Thing, object](), list[str]()
        self._stop, self._answered = threading.Event(), SimpleQueue[str]()
        self._writing = threading.Lock()
        self._tokens: dict[str, XinqiaoAuth] = {}
        self._plain = httpx.Client(base_url=gateway.issuer, timeout=60)
        self._ask = {
            "token": self._token, "batch": self._batch, "inquiry": self._inquiry, "usage result": self._usage_result,
        }  # fmt: skip
        self._enrol()

    def _enrol(self) -> None:
        """Register who asks, with an enterprise on record that consents."""
        gateway = self.gateway
        gateway.cli("institution", "add", "bank", "--name", "某银行")
        for account in ("bank-1", "bank-2"):
            gateway.add("account", account, "--institution", "bank")
        gateway.add("agency", "market_regulation")
        gateway.add("signatory", "s-1", "--subject", uscc(1))
        for scope, holder in (("account", "bank-1"), ("institution", "bank")):
            gateway.cli("quota", "set", holder, "--scope", scope, "--day", "1000000", "--month", "1000000")
        assert gateway.push("market_regulation", "ent_registration", registration(1), "first").status_code == 201
        terms = {"subject": uscc(1), "products": ["score"], "purpose": "pre_loan",
                 "valid_until": (datetime.now(UTC) + timedelta(days=9)).isoformat()}  # fmt: skip
        consent = gateway.post("bank-1", "/v1/consents", terms).json()
        claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
        approval = {"approval": sign_jws(claims, gateway.keys["s-1"], APPROVAL_TYPE)}
        assert gateway.post("s-1", f"/v1/consents/{consent['consent']}/approve", approval).status_code == 200

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask for the length of the block, each kind in a thread of its own, inquiries in several."""
        numbers = map(str, count(1000))
        keys = {"token": lambda: str(uuid4()), "batch": lambda: next(numbers), "inquiry": lambda: str(uuid4()),
                "usage result": lambda: self._answered.get(timeout=1)}  # fmt: skip
        threads = [
            threading.Thread(target=self._go_on, args=(kind, keys[kind]))
            for kind in self._ask for _ in range(AT_ONCE.get(kind, 1))
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _go_on(self, kind, next_key) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            try:
                thing = (kind, next_key())
            except Empty:
                continue
            answer = self._answer(thing)
            with self._writing:
                self.answers[thing] = answer
            if kind == "inquiry" and answer:
                self._answered.put(answer["inquiry"])

    def _answer(self, thing: Thing) -> object:
        """Ask for a thing; return what was acknowledged, None where no answer came."""
        kind, key = thing
        try:
            answer = self._ask[kind](key)
        except httpx.TransportError:
            return None
        except ProblemError as refused:
            if refused.status != 503:
                self.odd.append(f"{thing}: {refused.status} {refused}")
            return None
        if answer.status_code in {200, 201}:
            return answer.request.headers["Authorization"] if kind == "token" else answer.json()
        if answer.status_code != 503:
            self.odd.append(f"{thing}: {answer.status_code} {answer.text}")
        return None

    def acknowledged(self) -> Counter[str]:
        """Count what was acknowledged, by kind."""
        with self._writing:
            return Counter(kind for (kind, _), answer in self.answers.items() if answer)

    def goes_on(self, before: Counter[str]) -> bool:
        """Tell whether more of every kind is acknowledged than before."""
        now = self.acknowledged()
        return all(now[kind] > before[kind] for kind in self._ask)

    def ask_again(self) -> list[Thing]:
        """Ask for everything once more, and keep the answers; return what comes otherwise than it was acknowledged."""
        with ThreadPoolExecutor(4) as pool:
            again = dict(zip(self.answers, pool.map(self._answer, self.answers), strict=True))
        other = [thing for thing, answer in self.answers.items() if again[thing] != (answer or again[thing])]
        self.answers = again
        return other

    def close(self) -> None:
        self._plain.close()

    def _token(self, key: str) -> httpx.Response:
        """Read with a token of its own: with the same one again, unless the gateway does not know it any more."""
        bank = self.gateway.keys["bank-2"].jwk
        auth = self._tokens.setdefault(key, XinqiaoAuth(self.gateway.issuer, "bank-2", bank))
        return self._plain.get("/v1/quota", auth=auth)

    def _batch(self, key: str) -> httpx.Response:
        return self.gateway.push("market_regulation", "ent_registration", registration(int(key)), f"batch-{key}")

    def _inquiry(self, key: str) -> httpx.Response:
        return self.gateway.post("bank-1", "/v1/inquiries", QUESTION, {"Idempotency-Key": key})

    def _usage_result(self, inquiry: str) -> httpx.Response:
        return self.gateway.post("bank-1", "/v1/usage-results", {**REPORT, "inquiry": inquiry})
