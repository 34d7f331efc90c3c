"""`xinqiao init`: the schema, the instance's keys, its audit log and its first administrators."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.people.initialise import FirstOffices


def init(
    operator: Annotated[
        str, typer.Option(help="首位安全管理员的 client_id The first security administrator's client id.")
    ] = "operator",
    key: Annotated[
        Path | None, typer.Option(help="管理员私钥写到哪里 Where to write the operator's private key.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """初始化：建库、生成密钥、设三类管理员 Create schema, keys and the three administrators; refuses to run twice."""
    from gateway.people.initialise import initialise
    from gateway.runtime import schema
    from gateway.runtime.database import Database
    from gateway.runtime.embedded import resolve_urls
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.settings import load_settings
    from signing.errors import SigningError

    settings = load_settings()
    target = key or settings.instance_home / "keys" / f"{operator}.json"

    async def run() -> "FirstOffices":
        database = Database(urls)
        try:
            return await initialise(settings, database, operator=operator, operator_key=target)
        finally:
            await database.close()

    try:
        urls = resolve_urls(settings, create=True)
        schema.migrate(urls.owner)
        made = asyncio.run(run())
    except (GatewayError, SigningError) as fault:
        fail(str(fault))
    if settings.head_store is None:
        typer.echo(
            f"树头文件在 {settings.head_folder}，会与数据一起丢失：正式使用请设 XINQIAO_HEAD_STORE 到另一个卷。"
            "The head store lies with the data and is lost together with it: for real use, set XINQIAO_HEAD_STORE to a "
            "folder on another volume, before the first worker is started.",
            err=True,
        )
    links = {
        f"邀请 invitation {person}": f"{settings.issuer}/console/enrol?token={token}"
        for person, token in made.invitations.items()
    }
    show(
        as_json,
        {
            "实例 instance": settings.instance, "管理员 operator": operator, "私钥 private key": str(target),
            "kid": made.kid, **links,
        },
    )  # fmt: skip
