"""`xinqiao deliveries peer|list`: the platforms that are told, and where each delivery stands."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

group = typer.Typer(no_args_is_help=True, help="报送 Deliveries to platforms.")


@group.command("peer")
def peer(
    peer_id: Annotated[str, typer.Argument(help="编号 The platform's id here.")],
    role: Annotated[str, typer.Option(help="角色 Role: brain | city | province")],
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


@group.command("list")
def list_deliveries(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多条数 How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """列出报送 List the newest deliveries: state, tries, what last went wrong."""
    from gateway.platforms.reading import list_deliveries

    async def run(work: "UnitOfWork") -> dict[str, object]:
        return {
            str(row.delivery_id): {
                "kind": row.kind, "to": row.peer_id, "state": row.state, "attempts": row.attempts,
                "last_fault": row.last_fault,
            }
            for row in await list_deliveries(work, limit)
        }  # fmt: skip

    show(as_json, in_one_unit("delivery.list", run))
