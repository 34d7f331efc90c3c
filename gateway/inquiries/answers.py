"""What an inquiry is answered with, and the statement that is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Raw

from consent.decision import Consent
from consent.terms import PURPOSES, Terms
from gateway.inquiries.bases.basis import Basis, Duty
from gateway.quota.books import Room
from gateway.runtime.work import UnitOfWork
from scoring_adapter.providers.mapping import RelayAnswer, SignedAnswer, Statement
from signing.canonical import canonical_bytes, sha256_hex, written
from signing.compact import sign_compact
from signing.jws import signed_bytes

ANSWER_TYPE = "xinqiao-answer+jws"
# What every answer is: not a rating by a credit bureau, nor a decision.
KIND = {"code": "public-credit-assessment", "zh": "公共信用评价", "en": "public-credit assessment"}
PUBLISHED = {"code": "published-records", "zh": "公示信息", "en": "published records"}
STATEMENT_VERSION = 6
RECORDED = {"code": "credit-records", "zh": "信用记录", "en": "credit records"}
LISTED, RECORDS = "listed", "records"  # the outcomes of published records, and of those that a basis opens
WATCHED = "watched"  # the outcome of levels of risk
MISSING = "missing"  # of a part that did not answer
WATCH = {"code": "risk-watch", "zh": "风险预警", "en": "risk warnings"}
_KINDS = {LISTED: PUBLISHED, RECORDS: RECORDED, WATCHED: WATCH}
GOOD_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Signed:
    """A signed answer as it is sent (JWS), and the statement that it signs."""

    text: str
    statement: bytes


@dataclass(frozen=True)
class Answered:
    """A signed answer, and what it left of the quota; `replayed` where the key had been answered before. `statement` is
    what it signs, where it was signed just now.
    """

    inquiry_id: UUID
    answer: str
    replayed: bool = False
    rooms: Sequence[Room] = ()
    statement: bytes | None = None


@dataclass(frozen=True)
class Part:
    """A part of a joint answer: what is agreed of it, and its own result, or what kept it from giving one."""

    head: Mapping[str, Any]
    result: "Result | str"

    def members(self) -> dict[str, Any]:
        """Return the part as the answer has it."""
        if isinstance(self.result, str):
            return {**self.head, "outcome": MISSING, "fault": self.result}
        return {**self.head, **self.result.members()}

    def told(self) -> dict[str, Any]:
        """Return what the log says of the part: who it is, by which terms it was asked, and what it came to."""
        named = {name: self.head[name] for name in ("provider", "version") if name in self.head}
        if isinstance(self.result, str):
            return {**named, "outcome": MISSING, "fault": self.result}
        return {**named, "outcome": self.result.outcome, "model": self.result.model, "inputs": self.result.inputs}


@dataclass(frozen=True)
class Result:
    """A score with what stands behind it, from the card or from a provider; `inputs` is a digest of what went in.

    `outcome` is `scored`, or `insufficient-evidence`: score and band are None then, as they are of published records,
    which are `listed`, and of levels of risk, which are `watched`. A joint answer has `parts`; it is `beside` where its
    rule makes no common score. `statement` is what a provider signed, where it signs. `forms` are details, and the
    feeds of a basis, that were written in their canonical form before, each with the value it is the form of.
    """

    score: int | None
    band: str | None
    model: str
    inputs: str
    outcome: str = "scored"
    details: dict[str, Any] = field(default_factory=dict)
    forms: Mapping[str, tuple[Any, Raw]] = field(default_factory=dict, compare=False)
    parts: Sequence[Part] = ()
    statement: Statement | None = None

    def members(self) -> dict[str, Any]:
        """Return what was computed, as the answer has it."""
        own = {
            "outcome": self.outcome, "score": self.score, "band": self.band, "model": self.model,
            "inputs": self.inputs, **self.details,
        }  # fmt: skip
        return {**own, "parts": [one.members() for one in self.parts]} if self.parts else own

    def on(self, basis: Mapping[str, Any]) -> "Result":
        """Return it resting on a basis, whose digest is that of its inputs."""
        feeds, form = self.forms.get("feeds", (None, None))
        spelled = {**basis, "feeds": form} if feeds is not None and basis.get("feeds") is feeds else basis
        basis_form = written(spelled)
        return replace(
            self, inputs=sha256_hex(bytes(basis_form)), details={**self.details, "basis": basis},
            forms={**self.forms, "basis": (basis, basis_form)},
        )  # fmt: skip

    def written(self) -> dict[str, Any]:
        """Return the same, to be signed: what was written before and has not changed is not written again."""
        known = {name: form for name, (value, form) in self.forms.items() if self.details.get(name) is value}
        return {**self.members(), **known}


def relayed_result(answer: RelayAnswer) -> Result:
    """Take over a provider's answer; the inputs are the provider's own, so the digest is of its answer."""
    members = {"score": answer.score, "band": answer.band, "model": answer.model, "reasons": answer.reasons}
    inputs = sha256_hex(canonical_bytes(members))
    statement = answer.statement if isinstance(answer, SignedAnswer) else None
    details = {"reasons": answer.reasons, **({"signed": True} if statement else {})}
    return Result(answer.score, answer.band, answer.model, inputs, details=details, statement=statement)


def permitted_use(purpose: str, basis: Basis) -> dict[str, Any]:
    """Return what an answer may be used for: as the consent has it, its purpose and whom it may be passed on to; on a
    duty, that alone; what is public, by anybody.
    """
    if isinstance(basis, Consent):
        return _consented_use(basis.terms)
    told = {"purpose": purpose, "text": PURPOSES[purpose], "onward": []}
    if isinstance(basis, Duty):
        return told | {
            "zh": f"仅用于履行职责（{basis.law}{basis.article}），不得转给他人",
            "en": f"For the duty under {basis.law} {basis.article} alone; not to be passed on",
        }
    return told | {
        "zh": "公示信息，人人可用，须注明截至日期",
        "en": "Published: for anybody's use, with the day it is of",
    }


def _consented_use(terms: Terms) -> dict[str, Any]:
    onward = list(terms.onward)
    return {
        "purpose": terms.purpose, "text": terms.purpose_words(), "onward": onward,
        "zh": f"仅用于{terms.purpose_words()}，" + (f"可转给{'、'.join(onward)}" if onward else "不得转给他人"),
        "en": f"For {terms.purpose} alone; " + (
            f"may be passed on to {', '.join(onward)}" if onward else "not to be passed on"
        ),
    }  # fmt: skip


def sign_answer(work: UnitOfWork, asked: dict[str, Any], result: Result, entry: UUID, now: datetime) -> Signed:
    """Sign an answer: what it is, who asked what for which use, what was answered, and the entry that records it."""
    members = {
        "v": STATEMENT_VERSION, "iss": work.issuer, "kind": _KINDS.get(result.outcome, KIND), **asked,
        **result.written(), "entry": str(entry), "issued_at": now.isoformat(),
        "expires_at": (now + GOOD_FOR).isoformat(),
    }  # fmt: skip
    statement = canonical_bytes(members)
    return Signed(sign_compact(statement, work.keys.signing("answer"), ANSWER_TYPE).decode(), statement)


def answer_bytes(answer: str, statement: bytes | None = None) -> bytes:
    """Return a signed answer as it is sent: its members as they were signed, and the signed statement beside them."""
    return (statement or signed_bytes(answer))[:-1] + b',"answer":"' + answer.encode() + b'"}'
