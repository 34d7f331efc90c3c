"""Webhooks over HTTP: an institution's endpoints, what was sent to them, and sending it again; the keys, for all."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Keys, TheSettings
from gateway.web.router import Router
from gateway.webhooks.addresses import LONGEST_URL
from gateway.webhooks.endpoints import (
    add_endpoint,
    change_endpoint,
    get_endpoint,
    list_deliveries,
    list_endpoints,
    replay_delivery,
    test_endpoint,
)
from gateway.webhooks.signature import written_key
from gateway.webhooks.tables import WebhookDelivery, WebhookEndpoint
from gateway.webhooks.told import TOPICS

router = Router(tags=["推送 Webhooks"])
Institution = Annotated[UnitOfWork, Depends(working("webhooks"), scope="function")]
BASE = "/v1/webhooks"


class WantedEndpoint(BaseModel):
    """Where to be told, and of what."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=8, max_length=LONGEST_URL, description="https 地址 An https address.")]
    topics: Annotated[
        list[Annotated[str, Field(max_length=20)]],
        Field(max_length=len(TOPICS), description="主题，空为全部 Of these alone; empty: of everything."),
    ] = []


@router.head("/.well-known/webhook-keys", include_in_schema=False)
@router.get("/.well-known/webhook-keys", summary="推送公钥 Public keys of webhooks")
async def keys(signing: Keys) -> dict[str, Any]:
    """Return the keys that messages are signed with, the present one first: as a JWK set, each with `whpk`, as Standard
    Webhooks writes it. Before a new key signs, it stands here.
    """
    return {"keys": [{**jwk, "whpk": written_key(jwk)} for jwk in signing.publics("delivery")]}


@router.post(BASE, status_code=201, summary="登记推送地址 Register an endpoint")
async def add(work: Institution, settings: TheSettings, wanted: WantedEndpoint) -> dict[str, Any]:
    """Register an address; from now on it is told of what concerns the institution."""
    return endpoint_document(await add_endpoint(work, wanted.url, wanted.topics, settings.webhook_networks))


@router.get(BASE, summary="推送地址 Endpoints")
async def list_all(work: Institution) -> dict[str, Any]:
    """Return the institution's endpoints, and the topics there are."""
    topics = [{"topic": topic, "zh": zh, "en": en} for topic, (zh, en) in TOPICS.items()]
    return {"webhooks": [endpoint_document(row) for row in await list_endpoints(work)], "topics": topics}


@router.get(BASE + "/{webhook_id}", summary="一个推送地址 One endpoint")
async def show(webhook_id: UUID, work: Institution) -> dict[str, Any]:
    """Return an endpoint and how it does."""
    return endpoint_document(await get_endpoint(work, webhook_id))


@router.delete(BASE + "/{webhook_id}", status_code=204, summary="删除推送地址 Remove an endpoint")
async def remove(webhook_id: UUID, work: Institution) -> None:
    """Remove an endpoint; nothing more is sent to it."""
    await change_endpoint(work, webhook_id, "remove")


@router.get(BASE + "/{webhook_id}/deliveries", summary="推送记录 What was sent")
async def deliveries(
    webhook_id: UUID,
    work: Institution,
    state: Literal["", "pending", "delivered", "failed"] = "",
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the messages to an endpoint, newest first: where each stands, and the message itself."""
    rows = await list_deliveries(work, webhook_id, limit, state=state, offset=offset)
    return {"deliveries": [delivery_document(row) for row in rows]}


@router.post(BASE + "/{webhook_id}/deliveries/{message_id}:replay", summary="再推送一次 Send again")
async def replay(webhook_id: UUID, message_id: UUID, work: Institution) -> dict[str, Any]:
    """Have a message sent again at once, under the same webhook-id."""
    return delivery_document(await replay_delivery(work, webhook_id, message_id))


@router.post(BASE + "/{webhook_id}:test", summary="测试推送 Send a test")
async def test(webhook_id: UUID, work: Institution) -> dict[str, Any]:
    """Have a message of no consequence sent."""
    return delivery_document(await test_endpoint(work, webhook_id))


@router.post(BASE + "/{webhook_id}:{change}", summary="停用、启用 Disable, enable")
async def change(webhook_id: UUID, change: Literal["disable", "enable"], work: Institution) -> dict[str, Any]:
    """Stop sending to an endpoint, or begin again; what was not sent meanwhile is sent then."""
    return endpoint_document(await change_endpoint(work, webhook_id, change))


def endpoint_document(row: WebhookEndpoint) -> dict[str, Any]:
    """Return an endpoint as the interface shows it."""
    return {
        "webhook": str(row.endpoint_id), "institution": row.institution, "url": row.url, "topics": row.topics,
        "status": row.status, "failures": row.failures,
        "failing_since": row.failing_since.isoformat() if row.failing_since else None,
        "created_at": row.created_at.isoformat(), "entry": str(row.event_id),
    }  # fmt: skip


def delivery_document(row: WebhookDelivery) -> dict[str, Any]:
    """Return a message as the interface shows it."""
    waiting = row.state == "pending"
    return {
        "delivery": str(row.delivery_id), "type": row.type, "state": row.state, "attempts": row.attempts,
        "last_status": row.last_status, "last_fault": row.last_fault, "created_at": row.created_at.isoformat(),
        "next_at": row.next_at.isoformat() if waiting else None,
        "settled_at": row.settled_at.isoformat() if row.settled_at else None, "body": row.body.decode(),
    }  # fmt: skip
