"""What an inquiry is answered with, and the statement that is signed."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.portfolio import find_feeds, load_records
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import load_card
from scoring_adapter.relay import RelayAnswer
from scoring_adapter.score import Input, score
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import sign_jws

ANSWER_TYPE = "xinqiao-answer+jws"
GOOD_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Result:
    """A score with what stands behind it, from the card or from a provider; `inputs` is a digest of what went in."""

    score: int
    band: str
    model: str
    inputs: str
    details: dict[str, Any]


async def compute_result(session: AsyncSession, subject_id: UUID, product: str, as_of: date) -> Result:
    """Score a subject by the embedded card."""
    held = await load_records(session, subject_id, as_of)
    inputs = [Input(item.dataset, item.fields, item.digest.hex()) for item in held]
    result = score(load_card(), inputs, await find_feeds(session), as_of)
    objected = Counter(item.dataset for item in held if item.objected)  # 异议中
    details: dict[str, Any] = {
        "reasons": result.reasons(), "not_computable": result.not_computable(), "basis": dict(result.basis),
        "objected": dict(objected),
    }  # fmt: skip
    if product == "health_check":
        details["tags"] = [finding.as_answer() for finding in result.findings]
    return Result(result.points, result.band.id, result.model, result.inputs_digest, details)


def relayed_result(answer: RelayAnswer) -> Result:
    """Take over a provider's answer; the inputs are the provider's own, so the digest is of its answer."""
    members = {"score": answer.score, "band": answer.band, "model": answer.model, "reasons": answer.reasons}
    return Result(
        answer.score, answer.band, answer.model, sha256_hex(canonical_bytes(members)), {"reasons": answer.reasons}
    )


def sign_answer(work: UnitOfWork, asked: dict[str, Any], result: Result, entry: UUID, now: datetime) -> str:
    """Sign an answer: who asked what on which consent, what was answered, and the audit entry that records it."""
    statement = {
        "v": 1,
        "iss": work.issuer,
        **asked,
        "score": result.score,
        "band": result.band,
        "model": result.model,
        "inputs": result.inputs,
        **result.details,
        "entry": str(entry),
        "issued_at": now.isoformat(),
        "expires_at": (now + GOOD_FOR).isoformat(),
    }
    return sign_jws(statement, work.keys.signing("answer"), ANSWER_TYPE)
