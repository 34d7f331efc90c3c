"""Standard Webhooks 1.0: what is signed and how a signature and a public key are written (`v1a`, Ed25519). Pure."""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from signing.keys import SigningKey

PREFIX = "whpk_"
VERSION = "v1a"


def signed_headers(key: SigningKey, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the three header fields of a message."""
    private = key.jwk.private_key
    assert isinstance(private, Ed25519PrivateKey), "deliveries are signed with Ed25519"  # noqa: S101 - see PURPOSES
    signature = private.sign(_content(message_id, timestamp, body))
    return {
        "webhook-id": message_id, "webhook-timestamp": str(timestamp),
        "webhook-signature": f"{VERSION},{base64.b64encode(signature).decode()}",
    }  # fmt: skip


def written_key(jwk: Mapping[str, Any]) -> str:
    """Return a public JWK as the specification writes it."""
    return PREFIX + base64.b64encode(_public_bytes(jwk)).decode()


def is_signed(headers: Mapping[str, str], body: bytes, public: str) -> bool:
    """Tell whether a message is signed with a key that is written so: what a receiver does."""
    raw = base64.b64decode(public.removeprefix(PREFIX))
    content = _content(headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    for one in headers["webhook-signature"].split(" "):
        version, _, signature = one.partition(",")
        if version != VERSION:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(base64.b64decode(signature), content)
        except (InvalidSignature, ValueError):
            continue
        return True
    return False


def _content(message_id: str, timestamp: int, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def _public_bytes(jwk: Mapping[str, Any]) -> bytes:
    text = str(jwk["x"])
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
