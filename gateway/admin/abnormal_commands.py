"""`xinqiao abnormal …`: accounts that are held for abnormal use, and what becomes of them."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.admin.change_commands import make
from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list

if TYPE_CHECKING:
    from gateway.abnormal.cases import Status
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("case", "案件 case"),
    Column("account", "账户 account"),
    Column("rule", "规则 rule"),
    Column("counted", "数量 counted"),
    Column("limit", "上限 limit"),
    Column("status", "状态 status"),
    Column("held_at", "暂停时间 held"),
    Column("institution", "机构 institution", listed=False),
    Column("since", "时段起 since", listed=False),
    Column("until", "时段止 until", listed=False),
    Column("sample", "查询 inquiries", listed=False),
    Column("ended_at", "处理时间 ended", listed=False),
    Column("reason", "原因 reason", listed=False),
    Column("entry", "条目 entry", listed=False),
)
group = typer.Typer(no_args_is_help=True, help="异常使用 Abnormal use: accounts that are held.")


@group.command("list")
def list_abnormal(
    status: Annotated[str, typer.Option(metavar="STATUS", help="状态 Only these: held | lifted | suspended")] = "",
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出异常使用案件 List cases, newest first: what was counted, and how each was decided."""
    show_list(as_json, "cases", in_one_unit("abnormal.list", partial(_read, status, limit + 1)), COLUMNS, limit)


@group.command("decide")
def decide_abnormal(
    account: Annotated[str, typer.Argument(metavar="ID", help="被暂停的账户 The held account.")],
    *,
    decision: Annotated[
        str, typer.Option(metavar="DECISION", help="决定 lift（恢复查询 let it ask again）| suspend（停用 suspend it）")
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """处理案件 Let a held account ask again, or suspend it."""
    held = in_one_unit("abnormal.list", partial(_read, "held", None))
    case = next((one["case"] for one in held if one["account"] == account), None)
    if case is None:
        fail(f"账户 {account} 没有待处理的案件 no case of {account} waits for a decision")
    make("abnormal.decide", case=case, client=account, decision=decision, reason=reason)
    show(as_json, {"案件 case": case, "账户 account": account, "决定 decision": decision})


async def _read(status: str, limit: int | None, work: "UnitOfWork") -> list[dict[str, Any]]:
    from gateway.abnormal.cases import case_document, list_cases

    wanted: Status | None = next((one for one in ("held", "lifted", "suspended") if one == status), None)
    return [case_document(row) for row in await list_cases(work, status=wanted, limit=limit)]
