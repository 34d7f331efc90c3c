"""`xinqiao keys`: key pairs for clients, and this instance's own keys."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.asking import Yes, confirm_final
from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, Column, fail, show, show_list

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("purpose", "用途 purpose"),
    Column("kid", "编号 kid"),
    Column("status", "状态 status"),
    Column("since", "自 since"),
)
group = typer.Typer(no_args_is_help=True, help="密钥 Key pairs for clients, and this instance's own keys.")


@group.command("new")
def new_key(
    file: Annotated[
        Path, typer.Argument(help="私钥写到这里 Where the private key goes; FILE.pub gets the public one.")
    ],
    alg: Annotated[str, typer.Option(help="算法 Algorithm: ES256 | Ed25519")] = "ES256",
    as_json: AsJson = False,
) -> None:
    """生成密钥对 Make a key pair: keep FILE, hand over FILE.pub."""
    import orjson

    from signing.errors import SigningError
    from signing.keys import generate_key, public_jwk, save_key

    try:
        key = generate_key(alg)
        save_key(file, key)
    except SigningError as fault:
        fail(str(fault))
    public = file.with_name(f"{file.name}.pub")
    public.write_bytes(orjson.dumps(public_jwk(key), option=orjson.OPT_INDENT_2))
    show(as_json, {"私钥 private key": str(file), "公钥 public key": str(public), "kid": key.kid})


@group.command("rotate")
def rotate_key(
    purpose: Annotated[str, typer.Argument(help="用途 Purpose: token | batch | consent | answer | delivery")],
    at_once: Annotated[
        bool, typer.Option("--now", help="泄露时：旧密钥立即作废 It leaked: retire the last one now.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """轮换本实例密钥 Rotate a key of this instance without an outage; --now ends the last one at once, for good."""
    if at_once:
        what = (
            f"将作废现用的 {purpose} 密钥，其签署随即失效 "
            f"This retires the {purpose} key: what it signed is refused at once"
        )
        confirm_final(what, yes=yes)
    from gateway.identity.key_rotation import rotate

    kid = in_one_unit("keys.rotate", partial(rotate, purpose=purpose, at_once=at_once))
    show(as_json, {"用途 purpose": purpose, "kid": kid, "状态 status": "active" if at_once else "next"})


@group.command("promote")
def promote_key(
    purpose: Annotated[
        str, typer.Argument(help="用途 Purpose: delivery（平台登记新公钥之后 once the platforms have the next key）")
    ],
    as_json: AsJson = False,
) -> None:
    """启用下一个密钥 Let the next key of a purpose sign from now on."""
    from gateway.identity.key_rotation import promote

    kid = in_one_unit("keys.promote", partial(promote, purpose=purpose))
    show(as_json, {"用途 purpose": purpose, "kid": kid, "状态 status": "active"})


@group.command("list")
def list_all_keys(limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出本实例密钥 List this instance's keys, their states and since when."""
    from gateway.identity.key_rotation import list_keys

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        rows = await list_keys(work.session)
        return [{column.name: row[column.name] for column in COLUMNS} for row in rows]

    show_list(as_json, "keys", in_one_unit("keys.list", run), COLUMNS, limit)


@group.command("show")
def show_keys() -> None:
    """显示本实例公钥 Print this instance's public keys, as /.well-known/xinqiao-keys does: for peers and verifiers."""
    import orjson

    from gateway.identity.key_routes import public_keys

    async def run(instance: "Instance") -> dict[str, object]:
        return public_keys(instance.units)

    typer.echo(orjson.dumps(on_instance(run), option=orjson.OPT_INDENT_2).decode())
