"""`xinqiao inquiry list|show|recalls|results`: who asked about whom, how it ended, and what came of it."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.naming import LISTED, Limit, OfAccount, OfEnterprise, OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_list, show_one
from gateway.inquiries.result_commands import results

if TYPE_CHECKING:
    from gateway.inquiries.tables import Inquiry
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("inquiry", "编号 id"),
    Column("created_at", "时间 at"),
    Column("institution", "机构 institution"),
    Column("account", "账户 account"),
    Column("subject", "企业 subject"),
    Column("product", "产品 product"),
    Column("purpose", "用途 purpose"),
    Column("state", "状态 state"),
    Column("outcome", "结果 outcome"),
    Column("units", "单位 units", listed=False),
    Column("provider", "提供方 provider", listed=False),
    Column("consent", "授权 consent", listed=False),
    Column("legal_basis", "依据 legal_basis", listed=False),
    Column("duty", "职责依据 duty", listed=False),
    Column("settled_at", "办结时间 settled", listed=False),
    Column("entry", "日志条目 entry", listed=False),
)
RECALLED = (
    Column("told_at", "通知时间 told"),
    Column("institution", "机构 institution"),
    Column("account", "账户 account"),
    Column("inquiry", "查询编号 inquiry"),
    Column("kind", "原因 why"),
    Column("recall", "编号 id", listed=False),
    Column("entry", "日志条目 entry", listed=False),
)
group = typer.Typer(no_args_is_help=True, help="查询 Inquiries: who asked about whom, and how it ended.")


@group.command("list")
def list_all(
    institution: OfInstitution = None,
    account: OfAccount = None,
    subject: OfEnterprise = None,
    state: Annotated[
        str | None,
        typer.Option(metavar="STATE", help="状态 Only: admitted | answered | denied | failed | expired"),
    ] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出查询，最新在前 List inquiries, newest first; the log says that they were read."""
    from gateway.inquiries.reading import list_inquiries

    async def read(work: "UnitOfWork") -> list[dict[str, Any]]:
        rows = await list_inquiries(
            work, limit=limit + 1, institution=institution, account=account, uscc=subject, state=state
        )
        return [_row(row) for row in rows]

    show_list(as_json, "inquiries", in_one_unit("inquiries.list", read), COLUMNS, limit)


@group.command("show")
def show_inquiry(
    inquiry_id: Annotated[UUID, typer.Argument(metavar="ID", help="查询编号 The inquiry's id.")],
    as_json: AsJson = False,
) -> None:
    """查看一次查询 Show one inquiry; the log says that it was read."""
    from gateway.inquiries.reading import get_inquiry

    async def read(work: "UnitOfWork") -> dict[str, Any]:
        return _row(await get_inquiry(work, inquiry_id))

    show_one(as_json, in_one_unit("inquiry.show", read), COLUMNS)


@group.command("recalls")
def list_recalled(institution: OfInstitution = None, limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出召回通知，最新在前 List notices of answers that rest on a record which was taken back since."""
    from gateway.inquiries.recalls import list_all_recalls

    async def read(work: "UnitOfWork") -> list[dict[str, Any]]:
        return await list_all_recalls(work, limit=limit + 1, institution=institution)

    show_list(as_json, "recalls", in_one_unit("recalls.list", read), RECALLED, limit)


group.command("results")(results)


def _row(row: "Inquiry") -> dict[str, Any]:
    from gateway.inquiries.reading import inquiry_document

    return {
        **inquiry_document(row), "created_at": row.created_at, "institution": row.institution,
        "consent": row.consent_id, "settled_at": row.settled_at,
    }  # fmt: skip
