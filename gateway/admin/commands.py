"""`xinqiao institution|account|agency|signatory|platform|auditor|operator|system`: add, suspend, close, limit, key.

What is done here needs no approval by a second person, and says so; the events name who it was
(`operator-cli:user@host`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.admin.signatory_command import show_signatories
from gateway.cli.asking import Yes, confirm_final, say_alone
from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.admin.action import Action
    from gateway.admin.tables import Change
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

MOST_LISTED = 100_000
Id = Annotated[str, typer.Argument(help="编号 Its id: a-z 0-9 . _ -")]
KeyFile = Annotated[Path, typer.Option("--key", help="公钥文件 (JWK) File with the public key.", exists=True)]
Reason = Annotated[str, typer.Option(help="原因 Why, for the log.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="协议起止日 A day of the agreement.")]
TITLES = {
    "account": "账户 Accounts of institutions.",
    "agency": "部门 Agencies that supply data.",
    "signatory": "签署人 Signatories of enterprises.",
    "platform": "平台 City and province platforms.",
    "auditor": "审计管理员 Auditors: they read and verify, and nobody stops them alone.",
    "operator": "安全管理员 Security administrators: accounts, keys, quotas, approvals.",
    "system": "系统管理员 System administrators: they run it.",
}
STANDING = {
    "suspend": "停用，下一次请求即生效 Suspend it; acts on the next request.",
    "resume": "恢复 Resume it.",
    "close": "注销，不可恢复 Close it for good.",
}
institution = typer.Typer(
    no_args_is_help=True, help="机构 Institutions: banks, guarantee centres, micro-loan companies."
)


@institution.command("add")
def add_institution(
    institution_id: Id,
    name: Annotated[str, typer.Option(help="名称 Its name.")],
    kind: Annotated[str, typer.Option("--class", help="类型 Kind: bank | guarantee | micro_loan | other")] = "bank",
    since: Day = None,
    until: Day = None,
    as_json: AsJson = False,
) -> None:
    """登记机构 Register an institution, with its agreement's first and last day."""
    days = {"agreement_from": since and since.date(), "agreement_until": until and until.date()}
    _make("institution.add", institution=institution_id, name=name, **{"class": kind}, **days)
    show(as_json, {"机构 institution": institution_id, "类别 class": kind})


@institution.command("agreement")
def set_agreement(institution_id: Id, since: Day = None, until: Day = None, as_json: AsJson = False) -> None:
    """协议期限 Set the agreement's first and last day; a day left out leaves that end open."""
    days = {"agreement_from": since and since.date(), "agreement_until": until and until.date()}
    _make("institution.agreement", institution=institution_id, **days)
    show(as_json, {"机构 institution": institution_id, "起 from": days["agreement_from"],
                   "止 until": days["agreement_until"]})  # fmt: skip


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
    if kind in owned:
        group.command("bind")(bind)
    if kind == "signatory":
        group.command("show")(show_signatories)
    if kind != "agency":  # its list is that of the catalogue: gateway/catalogue/agency_commands.py
        _add_list(group, kind)
    else:
        group.command("signing")(set_signing)
    _add_standing(group, "client")
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
    _make("client.limits", client=client_id, **limits, redirect_uris=redirect_uri or [])
    show(as_json, {"客户端 client_id": client_id, **{f"{name} {name}": value for name, value in limits.items()}})


def add_key(
    client_id: Id,
    key: KeyFile,
    overlap_hours: Annotated[int, typer.Option(help="旧密钥还能用几小时 Hours the old ones stay good.")] = 24 * 7,
    as_json: AsJson = False,
) -> None:
    """换密钥 Add its next public key; the others end after the overlap."""
    _make("client.key", client=client_id, key=_read_jwk(key), overlap_hours=overlap_hours)
    show(as_json, {"客户端 client_id": client_id, "旧密钥剩余小时 overlap_hours": overlap_hours})


def bind(
    client_id: Id,
    person: Annotated[str, typer.Option(help="归属人员的用户名 The user name of whose it is.")],
    as_json: AsJson = False,
) -> None:
    """归属 Say which person it belongs to: a client and a log-in of one person count as one."""
    _make("client.person", client=client_id, person=person)
    show(as_json, {"客户端 client_id": client_id, "人员 person": person})


def retire_key(
    client_id: Id,
    kid: Annotated[str, typer.Argument(help="密钥编号 The key's id.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """作废密钥，不可恢复 Retire one of its keys at once, and every token it has, for good."""
    confirm_final(f"作废 {client_id} 的密钥 {kid} 及其全部令牌 Retiring a key and every token of its client", yes=yes)
    _make("client.key-retire", client=client_id, kid=kid)
    show(as_json, {"客户端 client_id": client_id, "kid": kid})


def set_signing(
    client_id: Id,
    required: Annotated[bool, typer.Option("--required/--optional", help="必须签名或可不签 Must they be signed?")],
    as_json: AsJson = False,
) -> None:
    """报送是否必须签名 Say whether an agency's deliveries are refused unless signed."""
    _make("client.signing", client=client_id, required=required)
    show(as_json, {"部门 agency": client_id, "必须签名 required": required})


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
    confirm_final(f"销毁 {subject} 的个人信息密钥 Destroying the keys of what is personal of this subject", yes=yes)
    change = _make("subject.erase", subject=subject, reason=reason)
    show(as_json, {"变更 change": str(change.change_id), "主体 subject": subject, "已删除 erased": True})


def _add_list(group: typer.Typer, kind: str) -> None:
    @group.command("list")
    def run(
        unused_days: Annotated[int | None, typer.Option(min=0, help="多少天未使用 Not used for so many days.")] = None,
        as_json: AsJson = False,
    ) -> None:
        """列出，含最近使用 List them with standing and last use; --unused-days 0 and no last use: never used."""
        from gateway.admin.reports import list_clients

        async def read(work: "UnitOfWork") -> list[dict[str, Any]]:
            before = None if unused_days is None else work.now - timedelta(days=unused_days)
            told = await list_clients(work.session, after="", limit=MOST_LISTED, before=before)
            return [
                {"编号 id": row["client_id"], "机构 institution": row["institution_id"],
                 "停用原因 stopped": row["stopped"], "最近使用 last_used_at": row["last_used_at"]}
                for row in told["clients"] if row["kind"] == kind
            ]  # fmt: skip

        show(as_json, in_one_unit("clients.list", read))


def _add_standing(group: typer.Typer, what: str) -> None:
    def command(change: str) -> Callable[..., None]:
        def run(identifier: Id, reason: Reason, as_json: AsJson = False) -> None:
            make(identifier, reason, as_json)

        def close(identifier: Id, reason: Reason, yes: Yes = False, as_json: AsJson = False) -> None:
            confirm_final(
                f"注销 {identifier}，停止其全部请求 Closing it: nothing it asks is answered any more", yes=yes
            )
            make(identifier, reason, as_json)

        def make(identifier: str, reason: str, as_json: bool) -> None:
            _make("standing", change=change, whose=f"{what}:{identifier}", reason=reason)
            show(as_json, {"编号 id": identifier, "变更 change": change})

        return close if change == "close" else run

    for change, text in STANDING.items():
        group.command(change, help=text)(command(change))


def _add_client(kind: str, client_id: str, key: Path, as_json: bool, **more: str) -> None:
    _make("client.add", client=client_id, kind=kind, key=_read_jwk(key), **more)
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


def _make(action: str, **members: object) -> "Change":
    """Make a change; what is malformed is told by the name of its option."""
    from pydantic import TypeAdapter, ValidationError

    from gateway.admin.action import means_of
    from gateway.admin.actions import AnyAction
    from gateway.admin.changes import ask_change
    from gateway.admin.graph import needs_two
    from gateway.runtime.actor import at_this_machine
    from gateway.runtime.wrong_values import in_one_line

    reader: TypeAdapter[Action] = TypeAdapter(AnyAction)
    try:
        change = reader.validate_python({"action": action, **members})
    except ValidationError as fault:
        fail(in_one_line(fault))

    async def run(instance: "Instance") -> "Change":
        async with instance.units.begin("change.ask", at_this_machine()) as work:
            return await ask_change(work, means_of(instance.settings, instance.protector), change)

    made = on_instance(run)
    if made.act and needs_two(made.act):
        say_alone()
    return made


_add_standing(institution, "institution")
groups = {"institution": institution, **{kind: _group(kind) for kind in TITLES}}
