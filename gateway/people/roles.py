"""What each role of a person may do; never more than the client that acts for it. Pure."""

from collections.abc import Mapping

ROLES: Mapping[str, frozenset[str]] = {
    "operator": frozenset({"admin"}),
    "system": frozenset({"system"}),
    "auditor": frozenset({"audit"}),
    "regulator": frozenset({"audit"}),
    "clerk": frozenset({"datasets"}),
    "staff": frozenset({"inquiries", "consents", "usage-results"}),
    "office": frozenset({"cases"}),
    "owner": frozenset({"consents", "records"}),
}

PREFIX = "person:"


def actor_of(person_id: str) -> str:
    """Return how a person is named in events and tokens: never like a client, whose ids hold no colon."""
    return PREFIX + person_id
