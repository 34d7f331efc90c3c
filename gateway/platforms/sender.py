"""Sending, second half: one delivery told to its platform, its receipt verified, then that of the platform beyond.

1. Load; a delivery settled before is done. No transaction is open while the network is.
2. Log in at the platform with our delivery key (private_key_jwt, DPoP), and post the signed message.
3. Verify the receipt against the key registered for the platform, over exactly our message and items; store it.
4. Where the platform passes the message on, ask for the onward receipt until it is there; verify and store it too.
"""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
from opentelemetry import propagate
from sqlalchemy import text

from gateway.platforms.messages import MessageError, Receipt, read_receipt
from gateway.platforms.tables import Delivery, Peer
from gateway.runtime.actor import PROGRAM
from gateway.runtime.errors import GatewayError, not_delivered
from gateway.runtime.keystore import KeyStore
from gateway.runtime.work import UnitsOfWork
from signing.canonical import sha256_hex
from xinqiao_client import XinqiaoAuth, XinqiaoError

TIMEOUT_SECONDS = 20.0
# What may be different next time; any other refusal is final, and for a person to see.
PASSING = frozenset({401, 403, 408, 425, 429})
_PROVINCE_KEYS = text("SELECT jwk FROM peer WHERE role = 'province' AND status <> 'suspended'")
_FAULT = text("UPDATE delivery SET attempts = attempts + 1, last_fault = :fault WHERE delivery_id = :id")
_SETTLE = text("""
    UPDATE delivery SET state = :state, settled_at = now(), last_fault = :fault,
        receipt = coalesce(:receipt, receipt), onward_receipt = coalesce(:onward, onward_receipt)
    WHERE delivery_id = :id AND state = :before RETURNING receipt, onward_receipt
""")


class NotDeliveredError(GatewayError):
    """The delivery has to be tried again."""


class RefusedError(GatewayError):
    """The platform will never take this delivery as it is."""


async def send(units: UnitsOfWork, http: httpx.AsyncClient, delivery_id: UUID) -> None:
    """Drive one delivery on. Raises NotDeliveredError where it has to be tried again."""
    async with units.begin("delivery.load", PROGRAM) as work:
        delivery = await work.session.get(Delivery, delivery_id)
        peer = await work.session.get_one(Peer, delivery.peer_id) if delivery else None
        provinces = [row.jwk for row in await work.session.execute(_PROVINCE_KEYS)]
    if delivery is None or peer is None or delivery.state in {"confirmed", "refused"}:
        return
    try:
        if delivery.state == "pending":
            await _post(units, http, delivery, peer)
            return
        await _ask_onward(units, http, delivery, peer, provinces)
    except RefusedError as fault:
        await _settle(units, delivery, "refused", fault=str(fault))
    except (httpx.HTTPError, MessageError, NotDeliveredError, ValueError) as fault:
        async with units.begin("delivery.fault", PROGRAM) as work:
            values = {"id": delivery_id, "fault": _in_words(fault)[:500]}
            await work.session.execute(_FAULT, values)
        raise NotDeliveredError(type(fault).__name__) from fault


def _in_words(fault: Exception) -> str:
    """Return what a fault says where the words are ours; a library's is named by its kind."""
    ours = isinstance(fault, GatewayError | XinqiaoError)
    return f"{type(fault).__name__}: {fault}" if ours else not_delivered(fault)


async def _post(units: UnitsOfWork, http: httpx.AsyncClient, delivery: Delivery, peer: Peer) -> None:
    answer = await http.post(
        f"{peer.url}/v1/deliveries", json={"message": delivery.message}, **_as_client(units.keys, peer)
    )
    told = _read(answer)
    receipt = str(told.get("receipt"))
    _check(read_receipt(receipt, peer.jwk), delivery, sha256_hex(delivery.message.encode()))
    awaits = bool(told.get("onward_expected"))
    await _settle(units, delivery, "acknowledged" if awaits else "confirmed", receipt=receipt)
    if awaits:
        raise NotDeliveredError("上级平台的回执尚未到达 the onward receipt is not there yet")


async def _ask_onward(
    units: UnitsOfWork, http: httpx.AsyncClient, delivery: Delivery, peer: Peer, provinces: list[dict[str, Any]]
) -> None:
    url = f"{peer.url}/v1/deliveries/{delivery.delivery_id}"
    told = _read(await http.get(url, **_as_client(units.keys, peer)))
    onward = told.get("onward")
    if not isinstance(onward, str):
        raise NotDeliveredError("上级平台的回执尚未到达 the onward receipt is not there yet")
    for jwk in provinces:
        try:
            _check(read_receipt(onward, jwk), delivery, None)
        except MessageError:
            continue
        await _settle(units, delivery, "confirmed", onward=onward)
        return
    raise MessageError(
        "上级平台的回执不是由已知的省平台对这些内容签名的 "
        "the onward receipt is not signed by a province known here, over these items"
    )


def _check(receipt: Receipt, delivery: Delivery, message_digest: str | None) -> None:
    """Raise MessageError unless a receipt is over this exchange and items, and over our message where it is ours."""
    if (receipt.exchange, receipt.items_sha256) != (delivery.exchange, delivery.items_digest):
        raise MessageError("回执对应另一次报送或其他内容 receipt: over another exchange or other items")
    if message_digest and (receipt.delivery, receipt.message_sha256) != (delivery.delivery_id, message_digest):
        raise MessageError("回执对应另一条消息 receipt: over another message")


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in {HTTPStatus.OK, HTTPStatus.CREATED}:
        told = answer.json()
        if isinstance(told, dict):
            return told
        raise MessageError("平台的答复格式不符 the platform answered another shape")
    fault = f"平台答复 the platform answered {answer.status_code}"
    if answer.is_server_error or answer.status_code in PASSING:
        raise NotDeliveredError(fault)
    raise RefusedError(fault)


def _as_client(keys: KeyStore, peer: Peer) -> dict[str, Any]:
    """Return how a request goes out: logged in at the platform, with the trace carried on."""
    headers: dict[str, str] = {}
    propagate.inject(headers)
    auth = XinqiaoAuth(peer.url, peer.client_id, keys.signing("delivery").jwk)
    return {"auth": auth, "headers": headers, "timeout": TIMEOUT_SECONDS}


async def _settle(
    units: UnitsOfWork,
    delivery: Delivery,
    state: str,
    *,
    receipt: str | None = None,
    onward: str | None = None,
    fault: str | None = None,
) -> None:
    """Move a delivery on from the state it was loaded in, once, with an event."""
    values = {
        "id": delivery.delivery_id, "before": delivery.state, "state": state, "receipt": receipt, "onward": onward,
        "fault": fault,
    }  # fmt: skip
    async with units.begin(f"delivery.{state}", PROGRAM) as work:
        row = (await work.session.execute(_SETTLE, values)).one_or_none()
        if row is not None:
            payload = {
                "delivery": str(delivery.delivery_id), "peer": delivery.peer_id, "kind": delivery.kind,
                "receipt": _digest(row.receipt), "onward": _digest(row.onward_receipt),
            }  # fmt: skip
            await work.record(f"delivery.{state}", payload, outcome=state, exchange=delivery.exchange)


def _digest(receipt: str | None) -> str | None:
    return None if receipt is None else sha256_hex(receipt.encode())
