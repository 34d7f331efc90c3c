"""What each kind of client may do. Pure."""

from collections.abc import Mapping

SCOPES: Mapping[str, frozenset[str]] = {
    "account": frozenset({"inquiries", "consents", "usage-results"}),
    "agency": frozenset({"datasets"}),
    "signatory": frozenset({"consents"}),
    "platform": frozenset({"deliveries"}),
    "auditor": frozenset({"audit"}),
    "operator": frozenset({"admin"}),
}


def granted(kind: str, asked: str | None) -> frozenset[str] | None:
    """Return the scopes to grant (all of the kind's where none is asked for), None where one is not its own."""
    allowed = SCOPES[kind]
    wanted = frozenset(asked.split()) if asked else allowed
    return wanted if wanted <= allowed else None
