"""How a version was decided where no key of the enterprise signed it: at the console, or on paper. Pure.

The instance signs in the signatory's stead: who decided, how they were known, and the very text that stood before them.
The receipt of the version says so too.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from consent.errors import ApprovalError
from consent.statements import approval_claims
from signing.canonical import sha256_hex
from signing.errors import SignatureError
from signing.jws import payload_of, type_of, verify_jws

CONSOLE_TYPE = "xinqiao-consent-console+jws"
PAPER_TYPE = "xinqiao-consent-paper+jws"
# What a receipt says besides, by the type of what was signed.
MANNERS: Mapping[str, tuple[str, ...]] = {
    CONSOLE_TYPE: ("channel", "by", "factor", "statement_sha256"),
    PAPER_TYPE: ("channel", "by", "entered_by", "checked_by", "scan_sha256", "statement_sha256"),
}
CHANNELS: Mapping[str, str] = {CONSOLE_TYPE: "console", PAPER_TYPE: "paper"}
MEMBERS = frozenset(name for names in MANNERS.values() for name in names)


def find_type(approval: str) -> str | None:
    """Return the type of a stored approval that the instance signed, None of what a signatory's key did."""
    try:
        found = type_of(approval)
    except SignatureError:
        return None
    return found if found in MANNERS else None


def manner_of(approval: str | None) -> dict[str, object]:
    """Return what a receipt says of how its version was decided, unverified; nothing where a key signed, or nobody.

    Of what was changed since, whatever it is, it returns something that no receipt says.
    """
    kind = find_type(approval) if approval is not None else None
    if approval is None or kind is None:
        return {}
    try:
        claims = payload_of(approval)
        return {name: claims[name] for name in MANNERS[kind]}
    except (ValueError, KeyError, TypeError):
        return {"channel": None}


def verify_decision(
    approval: str, jwks: Sequence[Mapping[str, object]], consent_id: UUID, digest: str, decision: str
) -> dict[str, object]:
    """Check a decision that the instance signed, over these terms and the digest of what was shown; return its claims.

    On paper it takes two officers, whoever they are. Raises ApprovalError.
    """
    kind = find_type(approval)
    if kind is None:
        raise ApprovalError("签署有误 approval: 种类不明 of no known type")
    try:
        claims = verify_jws(approval, jwks, kind)
    except SignatureError as fault:
        raise ApprovalError(f"签署有误 approval: {fault}") from fault
    shown = sha256_hex(str(claims.get("statement")).encode())
    expected = {
        **approval_claims(consent_id, digest, decision), "channel": CHANNELS[kind], "statement_sha256": shown,
    }  # fmt: skip
    if not expected.items() <= claims.items():
        raise ApprovalError("approval: 是另一授权、另一条款或另一文本 of another consent, other terms or another text")
    if kind == PAPER_TYPE and len({claims.get("entered_by"), claims.get("checked_by"), None}) < 3:
        raise ApprovalError("approval: 须由两人录入和复核 one officer enters what is on paper, another checks it")
    return claims
