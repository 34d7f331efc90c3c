"""What banks and enterprises of the made-up city do with each other: a consent in every state, answers and denials."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.demo.cast import ACCOUNTS, SCANTY, SCANTY_UNITS, UNPLANNED, signatories, signatory_of
from gateway.demo.command_line import DemoError
from gateway.demo.enrolling import UNREGISTERED
from gateway.demo.enterprises import uscc
from gateway.demo.instance import Instance, today
from signing.jws import sign_jws

AT_ONCE = 4
VALID_DAYS = 180
SOON = timedelta(seconds=5)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Played:
    """What came of the cases: the consent that waits for its enterprise, and the newest entry of the log."""

    waiting_consent: str
    newest_entry: str


@dataclass(frozen=True)
class Case:
    """A consent: of which enterprise, asked for by which account, what the enterprise did with it; what is asked on it.

    `denied`: why the question is denied, "" where it is answered. `outcome`: what the institution then reports.
    """

    number: int
    account: str
    decisions: Sequence[str] = ()
    products: Sequence[str] = ("score",)
    purpose: str = "pre_loan"
    expires: bool = False
    max_uses: int | None = None
    denied: str = ""
    outcome: str = ""


def cases(enterprises: int) -> Iterator[Case]:
    """Yield the consents of a city: the first stays good, the second waits for its enterprise."""
    numbers = iter(signatories(enterprises))
    bank = "lake-bank-1"
    approve = ("approve",)
    yield Case(next(numbers), bank, approve, outcome="granted")
    yield Case(next(numbers), bank, denied="consent-pending")
    yield Case(next(numbers), bank, ("approve", "pause"), denied="consent-paused")
    yield Case(next(numbers), bank, ("approve", "revoke"), denied="consent-revoked")
    yield Case(next(numbers), bank, ("reject",), denied="consent-rejected")
    yield Case(next(numbers), bank, approve, expires=True, denied="consent-expired")
    yield Case(next(numbers), "lake-bank-2", approve, products=("health_check",), denied="consent-scope-exceeded")
    yield Case(next(numbers), "guarantee-1", approve, purpose="guarantee_review", denied="consent-purpose-mismatch")
    yield Case(next(numbers), "guarantee-1", ("approve", "pause", "resume"), outcome="refused")
    yield Case(next(numbers), UNPLANNED, approve, denied="product-not-entitled")
    yield Case(next(numbers), SCANTY, approve, outcome="granted")
    yield Case(next(numbers), "micro-loan-1", approve, max_uses=3, outcome="granted")
    yield Case(UNREGISTERED, "lake-bank-2", approve, denied="subject-not-found")
    others = [("lake-bank-1", "granted"), ("lake-bank-2", "refused"), ("guarantee-1", "granted"), ("micro-loan-1", "")]
    for place, number in enumerate(numbers):
        account, outcome = others[place % len(others)]
        yield Case(number, account, approve, outcome=outcome)


def play(city: Instance, enterprises: int, told: Progress) -> Played:
    """Play every case, then what is denied without one. Raises DemoError where anything ends otherwise."""
    planned = list(cases(enterprises))
    for account in ACCOUNTS:
        city.client(account)  # made before several threads ask for it
    with ThreadPoolExecutor(AT_ONCE) as pool:
        consents: list[dict[str, Any]] = []
        for consent in pool.map(partial(_agree, city), planned):
            consents.append(consent)
            told(len(consents), 2 * len(planned))
        asked = pool.map(partial(_ask_on, city), planned, consents)
        for done, _ in enumerate(asked, start=len(planned) + 1):
            told(done, 2 * len(planned))
    scanty = next(case.number for case in planned if case.account == SCANTY)
    for _ in range(SCANTY_UNITS - 1):  # one was used above
        _expect(_ask(city, SCANTY, scanty, "pre_loan"), 200)
    _denied(city, SCANTY, scanty, "quota-exceeded")
    _denied(city, "lake-bank-1", 1, "consent-required")
    last = _expect(_ask(city, planned[0].account, planned[0].number, planned[0].purpose), 200)
    waiting = next(consent for consent, case in zip(consents, planned, strict=True) if not case.decisions)
    return Played(waiting["consent"], last["entry"])


def _agree(city: Instance, case: Case) -> dict[str, Any]:
    """Let the account request a consent, and its enterprise decide; return it as it was requested."""
    until = datetime.now(UTC) + (SOON if case.expires else timedelta(days=VALID_DAYS))
    terms = {"subject": uscc(case.number), "products": list(case.products), "purpose": case.purpose,
             "valid_until": until.isoformat(timespec="seconds"), "max_uses": case.max_uses}  # fmt: skip
    consent = _expect(city.post(case.account, "/v1/consents", terms), 201)
    who, path = signatory_of(case.number), f"/v1/consents/{consent['consent']}"
    for decision in case.decisions:
        body = None
        if decision in {"approve", "reject"}:
            claims = approval_claims(consent["consent"], consent["terms_sha256"], decision)
            body = {"approval": sign_jws(claims, city.keys[who], APPROVAL_TYPE)}
        _expect(city.post(who, f"{path}/{decision}", body), 200)
    return consent


def _ask_on(city: Instance, case: Case, consent: dict[str, Any]) -> None:
    """Ask on a consent, once it has expired where it is to, and report what became of the answer."""
    if case.denied:
        left = datetime.fromisoformat(consent["valid_until"]) - datetime.now(UTC)
        time.sleep(max(0.0, left.total_seconds()) if case.expires else 0.0)
        _denied(city, case.account, case.number, case.denied)
        return
    answer = _expect(_ask(city, case.account, case.number, case.purpose), 200)
    if case.outcome:
        report = {"inquiry": answer["inquiry"], "outcome": case.outcome, "decided_on": str(today())}
        granted = {"amount": str(100_000 * (case.number % 9 + 1)), "first_time": case.number % 3 == 0}
        report |= granted if case.outcome == "granted" else {}
        _expect(city.post(case.account, "/v1/usage-results", report), 201)


def _denied(city: Instance, account: str, number: int, slug: str) -> None:
    """Ask, and raise DemoError where it is not denied for this reason."""
    answer = _ask(city, account, number, "pre_loan")
    if not str(answer.json().get("type")).replace("#", "/").endswith(f"/{slug}"):
        raise DemoError(f"{account} {number}: {answer.text}, not {slug}")


def _ask(city: Instance, account: str, number: int, purpose: str) -> Any:  # noqa: ANN401 - an HTTP response
    body = {"subject": uscc(number), "product": "score", "purpose": purpose}
    return city.post(account, "/v1/inquiries", body, {"Idempotency-Key": str(uuid4())})


def _expect(answer: Any, status: int) -> dict[str, Any]:  # noqa: ANN401 - an HTTP response
    if answer.status_code != status:
        raise DemoError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    read: dict[str, Any] = answer.json()
    return read
