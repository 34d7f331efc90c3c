"""What platforms tell each other: the delivery and its receipt, as docs/deliveries.md publishes them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from connectors.catalogue.form_faults import fault_of_form, place_in_words
from gateway.runtime.errors import GatewayError
from signing.canonical import canonical_bytes, sha256_hex
from signing.errors import SignatureError
from signing.jws import sign_jws, verify_jws
from signing.keys import SigningKey

DELIVERY_TYPE = "xinqiao-delivery+jws"
RECEIPT_TYPE = "xinqiao-receipt+jws"
MOST_ITEMS = 500


class MessageError(GatewayError):
    """The message or receipt is not what was agreed."""


class Message(msgspec.Struct, frozen=True):
    """One delivery: `exchange` stays the same all along the chain, `items` are objects that name a `subject` (USCC)."""

    v: int
    delivery: UUID
    exchange: UUID
    kind: Literal["usage-results", "evaluations", "case-transfers"]
    iss: str
    items: list[dict[str, Any]]
    items_sha256: str
    issued_at: str


@dataclass(frozen=True)
class Receipt:
    """What a receiver signed: which delivery and exchange, and digests of the message and of its items."""

    delivery: UUID
    exchange: UUID
    message_sha256: str
    items_sha256: str
    iss: str


def items_digest(items: Sequence[Mapping[str, Any]]) -> str:
    """Return SHA-256 over the items' canonical form: equal at every stage of the chain."""
    return sha256_hex(canonical_bytes(list(items)))


def sign_message(
    key: SigningKey, *, delivery: UUID, exchange: UUID, kind: str, issuer: str, items: Sequence[Mapping[str, Any]],
    now: datetime,
) -> str:  # fmt: skip
    """Sign a delivery."""
    claims = {
        "v": 1, "delivery": str(delivery), "exchange": str(exchange), "kind": kind, "iss": issuer,
        "items": list(items), "items_sha256": items_digest(items), "issued_at": now.isoformat(),
    }  # fmt: skip
    return sign_jws(claims, key, DELIVERY_TYPE)


def read_message(message: str, jwks: Sequence[Mapping[str, Any]]) -> Message:
    """Verify and read a delivery. Raises MessageError with what is wrong with it."""
    try:
        read = msgspec.convert(verify_jws(message, jwks, DELIVERY_TYPE), Message)
    except msgspec.ValidationError as fault:
        raise MessageError(f"消息有误 message: {_in_words(fault, Message)}") from fault
    except SignatureError as fault:
        raise MessageError(f"消息有误 message: {fault}") from fault
    if read.v != 1 or not 0 < len(read.items) <= MOST_ITEMS:
        raise MessageError(f"消息版本须为 1，含 1 至 {MOST_ITEMS} 条 message: version 1, with 1 to {MOST_ITEMS} items")
    if read.items_sha256 != items_digest(read.items):
        raise MessageError("items_sha256 与内容不符 message: items_sha256 is not that of the items")
    if not all(isinstance(item.get("subject"), str) for item in read.items):
        raise MessageError("每条都要写明主体 message: every item names its subject")
    return read


def _in_words(fault: msgspec.ValidationError, kind: type) -> str:
    steps, text = fault_of_form(fault, kind)
    return f"{place_in_words(steps)}: {text}" if steps else text


def sign_receipt(key: SigningKey, message: Message, text: str, issuer: str, entry: UUID, now: datetime) -> str:
    """Sign the receipt of a message (`text` is its JWS)."""
    claims = {
        "v": 1, "delivery": str(message.delivery), "exchange": str(message.exchange), "kind": message.kind,
        "message_sha256": sha256_hex(text.encode()), "items_sha256": message.items_sha256, "iss": issuer,
        "entry": str(entry), "at": now.isoformat(),
    }  # fmt: skip
    return sign_jws(claims, key, RECEIPT_TYPE)


def read_receipt(receipt: str, jwk: Mapping[str, Any]) -> Receipt:
    """Verify and read a receipt. Raises MessageError."""
    try:
        signed = verify_jws(receipt, [jwk], RECEIPT_TYPE)
        return msgspec.convert({name: signed.get(name) for name in Receipt.__annotations__}, Receipt)
    except msgspec.ValidationError as fault:
        raise MessageError(f"回执有误 receipt: {_in_words(fault, Receipt)}") from fault
    except SignatureError as fault:
        raise MessageError(f"回执有误 receipt: {fault}") from fault
