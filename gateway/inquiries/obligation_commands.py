"""`xinqiao obligation list`: which institutions owe reports or deletions for the answers they were given."""

from typing import TYPE_CHECKING, Any

import typer

from gateway.cli.naming import LISTED, Limit, OfInstitution
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show_list

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("institution", "机构 institution"),
    Column("reports", "待报告 reports"),
    Column("reports_overdue", "逾期未报告 overdue"),
    Column("deletions_overdue", "到期未删除 undeleted"),
    Column("oldest", "最早应办 due"),
    Column("stopped", "查询已停 stopped"),
)
group = typer.Typer(no_args_is_help=True, help="义务 Obligations: reports and deletions that institutions owe.")


@group.callback()
def _group() -> None:
    """Keep the name of the command: a group of one would lose it."""


@group.command("list")
def list_all(institution: OfInstitution = None, limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出欠应用结果或未删除的机构 List institutions that owe usage results or deletions."""
    from gateway.inquiries.owing import list_owing

    async def read(work: "UnitOfWork") -> list[dict[str, Any]]:
        return await list_owing(work, limit=limit + 1, institution=institution)

    show_list(as_json, "institutions", in_one_unit("obligations.list", read), COLUMNS, limit)
