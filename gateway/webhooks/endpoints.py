"""Endpoints of an institution: where it is told what concerns it, registered and ended by itself.

What an account or a person of an institution asks for concerns its own; the command line names the institution.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select
from uuid_utils.compat import uuid7

from audit.events import instant
from gateway.identity.tables import Institution
from gateway.runtime.denial import DeniedError
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from gateway.webhooks.addresses import Networks, check_url
from gateway.webhooks.tables import WebhookDelivery, WebhookEndpoint
from gateway.webhooks.told import TEST_TYPE, TOPICS, test_message

MOST_ENDPOINTS = 10
CHANGES = {"disable": "disabled", "enable": "active", "remove": "removed"}
_VERBS = {"disable": "disabled", "enable": "enabled", "remove": "removed"}


def institution_of(work: UnitOfWork) -> str | None:
    """Return whose endpoints the actor may see and change: None for the machine's operator, who may all.

    Raises DeniedError for everybody else.
    """
    if work.actor.kind == "machine":
        return None
    own = work.actor.institution_id is not None and work.actor.intermediary is None
    if not own or work.actor.kind not in {"account", "person"}:
        raise DeniedError(
            "insufficient-scope", "只有机构自己可以管理推送地址。Only the institution itself has endpoints."
        )
    return work.actor.institution_id


async def add_endpoint(
    work: UnitOfWork, url: str, topics: Sequence[str], networks: Networks, institution: str | None = None
) -> WebhookEndpoint:
    """Register an address; `institution` is named where the actor has none. Raises DeniedError."""
    whose = institution_of(work) or institution or ""
    if unknown := sorted(set(topics) - TOPICS.keys()):
        named = "、".join(unknown)
        raise DeniedError(
            "invalid-webhook", f"topics 没有 {named}，可选 {'、'.join(TOPICS)}。topics: {', '.join(TOPICS)}."
        )
    kept = check_url(url, work.issuer, networks)
    if await work.session.get(Institution, whose) is None:
        raise DeniedError("invalid-webhook", f"没有机构 {whose}。There is no institution {whose}.")
    await take(work.session, Lock.NEW_ID, f"webhooks:{whose}")
    mine = col(WebhookEndpoint.institution) == whose, col(WebhookEndpoint.status) != "removed"
    known = (await work.session.execute(select(WebhookEndpoint).where(*mine))).scalars().all()
    if any(one.url == kept for one in known):
        raise DeniedError("webhook-known")
    if len(known) >= MOST_ENDPOINTS:
        raise DeniedError("too-many-webhooks")
    made, chosen = uuid7(), sorted(set(topics))
    payload = {"webhook": str(made), "institution": whose, "url": kept, "topics": chosen}
    entry = await work.record("webhook.added", payload, institution=whose, outcome="active", exchange=made)
    row = WebhookEndpoint(
        endpoint_id=made, institution=whose, url=kept, topics=chosen, status="active", created_at=work.now,
        event_id=entry,
    )  # fmt: skip
    work.session.add(row)
    await work.session.flush()
    return row


async def list_endpoints(work: UnitOfWork) -> Sequence[WebhookEndpoint]:
    """Return the institution's endpoints, or all at the command line, oldest first; not those that were removed."""
    query = select(WebhookEndpoint).where(col(WebhookEndpoint.status) != "removed")
    if (whose := institution_of(work)) is not None:
        query = query.where(col(WebhookEndpoint.institution) == whose)
    return (await work.session.execute(query.order_by(col(WebhookEndpoint.endpoint_id)))).scalars().all()


async def get_endpoint(work: UnitOfWork, endpoint_id: UUID, *, hold: bool = False) -> WebhookEndpoint:
    """Return an endpoint of the institution, held until the commit where asked. Raises DeniedError for any other."""
    whose = institution_of(work)
    row = await work.session.get(WebhookEndpoint, endpoint_id, with_for_update=hold)
    if row is None or row.status == "removed" or whose not in {None, row.institution}:
        raise DeniedError("webhook-not-found")
    return row


async def change_endpoint(work: UnitOfWork, endpoint_id: UUID, change: str) -> WebhookEndpoint:
    """Disable, enable or remove an endpoint; made twice, a change is the same one."""
    row = await get_endpoint(work, endpoint_id, hold=True)
    if row.status == CHANGES[change]:
        return row
    row.status, row.failures, row.failing_since, row.paused_until = CHANGES[change], 0, None, None
    payload = {"webhook": str(endpoint_id), "reason": "asked"}
    await work.record(
        f"webhook.{_VERBS[change]}", payload, institution=row.institution, outcome=row.status, exchange=endpoint_id
    )
    await work.session.flush()
    return row


async def test_endpoint(work: UnitOfWork, endpoint_id: UUID) -> WebhookDelivery:
    """Have a message of no consequence sent to an endpoint, whatever its topics."""
    row = await get_endpoint(work, endpoint_id)
    demand_active(row)
    payload = {"webhook": str(endpoint_id)}
    entry = await work.record(
        "webhook.tested", payload, institution=row.institution, outcome="tested", exchange=endpoint_id
    )
    body = test_message(entry, endpoint_id, row.institution, instant(work.now), work.issuer)
    delivery = WebhookDelivery(
        delivery_id=uuid7(), endpoint_id=endpoint_id, entry=entry, type=TEST_TYPE, body=body, state="pending",
        next_at=work.now, created_at=work.now, queued_at=work.now,
    )  # fmt: skip
    work.session.add(delivery)
    await work.session.flush()
    return delivery


def demand_active(row: WebhookEndpoint) -> None:
    """Pass an endpoint that messages are sent to. Raises DeniedError."""
    if row.status != "active":
        raise DeniedError("webhook-disabled")


async def count_deliveries(work: UnitOfWork, endpoint_id: UUID, state: str = "") -> int:
    """Return how many messages an endpoint has been sent, or is to be, in a state where asked."""
    wanted = [col(WebhookDelivery.endpoint_id) == endpoint_id]
    wanted += [col(WebhookDelivery.state) == state] if state else []
    number: int = (
        await work.session.execute(select(func.count()).select_from(WebhookDelivery).where(*wanted))
    ).scalar_one()
    return number


async def list_deliveries(
    work: UnitOfWork, endpoint_id: UUID, limit: int, *, state: str = "", offset: int = 0
) -> Sequence[WebhookDelivery]:
    """Return the newest messages to an endpoint of the institution, in a state where asked."""
    await get_endpoint(work, endpoint_id)
    query = select(WebhookDelivery).where(col(WebhookDelivery.endpoint_id) == endpoint_id)
    query = query.where(col(WebhookDelivery.state) == state) if state else query
    query = query.order_by(col(WebhookDelivery.delivery_id).desc()).offset(offset).limit(limit)
    return (await work.session.execute(query)).scalars().all()


async def replay_delivery(work: UnitOfWork, endpoint_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Have a message sent again at once, under the same id; one that waits is not sent twice. Raises DeniedError."""
    endpoint = await get_endpoint(work, endpoint_id)
    demand_active(endpoint)
    row = await work.session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if row is None or row.endpoint_id != endpoint_id:
        raise DeniedError("delivery-not-found")
    payload = {"webhook": str(endpoint_id), "delivery": str(delivery_id)}
    await work.record(
        "webhook.replayed", payload, institution=endpoint.institution, outcome="pending", exchange=endpoint_id
    )
    row.state, row.settled_at, row.next_at, row.queued_at = "pending", None, work.now, work.now
    await work.session.flush()
    return row


async def get_delivery(work: UnitOfWork, endpoint_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Return a message to an endpoint of the institution. Raises DeniedError for any other."""
    await get_endpoint(work, endpoint_id)
    row = await work.session.get(WebhookDelivery, delivery_id)
    if row is None or row.endpoint_id != endpoint_id:
        raise DeniedError("delivery-not-found")
    return row
