"""What may happen once over all workers: the use of a client assertion, the use of a proof."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from authlib.oauth2.rfc6749 import OAuth2Error
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from gateway.identity.tokens.dpop import Proof
from gateway.identity.tokens.oauth_errors import InvalidProofError, UnprovedClientError

# In the order of the keys: two workers that claim some of the same ones wait for each other in one direction.
CLAIM = """
    INSERT INTO once (key, expires_at)
    SELECT key, until FROM unnest(CAST(:keys AS bytea[]), CAST(:untils AS timestamptz[])) AS mark (key, until)
    ORDER BY key ON CONFLICT DO NOTHING RETURNING key
"""
_CLAIM = text(CLAIM)


@dataclass(frozen=True)
class Mark:
    """Something that may happen once: its digest, until when it is remembered, and what its second user is told."""

    key: bytes
    until: datetime
    refusal: Callable[[], OAuth2Error]


def assertion_mark(client_id: str, jti: str, until: float) -> Mark:
    """Return the mark of a client's assertion; `until` in epoch seconds."""
    return _mark(f"ca:{client_id}:{jti}", until, _assertion_used)


def proof_mark(proof: Proof) -> Mark:
    """Return the mark of a DPoP proof."""
    return _mark(f"dpop:{proof.thumbprint}:{proof.jti}", proof.ends, _proof_used)


def first_of(wanted: Sequence[Sequence[Mark]]) -> dict[bytes, tuple[int, Mark]]:
    """Return each mark by its key, with the first party that wants it."""
    first: dict[bytes, tuple[int, Mark]] = {}
    for party, marks in enumerate(wanted):
        for mark in marks:
            first.setdefault(mark.key, (party, mark))
    return first


def mark_values(marks: Iterable[Mark]) -> dict[str, object]:
    """Return what CLAIM asks for."""
    listed = list(marks)
    return {"keys": [mark.key for mark in listed], "untils": [mark.until for mark in listed]}


async def claim_all(session: AsyncSession, wanted: Sequence[Sequence[Mark]]) -> list[Mark | None]:
    """Claim each party's marks together; return for each its first that was taken, None where all are its own.

    Of several that want the same, the first gets it; a party that is refused one has used up its others.
    """
    first = first_of(wanted)
    if not first:
        return [None] * len(wanted)
    claimed = await session.execute(_CLAIM, mark_values(mark for _, mark in first.values()))
    own = {(key, first[key][0]) for key in claimed.scalars()}
    return [next((m for m in marks if (m.key, party) not in own), None) for party, marks in enumerate(wanted)]


def claim_one(session: Session, mark: Mark) -> bool:
    """Claim a mark where Authlib asks for it; tell whether it was new."""
    return session.execute(_CLAIM, mark_values([mark])).scalars().one_or_none() is not None


def _mark(key: str, until: float, refusal: Callable[[], OAuth2Error]) -> Mark:
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return Mark(digest, datetime.fromtimestamp(until, UTC), refusal)


def _assertion_used() -> OAuth2Error:
    return UnprovedClientError(
        "此断言已用过，请用新的 jti 重新签名。", "This assertion was used before: sign a new one with a new jti."
    )


def _proof_used() -> OAuth2Error:
    return InvalidProofError("DPoP: this proof was used before: sign a new one with a new jti.")
