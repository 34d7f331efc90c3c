"""What each kind of client may do. Pure."""

from collections.abc import Mapping, Sequence

SCOPES: Mapping[str, frozenset[str]] = {
    "account": frozenset({"inquiries", "consents", "usage-results", "webhooks"}),
    "agency": frozenset({"datasets"}),
    "signatory": frozenset({"consents", "records"}),
    "platform": frozenset({"deliveries"}),
    "office": frozenset({"cases"}),  # a county disposal office
    "auditor": frozenset({"audit"}),
    "operator": frozenset({"admin"}),  # the security administrator: accounts, keys, quotas, approvals
    "system": frozenset({"system"}),  # the system administrator: runs it, hands in for agencies
}


def granted(kind: str, own: Sequence[str] | None, asked: str | None) -> frozenset[str] | None:
    """Return the scopes to grant (all it has where none is asked for), None where one is not its own.

    A client has what its kind may have, or the part of it that was given to this client (`own`).
    """
    allowed = SCOPES[kind] if own is None else SCOPES[kind] & frozenset(own)
    wanted = frozenset(asked.split()) if asked else allowed
    return wanted if wanted <= allowed else None
