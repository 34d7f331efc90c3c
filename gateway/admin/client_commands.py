"""`xinqiao account|signatory|platform|auditor|operator|system list|show`: who is registered, and how each stands."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.naming import LISTED, Id, Limit, OfEnterprise, OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_list, show_one

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

Status = Annotated[str, typer.Option(metavar="STATUS", help="状态 Only these: active | suspended | closed")]
Unused = Annotated[
    int | None,
    typer.Option(
        min=0, metavar="DAYS", help="多少天未使用，0 为从未使用 Not used for so many days; 0 and no last use: never."
    ),
]
PARTY = {
    "account": (Column("institution_id", "机构 institution"),),
    "signatory": (Column("subject", "企业 subject"),),
    "platform": (),
    "office": (),
    **dict.fromkeys(("auditor", "operator", "system"), (Column("person_id", "人员 person"),)),
}
QUOTA = (Column("per_day", "每日配额 per_day"), Column("per_month", "每月配额 per_month"))
OF_ACCOUNTS = (*QUOTA, Column("for_people", "供人员查询 for_people", listed=False))


def columns_of(kind: str) -> tuple[Column, ...]:
    """Return what is told of clients of a kind; of accounts their quota too."""
    return (
        Column("client_id", "编号 id"),
        *PARTY[kind],
        Column("status", "状态 status"),
        Column("stopped", "停用原因 stopped"),
        *(OF_ACCOUNTS if kind == "account" else ()),
        Column("last_used_at", "最近使用 last_used"),
        Column("created_at", "登记时间 created", listed=False),
        Column("scopes", "权限 scopes", listed=False),
        Column("products", "产品 products", listed=False),
        Column("networks", "来源地址 networks", listed=False),
        Column("keys", "密钥 keys", listed=False),
    )


def add_reading(group: typer.Typer, kind: str) -> None:
    """Add list and show to the group of a kind of client; each kind is filtered by whom it belongs to."""
    columns = columns_of(kind)
    text = "列出，含状态和最近使用 List them with standing and last use."

    def told(
        as_json: bool, limit: int, status: str, unused_days: int | None, *, institution: str = "", subject: str = ""
    ) -> None:
        from gateway.admin.reports import find_clients

        def find(work: "UnitOfWork") -> Awaitable[list[dict[str, Any]]]:
            before = None if unused_days is None else work.now - timedelta(days=unused_days)
            return find_clients(
                work, limit=limit + 1, kind=kind, status=status, before=before, institution=institution,
                subject=subject,
            )  # fmt: skip

        show_list(as_json, "clients", _with_quota(find, kind), columns, limit)

    def list_accounts(
        institution: OfInstitution = None,
        status: Status = "",
        unused_days: Unused = None,
        limit: Limit = LISTED,
        as_json: AsJson = False,
    ) -> None:
        told(as_json, limit, status, unused_days, institution=institution or "")

    def list_signatories(
        subject: OfEnterprise = None,
        status: Status = "",
        unused_days: Unused = None,
        limit: Limit = LISTED,
        as_json: AsJson = False,
    ) -> None:
        told(as_json, limit, status, unused_days, subject=subject or "")

    def list_others(
        status: Status = "", unused_days: Unused = None, limit: Limit = LISTED, as_json: AsJson = False
    ) -> None:
        told(as_json, limit, status, unused_days)

    def show_client(client_id: Id, as_json: AsJson = False) -> None:
        from gateway.admin.reports import get_client

        async def get(work: "UnitOfWork") -> list[dict[str, Any]]:
            return [await get_client(work, client_id, kind)]

        show_one(as_json, _with_quota(get, kind)[0], columns)

    command = {"account": list_accounts, "signatory": list_signatories}.get(kind, list_others)
    group.command("list", help=text)(command)
    group.command("show", help="查看一个，含权限和密钥 Show one, with its limits and keys.")(show_client)


def _with_quota(find: Callable[["UnitOfWork"], Awaitable[list[dict[str, Any]]]], kind: str) -> list[dict[str, Any]]:
    """Return the clients that are found; accounts with the plan that is in force, None where there is none."""
    from gateway.quota.plans import find_plans

    async def read(work: "UnitOfWork") -> list[dict[str, Any]]:
        plans = await find_plans(work, limit=None, scope="account") if kind == "account" else []
        planned = {plan["id"]: plan for plan in plans}
        return [
            {**row, **{column.name: planned.get(row["client_id"], {}).get(column.name) for column in QUOTA}}
            for row in await find(work)
        ]

    return in_one_unit("clients.list", read)
