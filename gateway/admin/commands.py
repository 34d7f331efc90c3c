"""`xinqiao account|agency|signatory|platform|office|auditor|operator|system`: add, suspend, close, limit, key.

What is done here needs no approval by a second person, and says so; the events name who it was
(`operator-cli:user@host`).
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.admin import institution_commands
from gateway.admin.change_commands import add_standing, make
from gateway.admin.client_commands import add_reading
from gateway.admin.signatory_command import show_signatories
from gateway.cli.asking import Yes, confirm_final
from gateway.cli.naming import Id
from gateway.cli.output import AsJson, fail, show

KeyFile = Annotated[Path, typer.Option("--key", help="公钥文件 (JWK) File with the public key.", exists=True)]
TITLES = {
    "account": "账户 Accounts of institutions.",
    "agency": "部门 Agencies that supply data.",
    "signatory": "签署人 Signatories of enterprises.",
    "platform": "平台 City and province platforms.",
    "office": "属地处置办 County disposal offices, by their division codes.",
    "auditor": "审计管理员 Auditors: they read and verify, and nobody stops them alone.",
    "operator": "安全管理员 Security administrators: accounts, keys, quotas, approvals.",
    "system": "系统管理员 System administrators: they run it.",
}


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
        _add_client(kind, client_id, key, as_json, institution=institution_id)

    def add_signatory(
        client_id: Id,
        key: KeyFile,
        subject: Annotated[str, typer.Option(help="所代表企业的统一社会信用代码 The USCC it signs for.")],
        as_json: AsJson = False,
    ) -> None:
        _add_client(kind, client_id, key, as_json, subject=subject)

    def add_administrator(
        client_id: Id,
        key: KeyFile,
        person: Annotated[
            str | None, typer.Option(help="归属人员，默认与编号相同 Whose it is; by default its id.")
        ] = None,
        as_json: AsJson = False,
    ) -> None:
        _add_client(kind, client_id, key, as_json, **({"person": person} if person else {}))

    owned = dict.fromkeys(("operator", "system", "auditor"), add_administrator)
    command = {"account": add_account, "signatory": add_signatory, **owned}.get(kind, add)
    group.command("add", help="登记并绑定公钥 Register it with its public key.")(command)
    group.command("limit")(limit)
    group.command("key")(add_key)
    group.command("key-retire")(retire_key)
    alone = {"signatory": ("enterprise", show_signatories), "account": ("set", set_account),
             "agency": ("signing", set_signing), **dict.fromkeys(owned, ("bind", bind))}  # fmt: skip
    if kind in alone:
        name, run = alone[kind]
        group.command(name)(run)  # type: ignore[type-var]  # functions of several shapes
    if kind != "agency":  # its list is that of the catalogue: gateway/catalogue/agency_commands.py
        add_reading(group, kind)
    add_standing(group, "client")
    return group


def limit(
    client_id: Id,
    scope: Annotated[list[str] | None, typer.Option(help="权限 A scope, repeated.")] = None,
    product: Annotated[list[str] | None, typer.Option(help="产品 A product, repeated.")] = None,
    network: Annotated[list[str] | None, typer.Option(help="来源地址 A CIDR block, repeated.")] = None,
    redirect_uri: Annotated[list[str] | None, typer.Option(help="回调地址 Where codes go, repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """限制 Set what it may do and from where, replacing what was set; left out means no limit."""
    limits = {"scopes": scope or None, "products": product or None, "networks": network or None}
    make("client.limits", client=client_id, **limits, redirect_uris=redirect_uri or [])
    show(as_json, {"客户端 client_id": client_id, **{f"{name} {name}": value for name, value in limits.items()}})


def add_key(
    client_id: Id,
    key: KeyFile,
    overlap_hours: Annotated[int, typer.Option(help="旧密钥还能用几小时 Hours the old ones stay good.")] = 24 * 7,
    as_json: AsJson = False,
) -> None:
    """换密钥 Add its next public key; the others end after the overlap."""
    make("client.key", client=client_id, key=_read_jwk(key), overlap_hours=overlap_hours)
    show(as_json, {"客户端 client_id": client_id, "旧密钥剩余小时 overlap_hours": overlap_hours})


def bind(
    client_id: Id,
    person: Annotated[str, typer.Option(help="归属人员的用户名 The user name of whose it is.")],
    as_json: AsJson = False,
) -> None:
    """归属 Say which person it belongs to: a client and a log-in of one person count as one."""
    make("client.person", client=client_id, person=person)
    show(as_json, {"客户端 client_id": client_id, "人员 person": person})


def retire_key(
    client_id: Id,
    kid: Annotated[str, typer.Argument(help="密钥编号 The key's id.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """作废密钥，不可恢复 Retire one of its keys at once, and every token it has, for good."""
    confirm_final(
        f"将作废 {client_id} 的密钥 {kid} 及其全部令牌 This retires the key and every token of its client", yes=yes
    )
    make("client.key-retire", client=client_id, kid=kid)
    show(as_json, {"客户端 client_id": client_id, "kid": kid})


def set_signing(
    client_id: Id,
    required: Annotated[bool, typer.Option("--required/--optional", help="必须签名或可不签 Must they be signed?")],
    as_json: AsJson = False,
) -> None:
    """报送是否必须签名 Say whether an agency's deliveries are refused unless signed."""
    make("client.signing", client=client_id, required=required)
    show(as_json, {"部门 agency": client_id, "必须签名 required": required})


def set_account(
    client_id: Id,
    for_people: Annotated[
        bool,
        typer.Option(
            "--for-people/--not-for-people", help="工作人员可否通过它查询 May staff ask through it at the console?"
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """人员可否通过账户查询 Say whether people of its institution may ask through it."""
    make("client.for-people", client=client_id, allowed=for_people)
    show(as_json, {"账户 account": client_id, "供人员查询 for_people": for_people})


def extend(group: typer.Typer) -> None:
    """Add what a change does with records to the group of records."""
    group.command("erase")(erase)


def erase(
    subject: Annotated[str, typer.Option(help="统一社会信用代码 The subject's USCC.")],
    reason: Annotated[str, typer.Option(help="原因 Why, for the log.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """删除个人信息，不可恢复 Destroy the keys of what is personal of a subject, for good; proofs still verify."""
    confirm_final(
        f"将销毁 {subject} 的个人信息密钥 This destroys the keys of what is personal of this subject", yes=yes
    )
    change = make("subject.erase", subject=subject, reason=reason)
    show(as_json, {"变更 change": str(change.change_id), "主体 subject": subject, "已删除 erased": True})


def _add_client(kind: str, client_id: str, key: Path, as_json: bool, **more: str) -> None:
    make("client.add", client=client_id, kind=kind, key=_read_jwk(key), **more)
    show(as_json, {"类型 kind": kind, "客户端 client_id": client_id})


def _read_jwk(file: Path) -> dict[str, Any]:
    import orjson

    try:
        jwk = orjson.loads(file.read_bytes())
    except ValueError:
        fail(f"{file} 不是 JSON is not JSON")
    if not isinstance(jwk, dict):
        fail(f"{file} 不是 JWK is not a JWK")
    return jwk


groups = {"institution": institution_commands.group, **{kind: _group(kind) for kind in TITLES}}
