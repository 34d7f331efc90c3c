"""A decision made at the console, by a person who has no key: what the instance signs of it in their stead. Pure.

It says who decided, by which factor they proved who they are, and holds the very text that stood before them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from consent.manner import CHANNELS, CONSOLE_TYPE
from consent.statements import approval_claims
from signing.canonical import sha256_hex
from signing.jws import sign_jws
from signing.keys import SigningKey

Factor = Literal["one-time-code", "session"]  # a code asked for just now; having signed in with two factors


@dataclass(frozen=True)
class ConsoleDecision:
    """Who decided, as events name them; by which factor; the text they were shown, word for word, in "zh" or "en"."""

    by: str
    factor: Factor
    language: str
    statement: str


def sign_console_decision(
    consent_id: UUID, digest: str, decision: str, made: ConsoleDecision, at: datetime, key: SigningKey
) -> str:
    """Sign a decision at the console over these terms with the instance's key."""
    claims = {
        **approval_claims(consent_id, digest, decision), **vars(made), "channel": CHANNELS[CONSOLE_TYPE],
        "statement_sha256": sha256_hex(made.statement.encode()), "at": at.isoformat(),
    }  # fmt: skip
    return sign_jws(claims, key, CONSOLE_TYPE)
