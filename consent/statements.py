"""What is signed about a consent: the signatory's approval, and the instance's receipt of every version."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from consent.errors import ApprovalError
from signing.errors import SignatureError
from signing.jws import sign_jws, verify_jws
from signing.keys import SigningKey

APPROVAL_TYPE = "xinqiao-consent-approval+jws"
RECEIPT_TYPE = "xinqiao-consent+jws"


def approval_claims(consent_id: UUID, digest: str, decision: str) -> dict[str, object]:
    """Return what a signatory signs: the consent, SHA-256 of its terms in hex, and "approve" or "reject"."""
    return {"consent_id": str(consent_id), "terms_sha256": digest, "decision": decision}


def verify_approval(
    approval: str, jwks: Sequence[Mapping[str, object]], consent_id: UUID, digest: str, decision: str
) -> None:
    """Check that one of the signatory's keys signed this decision over these terms. Raises ApprovalError."""
    try:
        signed = verify_jws(approval, jwks, APPROVAL_TYPE)
    except SignatureError as fault:
        raise ApprovalError(f"签署有误 approval: {fault}") from fault
    if {name: signed.get(name) for name in approval_claims(consent_id, digest, decision)} != approval_claims(
        consent_id, digest, decision
    ):
        raise ApprovalError(
            "approval: 签的是另一授权、另一条款或另一决定 signed over another consent, other terms or another decision"
        )


def receipt_claims(
    consent_id: UUID, version: int, status: str, digest: str, at: datetime, manner: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return what the instance signs for a version; `manner` says how it was decided, where no key did."""
    return {
        "consent_id": str(consent_id), "version": version, "status": status, "terms_sha256": digest,
        "at": at.isoformat(), **(manner or {}),
    }  # fmt: skip


def sign_receipt(claims: Mapping[str, object], key: SigningKey) -> str:
    """Sign a version's receipt."""
    return sign_jws(claims, key, RECEIPT_TYPE)


def is_receipt(receipt: str, jwks: Sequence[Mapping[str, object]], claims: Mapping[str, object]) -> bool:
    """Tell whether a receipt is one of the instance over exactly these claims."""
    try:
        return verify_jws(receipt, jwks, RECEIPT_TYPE) == dict(claims)
    except SignatureError:
        return False
