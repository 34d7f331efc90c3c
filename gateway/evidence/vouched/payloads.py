"""A payload as it was opened, against the commitment in its leaf. Pure."""

import json

from audit.errors import EventError
from audit.events import commitment
from gateway.evidence.vouched.declaration import Members
from gateway.evidence.vouched.findings import Findings

WHERE = "payloads"
_UNFIT = "内容与记录时不同，或打不开 the payload is not the one that was recorded, or cannot be opened"


def read_payload(leaf: Members, entry: object, opened: Members, findings: Findings) -> Members:
    """Return an entry's payload; one that does not fit its leaf is noted, and says nothing."""
    payload = _fitting(leaf, opened)
    if payload is None:
        findings.add(WHERE, entry, _UNFIT)
    return payload or {}


def _fitting(leaf: Members, opened: Members) -> Members | None:
    """Return the payload where its salt and bytes fit the leaf's commitment, else None; never raises."""
    try:
        if commitment(bytes.fromhex(opened["salt"]), opened["payload"].encode()) == leaf["c"]:
            payload = json.loads(opened["payload"])
            return payload if isinstance(payload, dict) else None
    except (KeyError, TypeError, ValueError, AttributeError, EventError):
        pass
    return None
