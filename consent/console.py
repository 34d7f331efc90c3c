"""A decision made at the console, by a person who has no key: what the instance signs of it in their stead. Pure.

It says who decided, by which factor they proved who they are, and holds the very text that stood before them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from consent.errors import ApprovalError
from consent.statements import approval_claims
from signing.canonical import sha256_hex
from signing.errors import SignatureError
from signing.jws import payload_of, sign_jws, type_of, verify_jws
from signing.keys import SigningKey

CONSOLE_TYPE = "xinqiao-consent-console+jws"
MANNER = ("channel", "by", "factor", "statement_sha256")  # what a receipt says besides
Factor = Literal["one-time-code", "session"]  # a code asked for just now; having signed in with two factors


@dataclass(frozen=True)
class ConsoleDecision:
    """Who decided, as events name them; by which factor; the text they were shown, word for word, in "zh" or "en"."""

    by: str
    factor: Factor
    language: str
    statement: str

    def manner(self) -> dict[str, object]:
        """Return how it was decided, as the receipt says it beside the claims of every version."""
        shown = sha256_hex(self.statement.encode())
        return {"channel": "console", "by": self.by, "factor": self.factor, "statement_sha256": shown}


def sign_console_decision(
    consent_id: UUID, digest: str, decision: str, made: ConsoleDecision, at: datetime, key: SigningKey
) -> str:
    """Sign a decision at the console over these terms with the instance's key."""
    claims = {
        **approval_claims(consent_id, digest, decision), **made.manner(), "language": made.language,
        "statement": made.statement, "at": at.isoformat(),
    }  # fmt: skip
    return sign_jws(claims, key, CONSOLE_TYPE)


def is_console_decision(approval: str) -> bool:
    """Tell whether a stored approval was made at the console."""
    try:
        return type_of(approval) == CONSOLE_TYPE
    except SignatureError:
        return False


def manner_of(approval: str | None) -> dict[str, object]:
    """Return what a receipt says of how its version was decided, unverified; nothing where a key signed, or nobody.

    Of what was changed since, whatever it is, it returns something that no receipt says.
    """
    if approval is None or not is_console_decision(approval):
        return {}
    try:
        claims = payload_of(approval)
        return {name: claims[name] for name in MANNER}
    except (ValueError, KeyError, TypeError):
        return {"channel": None}


def verify_console_decision(
    approval: str, jwks: Sequence[Mapping[str, object]], consent_id: UUID, digest: str, decision: str
) -> dict[str, object]:
    """Check a decision at the console over these terms and the digest of what was shown; return its claims.

    Raises ApprovalError.
    """
    try:
        claims = verify_jws(approval, jwks, CONSOLE_TYPE)
    except SignatureError as fault:
        raise ApprovalError(f"签署有误 approval: {fault}") from fault
    shown = sha256_hex(str(claims.get("statement")).encode())
    expected = {**approval_claims(consent_id, digest, decision), "channel": "console", "statement_sha256": shown}
    if not expected.items() <= claims.items():
        raise ApprovalError("approval: 是另一授权、另一条款或另一文本 of another consent, other terms or another text")
    return claims
