"""An event, its leaf and its commitment: what the log keeps for ever and what can be erased. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from audit.errors import EventError
from signing.canonical import canonical_bytes
from signing.errors import CanonicalError
from signing.plain import is_plain

LEAF_VERSION = 1
LARGEST_LEAF = 65_535  # C2SP tlog-tiles: an entry's length is a uint16
SALT_BYTES = 32
_COMMITMENT = b"audit-payload/v1\n"
_TYPE = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")


@dataclass(frozen=True)
class Event:
    """One action. The members but `payload` stand in the leaf and can never be erased: ids only, no personal data.

    `type` is dotted ("inquiry.answered"); `actor` the client or agency that acted; `subject` the subject's own id;
    `exchange` an id shared with the peer of the exchange; `payload` any JSON without floats, kept sealed.
    """

    type: str
    actor: str
    institution: str | None = None
    account: str | None = None
    subject: str | None = None
    outcome: str | None = None
    exchange: str | None = None
    payload: Mapping[str, object] = field(default_factory=dict)


def commitment(salt: bytes, payload: bytes) -> str:
    """Return HMAC-SHA256 over the canonical payload, in hex; without its key, a random salt, it reveals nothing."""
    if len(salt) != SALT_BYTES:
        raise EventError(f"盐值须为 {SALT_BYTES} 字节 a salt has {SALT_BYTES} bytes")
    return hmac.new(salt, _COMMITMENT + payload, hashlib.sha256).hexdigest()


def leaf_of(event: Event, event_id: UUID, at: datetime, committed: str) -> bytes:
    """Return the canonical leaf of an event. Raises EventError when it would not fit or has no exact form."""
    if not _TYPE.fullmatch(event.type):
        raise EventError(f"事件类型须为 名词.动词 {event.type!r} is no event type: use noun.verb")
    members = {
        "v": LEAF_VERSION,
        "id": str(event_id),
        "type": event.type,
        "ts": instant(at),
        "actor": event.actor,
        "institution": event.institution,
        "account": event.account,
        "subject": event.subject,
        "outcome": event.outcome,
        "exch": event.exchange,
        "c": committed,
    }
    leaf = payload_bytes({name: value for name, value in members.items() if value is not None})
    if len(leaf) > LARGEST_LEAF:
        raise EventError(f"事件过大 a leaf holds at most {LARGEST_LEAF} bytes, this one has {len(leaf)}")
    return leaf


def instant(at: datetime) -> str:
    """Return a moment as leaves spell it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def payload_bytes(payload: Mapping[str, object]) -> bytes:
    """Return canonical JSON bytes. Raises EventError, for floats too: readers do not agree on what they are."""
    members = dict(payload)
    if not is_plain(members) and _has_float(members):
        raise EventError("内容不得含浮点数，请写成文本 a payload has no floats: write a decimal as text")
    try:
        return canonical_bytes(members)
    except CanonicalError as fault:
        raise EventError(str(fault)) from fault


def _has_float(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_float, value.values()))
    return isinstance(value, float) or (isinstance(value, list | tuple) and any(map(_has_float, value)))
