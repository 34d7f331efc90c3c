"""Sending: what is due to one endpoint, message after message, and what became of it.

1. Hold an endpoint that is due, for as long as one round may take, and read what is due to it; commit.
2. Send, oldest first, without a transaction; an endpoint that cannot be reached ends the round.
3. Write what became of each message, how long the endpoint rests, whether it is given up; commit.
A worker that dies in between leaves them to be sent again, under the same ids.
"""

import asyncio
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Row, text
from sqlmodel import col, select

from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import database_now
from gateway.runtime.errors import not_delivered
from gateway.runtime.work import UnitOfWork, UnitsOfWork
from gateway.webhooks.addresses import ForbiddenAddressError, Networks, pinned, resolve
from gateway.webhooks.pauses import is_over, pause_after
from gateway.webhooks.signature import signed_headers
from gateway.webhooks.tables import WebhookDelivery, WebhookEndpoint
from gateway.webhooks.told import CONTENT_TYPE

TIMEOUT_SECONDS = 10.0
ROUND_SECONDS = 30.0  # no message is begun after that
HELD_SECONDS = 60  # longer than a round may take
MOST_AT_ONCE = 50
# What a receiver says of this message alone; after anything else it rests, and everything to it with it.
OF_THE_MESSAGE = frozenset({400, 409, 413, 415, 422})
_HOLD = text("""
    UPDATE webhook_endpoint SET held_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE endpoint_id = (
        SELECT endpoint_id FROM webhook_endpoint e
        WHERE status = 'active' AND coalesce(held_until, '-infinity') <= clock_timestamp()
            AND coalesce(paused_until, '-infinity') <= clock_timestamp()
            AND EXISTS (
                SELECT FROM webhook_delivery d WHERE d.endpoint_id = e.endpoint_id AND d.state = 'pending'
                    AND d.next_at <= clock_timestamp())
        ORDER BY coalesce(held_until, '-infinity'), endpoint_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING endpoint_id, url
""")


@dataclass(frozen=True)
class Way:
    """How messages go out: to which networks besides public ones, believing whom, and how patiently."""

    networks: Networks
    ca: Path | None
    first_seconds: float
    days: int


@dataclass(frozen=True)
class Sent:
    """What became of a message: the receiver's status, or what went wrong in words."""

    delivery_id: UUID
    status: int | None
    fault: str | None

    @property
    def arrived(self) -> bool:
        """Tell whether the receiver has taken it."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def gone(self) -> bool:
        """Tell whether the receiver wants nothing more."""
        return self.status == HTTPStatus.GONE

    @property
    def resting(self) -> bool:
        """Tell whether the endpoint is to be left alone for a while, rather than this message."""
        return not self.arrived and self.status not in OF_THE_MESSAGE


async def send_due(units: UnitsOfWork, way: Way) -> bool:
    """Send what is due to one endpoint, and tell whether another may be waiting."""
    async with units.begin("webhook.hold", PROGRAM) as work:
        held = (await work.session.execute(_HOLD, {"seconds": HELD_SECONDS})).one_or_none()
        due = [] if held is None else await _due(work, held.endpoint_id)
    if held is None:
        return False
    sent = await _round(units, way, held, due)
    async with units.begin("webhook.settle", PROGRAM) as work:
        await _settle(work, held.endpoint_id, sent, way)
    return True


async def _due(work: UnitOfWork, endpoint_id: UUID) -> Sequence[WebhookDelivery]:
    now = await database_now(work.session)
    query = select(WebhookDelivery).where(
        col(WebhookDelivery.endpoint_id) == endpoint_id, col(WebhookDelivery.state) == "pending",
        col(WebhookDelivery.next_at) <= now,
    )  # fmt: skip
    ordered = query.order_by(col(WebhookDelivery.delivery_id)).limit(MOST_AT_ONCE)
    return (await work.session.execute(ordered)).scalars().all()


async def _round(units: UnitsOfWork, way: Way, endpoint: Row[Any], due: Sequence[WebhookDelivery]) -> list[Sent]:
    sent: list[Sent] = []
    ends = time.monotonic() + ROUND_SECONDS
    # A client of its own: no proxy that would connect elsewhere, nothing kept between institutions.
    async with httpx.AsyncClient(verify=_believing(way.ca), trust_env=False, timeout=TIMEOUT_SECONDS) as http:
        for delivery in due:
            if time.monotonic() >= ends:
                break
            sent.append(await _send(http, units, way, endpoint.url, delivery))
            if sent[-1].resting:
                break
    return sent


@cache
def _believing(ca: Path | None) -> ssl.SSLContext:
    """Return whom to believe: the public authorities, and the operator's own where it is set."""
    context = httpx.create_ssl_context(trust_env=False)
    if ca is not None:
        context.load_verify_locations(ca)
    return context


async def _send(http: httpx.AsyncClient, units: UnitsOfWork, way: Way, url: str, delivery: WebhookDelivery) -> Sent:
    """Post one message; nothing of the answer but its status is looked at."""
    signed = signed_headers(units.keys.signing("delivery"), str(delivery.delivery_id), int(time.time()), delivery.body)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            read = httpx.URL(url)
            target, host, extensions = pinned(read, await resolve(read, units.issuer, way.networks))
            headers = {**signed, **host, "Content-Type": CONTENT_TYPE, "User-Agent": "Xinqiao"}
            request = http.build_request("POST", target, content=delivery.body, headers=headers, extensions=extensions)
            answer = await http.send(request, stream=True, follow_redirects=False)
            await answer.aclose()
    except ForbiddenAddressError as fault:
        return Sent(delivery.delivery_id, None, str(fault))
    except (httpx.HTTPError, OSError, TimeoutError) as fault:
        return Sent(delivery.delivery_id, None, not_delivered(fault))
    return Sent(delivery.delivery_id, answer.status_code, None)


async def _settle(work: UnitOfWork, endpoint_id: UUID, sent: Sequence[Sent], way: Way) -> None:
    """Write what became of a round: the endpoint first, as everybody locks it, then its messages."""
    endpoint = await work.session.get_one(WebhookEndpoint, endpoint_id, with_for_update=True, populate_existing=True)
    now = await database_now(work.session)
    endpoint.held_until = None
    for one in sent:
        row = await work.session.get(WebhookDelivery, one.delivery_id, with_for_update=True, populate_existing=True)
        if row is None or row.state != "pending":
            continue
        row.attempts, row.last_status, row.last_fault = row.attempts + 1, one.status, one.fault
        if one.arrived:
            row.state, row.settled_at = "delivered", now
            endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None
            continue
        row.next_at = now + pause_after(row.attempts, way.first_seconds)
        if is_over(row.queued_at, now, way.days):
            row.state, row.settled_at = "failed", now
        if one.resting:
            _rest(endpoint, now, pause_after(endpoint.failures + 1, way.first_seconds))
    if endpoint.status == "active" and (reason := _given_up(endpoint, sent, now, way.days)):
        endpoint.status = "disabled"
        payload = {"webhook": str(endpoint_id), "reason": reason}
        await work.record(
            "webhook.disabled", payload, institution=endpoint.institution, outcome="disabled", exchange=endpoint_id
        )


def _rest(endpoint: WebhookEndpoint, now: datetime, pause: timedelta) -> None:
    endpoint.failures, endpoint.paused_until = endpoint.failures + 1, now + pause
    endpoint.failing_since = endpoint.failing_since or now


def _given_up(endpoint: WebhookEndpoint, sent: Sequence[Sent], now: datetime, days: int) -> str:
    """Return why nothing more is sent to an endpoint: it said so, or has not been reached for days; "" otherwise."""
    if any(one.gone for one in sent):
        return "gone"
    return "unreachable" if is_over(endpoint.failing_since, now, days) else ""
