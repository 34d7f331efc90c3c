"""What is signed about a consent: the signatory's approval, and the instance's receipt of every version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import orjson

from consent.errors import ApprovalError
from signing.canonical import sha256_hex
from signing.errors import SignatureError
from signing.jws import sign_jws, verify_jws
from signing.keys import SigningKey

APPROVAL_TYPE = "xinqiao-consent-approval+jws"
SEPARATE_TYPE = "xinqiao-consent-separate+jws"
RECEIPT_TYPE = "xinqiao-consent+jws"
RECEIPTS_KEPT = 8192  # remembered by each process; some kilobytes each


def approval_claims(consent_id: UUID, digest: str, decision: str) -> dict[str, object]:
    """Return what a signatory signs: the consent, SHA-256 of its terms in hex, and "approve" or "reject"."""
    return {"consent_id": str(consent_id), "terms_sha256": digest, "decision": decision}


def separate_claims(consent_id: UUID, digest: str, person: str) -> dict[str, object]:
    """Return what a person signs about what is told of themselves: the consent, its terms, the hash that names them."""
    return {"consent_id": str(consent_id), "terms_sha256": digest, "person": person}


def verify_approval(
    approval: str, jwks: Sequence[Mapping[str, object]], consent_id: UUID, digest: str, decision: str
) -> None:
    """Check that one of the signatory's keys signed this decision over these terms. Raises ApprovalError."""
    _verify(approval, jwks, APPROVAL_TYPE, approval_claims(consent_id, digest, decision))


def verify_separate(
    statement: str, jwks: Sequence[Mapping[str, object]], consent_id: UUID, digest: str, person: str
) -> None:
    """Check that one of a person's keys signed their own consent to these terms. Raises ApprovalError."""
    _verify(statement, jwks, SEPARATE_TYPE, separate_claims(consent_id, digest, person))


def _verify(statement: str, jwks: Sequence[Mapping[str, object]], typ: str, claims: Mapping[str, object]) -> None:
    try:
        signed = verify_jws(statement, jwks, typ)
    except SignatureError as fault:
        raise ApprovalError(f"签署有误 approval: {fault}") from fault
    if {name: signed.get(name) for name in claims} != claims:
        raise ApprovalError(
            "approval: 签的是另一授权、另一条款或另一决定 signed over another consent, other terms or another decision"
        )


def receipt_claims(
    consent_id: UUID,
    version: int,
    status: str,
    digest: str,
    at: datetime,
    manner: Mapping[str, object] | None = None,
    gathered: str | None = None,
) -> dict[str, object]:
    """Return what the instance signs for a version; `manner` says how it was decided, where no key did; `gathered` is
    what has been gathered for it by then.
    """
    return {
        "consent_id": str(consent_id), "version": version, "status": status, "terms_sha256": digest,
        "at": at.isoformat(), **(manner or {}),
        **({"gathered_sha256": sha256_hex(gathered.encode())} if gathered is not None else {}),
    }  # fmt: skip


def sign_receipt(claims: Mapping[str, object], key: SigningKey) -> str:
    """Sign a version's receipt."""
    return sign_jws(claims, key, RECEIPT_TYPE)


def is_receipt(receipt: str, jwks: Sequence[Mapping[str, object]], claims: Mapping[str, object]) -> bool:
    """Tell whether a receipt is one of the instance over exactly these claims.

    What a receipt says by these keys never changes: each is verified once and remembered, and compared every time.
    """
    return _said_by(receipt, orjson.dumps([dict(jwk) for jwk in jwks])) == dict(claims)


@lru_cache(maxsize=RECEIPTS_KEPT)
def _said_by(receipt: str, jwks: bytes) -> Mapping[str, object] | None:
    try:
        return verify_jws(receipt, orjson.loads(jwks), RECEIPT_TYPE)
    except SignatureError:
        return None
