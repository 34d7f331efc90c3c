"""`xinqiao institution|account|agency|signatory|platform|auditor|operator add` and `xinqiao keys new|show`.

These act as the operator who can reach the database; the events name the actor `operator-cli`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

ACTOR = "operator-cli"
Id = Annotated[str, typer.Argument(help="编号 Its id: a-z 0-9 . _ -")]
KeyFile = Annotated[Path, typer.Option("--key", help="公钥文件 (JWK) File with the public key.", exists=True)]
TITLES = {
    "account": "账户 Accounts of institutions.",
    "agency": "部门 Agencies that supply data.",
    "signatory": "签署人 Signatories of enterprises.",
    "platform": "平台 City and province platforms.",
    "auditor": "审计员 Auditors.",
    "operator": "管理员 Operators.",
}
institution = typer.Typer(
    no_args_is_help=True, help="机构 Institutions: banks, guarantee centres, micro-loan companies."
)
keys = typer.Typer(no_args_is_help=True, help="密钥 Key pairs for clients.")


@institution.command("add")
def add_institution(
    institution_id: Id,
    name: Annotated[str, typer.Option(help="名称 Its name.")],
    kind: Annotated[str, typer.Option("--class", help="bank | guarantee | micro_loan | other")] = "bank",
    as_json: AsJson = False,
) -> None:
    """登记机构 Register an institution."""
    from gateway.identity import registry
    from gateway.state import Gateway

    async def run(gateway: Gateway, session: AsyncSession) -> None:
        await registry.add_institution(
            session, gateway.audit, actor=ACTOR, institution_id=institution_id, name=name, kind=kind,
            now=datetime.now(UTC),
        )  # fmt: skip

    _in_transaction(run)
    show(as_json, {"机构 institution": institution_id, "类别 class": kind})


def _add_client(
    kind: str, client_id: str, key: Path, as_json: bool, institution_id: str | None = None, subject: str | None = None
) -> None:
    import orjson

    from gateway.identity import registry
    from gateway.state import Gateway

    try:
        jwk = orjson.loads(key.read_bytes())
    except ValueError:
        fail(f"{key} 不是 JSON is not JSON")
    if not isinstance(jwk, dict):
        fail(f"{key} 不是 JWK is not a JWK")

    async def run(gateway: Gateway, session: AsyncSession) -> None:
        await registry.add_client(
            session, gateway.audit, actor=ACTOR, client_id=client_id, kind=kind, jwk=jwk,
            institution_id=institution_id, subject=subject, now=datetime.now(UTC),
        )  # fmt: skip

    _in_transaction(run)
    show(as_json, {"类型 kind": kind, "客户端 client_id": client_id})


def _group(kind: str) -> typer.Typer:
    """Make the group of one kind of client; an account also names its institution, a signatory its enterprise."""
    group = typer.Typer(no_args_is_help=True, help=TITLES[kind])

    def add(client_id: Id, key: KeyFile, as_json: AsJson = False) -> None:
        _add_client(kind, client_id, key, as_json)

    def add_account(
        client_id: Id,
        key: KeyFile,
        institution_id: Annotated[str, typer.Option("--institution", help="所属机构 Its institution.")],
        as_json: AsJson = False,
    ) -> None:
        _add_client(kind, client_id, key, as_json, institution_id=institution_id)

    def add_signatory(
        client_id: Id,
        key: KeyFile,
        subject: Annotated[str, typer.Option(help="所代表企业的统一社会信用代码 The USCC it signs for.")],
        as_json: AsJson = False,
    ) -> None:
        _add_client(kind, client_id, key, as_json, subject=subject)

    command = {"account": add_account, "signatory": add_signatory}.get(kind, add)
    group.command("add", help="登记并绑定公钥 Register it with its public key.")(command)
    return group


@keys.command("new")
def new_key(
    file: Annotated[
        Path, typer.Argument(help="私钥写到这里 Where the private key goes; FILE.pub gets the public one.")
    ],
    alg: Annotated[str, typer.Option(help="ES256 | Ed25519")] = "ES256",
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


@keys.command("rotate")
def rotate_key(
    purpose: Annotated[str, typer.Argument(help="token | batch | consent | answer | delivery")],
    at_once: Annotated[
        bool, typer.Option("--now", help="泄露时：旧密钥立即作废 It leaked: retire the last one now.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """轮换本实例密钥 Rotate a key of this instance without an outage; the worker lets it sign when all can know it."""
    from gateway.identity.key_rotation import rotate
    from gateway.state import Gateway

    async def run(gateway: Gateway) -> str:
        return await rotate(gateway, purpose, actor=ACTOR, at_once=at_once)

    show(as_json, {"用途 purpose": purpose, "kid": on_instance(run), "状态 status": "active" if at_once else "next"})


@keys.command("promote")
def promote_key(
    purpose: Annotated[str, typer.Argument(help="delivery：平台登记新公钥之后 once the platforms have the next key")],
    as_json: AsJson = False,
) -> None:
    """启用下一个密钥 Let the next key of a purpose sign from now on."""
    from gateway.identity.key_rotation import promote
    from gateway.state import Gateway

    async def run(gateway: Gateway) -> str:
        return await promote(gateway, purpose, actor=ACTOR)

    show(as_json, {"用途 purpose": purpose, "kid": on_instance(run), "状态 status": "active"})


@keys.command("list")
def list_all_keys(as_json: AsJson = False) -> None:
    """列出本实例密钥 List this instance's keys, their states and since when."""
    from gateway.identity.key_rotation import list_keys
    from gateway.state import Gateway

    async def run(gateway: Gateway) -> list[dict[str, Any]]:
        async with gateway.database.begin("keys.list") as session:
            return [{**row, "since": row["since"].isoformat()} for row in await list_keys(session)]

    for row in on_instance(run):
        show(as_json, row)


@keys.command("show")
def show_keys() -> None:
    """显示本实例公钥 Print this instance's public keys, as /.well-known/xinqiao-keys does: for peers and verifiers."""
    import orjson

    from gateway.api.keys import public_keys
    from gateway.state import Gateway

    async def run(gateway: Gateway) -> dict[str, object]:
        return public_keys(gateway)

    typer.echo(orjson.dumps(on_instance(run), option=orjson.OPT_INDENT_2).decode())


def _in_transaction(step: Callable[..., Awaitable[None]]) -> None:
    from gateway.state import Gateway

    async def run(gateway: Gateway) -> None:
        async with gateway.database.begin("registry") as session:
            await step(gateway, session)

    on_instance(run)


groups = {"institution": institution, **{kind: _group(kind) for kind in TITLES}, "keys": keys}
