"""`xinqiao deliveries peer|peers|list|show|retry`: the platforms that are told, and where each delivery stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.naming import LISTED, Id, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list, show_one

if TYPE_CHECKING:
    from gateway.platforms.tables import Delivery
    from gateway.runtime.work import UnitOfWork

PEERS = (
    Column("peer", "编号 id"),
    Column("role", "角色 role"),
    Column("url", "地址 url"),
    Column("client_id", "我方编号 client_id"),
    Column("status", "状态 status"),
    Column("kid", "公钥 kid"),
)
COLUMNS = (
    Column("delivery", "编号 id"),
    Column("kind", "类型 kind"),
    Column("peer", "平台 peer"),
    Column("state", "状态 state"),
    Column("attempts", "次数 attempts"),
    Column("created_at", "时间 at"),
    Column("last_fault", "最近故障 last_fault"),
    Column("settled_at", "办结时间 settled", listed=False),
    Column("exchange", "往来编号 exchange", listed=False),
    Column("entry", "日志条目 entry", listed=False),
)
group = typer.Typer(no_args_is_help=True, help="报送 Deliveries to platforms.")


@group.command("peer")
def peer(
    peer_id: Id,
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE", help="角色 Role: brain | city | province | market-regulator | police | supervisor"
        ),
    ],
    url: Annotated[str, typer.Option(help="地址（即其 issuer）Its issuer.")],
    key: Annotated[Path, typer.Option(help="其公钥文件 What its /.well-known/xinqiao-keys said.", exists=True)],
    client_id: Annotated[str, typer.Option(help="我方在对方的客户端编号 Our client id there.")] = "gateway",
    known_only: Annotated[
        bool, typer.Option(help="只认其回执，不直接报送 Believe its receipts, send nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """登记平台 Register a platform, or change what is known of it."""
    import orjson

    from gateway.platforms.peers import set_peer

    try:
        jwk: Any = orjson.loads(key.read_bytes())
    except ValueError:
        fail(f"{key} 不是 JSON is not JSON")

    async def run(work: "UnitOfWork") -> None:
        status = "known" if known_only else "active"
        await set_peer(work, peer_id=peer_id, role=role, url=url, jwk=jwk, client_id=client_id, status=status)

    in_one_unit("peer.set", run)
    show(as_json, {"平台 peer": peer_id, "角色 role": role, "地址 url": url})


@group.command("peers")
def list_peers(limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出平台 List the platforms that are told, and those whose receipts alone are believed (known)."""
    from gateway.platforms.reading import list_peers

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        return [
            {"peer": row.peer_id, "role": row.role, "url": row.url, "client_id": row.client_id, "status": row.status,
             "kid": row.jwk["kid"]}
            for row in await list_peers(work, limit + 1)
        ]  # fmt: skip

    show_list(as_json, "peers", in_one_unit("peer.list", run), PEERS, limit)


@group.command("list")
def list_all(
    state: Annotated[
        str, typer.Option(metavar="STATE", help="状态 Only: pending | acknowledged | confirmed | refused")
    ] = "",
    peer: Annotated[str, typer.Option(metavar="ID", help="只列此平台的 To this platform alone.")] = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """列出报送，最新在前 List the newest deliveries: state, tries, what last went wrong."""
    from gateway.platforms.reading import list_deliveries

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        return [_row(row) for row in await list_deliveries(work, limit + 1, state=state, peer=peer)]

    show_list(as_json, "deliveries", in_one_unit("delivery.list", run), COLUMNS, limit)


@group.command("show")
def show_delivery(
    delivery_id: Annotated[UUID, typer.Argument(metavar="ID", help="报送编号 The delivery's id.")],
    as_json: AsJson = False,
) -> None:
    """查看一次报送 Show one delivery."""
    from gateway.platforms.reading import get_delivery

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return _row(await get_delivery(work, delivery_id))

    show_one(as_json, in_one_unit("delivery.show", run), COLUMNS)


@group.command("retry")
def retry(
    delivery_id: Annotated[UUID, typer.Argument(metavar="ID", help="报送编号 The delivery's id.")],
    as_json: AsJson = False,
) -> None:
    """重报一次 Try a delivery again at once: one that was refused, or one that waits for its turn."""
    from gateway.platforms.retrying import retry_delivery

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return _row(await retry_delivery(work, delivery_id))

    show_one(as_json, in_one_unit("delivery.retry", run), COLUMNS)


def _row(row: "Delivery") -> dict[str, Any]:
    return {
        "delivery": row.delivery_id, "kind": row.kind, "peer": row.peer_id, "state": row.state,
        "attempts": row.attempts, "last_fault": row.last_fault, "created_at": row.created_at,
        "settled_at": row.settled_at, "exchange": row.exchange, "entry": row.event_id,
    }  # fmt: skip
