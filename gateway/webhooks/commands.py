"""`xinqiao webhook …`: where institutions are told of what concerns them, for the machine's operator."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_list, show_one

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork
    from gateway.webhooks.tables import WebhookEndpoint

Webhook = Annotated[UUID, typer.Argument(metavar="ID", help="推送地址编号 The endpoint's id.")]
ENDPOINTS = (
    Column("webhook", "编号 id"),
    Column("institution", "机构 institution"),
    Column("url", "地址 url"),
    Column("topics", "主题 topics"),
    Column("status", "状态 status"),
    Column("failures", "连续失败 failures"),
    Column("created_at", "登记时间 at", listed=False),
    Column("entry", "日志条目 entry", listed=False),
)
DELIVERIES = (
    Column("delivery", "编号 id"),
    Column("type", "类型 type"),
    Column("state", "状态 state"),
    Column("attempts", "次数 attempts"),
    Column("created_at", "时间 at"),
    Column("last_status", "最近答复 last answer"),
    Column("last_fault", "最近故障 last_fault"),
)
group = typer.Typer(no_args_is_help=True, help="推送 Webhooks to institutions.")


@group.command("add")
def add(
    institution: Annotated[str, typer.Argument(metavar="INSTITUTION", help="机构编号 The institution's id.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="地址，须为 https An https address.")],
    topic: Annotated[
        list[str] | None, typer.Option(metavar="TOPIC", help="主题，可重复；不写为全部 Topics; all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """登记推送地址 Register where an institution is told of what concerns it."""
    from gateway.runtime.settings import load_settings
    from gateway.webhooks.endpoints import add_endpoint

    networks = load_settings().webhook_networks

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return _row(await add_endpoint(work, url, topic or [], networks, institution))

    show_one(as_json, in_one_unit("webhook.add", run), ENDPOINTS)


@group.command("list")
def list_all(limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出推送地址 List the endpoints and how they do."""
    from gateway.webhooks.endpoints import list_endpoints

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        return [_row(row) for row in (await list_endpoints(work))[: limit + 1]]

    show_list(as_json, "webhooks", in_one_unit("webhook.list", run), ENDPOINTS, limit)


@group.command("disable")
def disable(webhook: Webhook, as_json: AsJson = False) -> None:
    """停用推送地址 Stop sending to an endpoint."""
    _change(webhook, "disable", as_json=as_json)


@group.command("enable")
def enable(webhook: Webhook, as_json: AsJson = False) -> None:
    """启用推送地址 Send to an endpoint again."""
    _change(webhook, "enable", as_json=as_json)


@group.command("remove")
def remove(webhook: Webhook, as_json: AsJson = False) -> None:
    """删除推送地址 Remove an endpoint."""
    _change(webhook, "remove", as_json=as_json)


@group.command("deliveries")
def deliveries(webhook: Webhook, limit: Limit = 20, as_json: AsJson = False) -> None:
    """列出推送记录，最新在前 List what was sent to an endpoint, newest first."""
    from gateway.webhooks.endpoints import list_deliveries

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        return [
            {"delivery": row.delivery_id, "type": row.type, "state": row.state, "attempts": row.attempts,
             "created_at": row.created_at, "last_status": row.last_status, "last_fault": row.last_fault}
            for row in await list_deliveries(work, webhook, limit + 1)
        ]  # fmt: skip

    show_list(as_json, "deliveries", in_one_unit("webhook.deliveries", run), DELIVERIES, limit)


def _change(webhook: UUID, change: str, *, as_json: bool) -> None:
    from gateway.webhooks.endpoints import change_endpoint

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return _row(await change_endpoint(work, webhook, change))

    show_one(as_json, in_one_unit(f"webhook.{change}", run), ENDPOINTS)


def _row(row: "WebhookEndpoint") -> dict[str, Any]:
    return {
        "webhook": row.endpoint_id, "institution": row.institution, "url": row.url, "topics": row.topics,
        "status": row.status, "failures": row.failures, "created_at": row.created_at, "entry": row.event_id,
    }  # fmt: skip
