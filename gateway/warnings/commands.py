"""`xinqiao warning …`: what is due is told now, and who subscribed to whom, for the machine's operator."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, Column, show, show_list

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

group = typer.Typer(no_args_is_help=True, help="风险预警 Warnings to institutions.")
COLUMNS = (
    Column("subscription", "编号 id"), Column("institution", "机构 institution"), Column("subject", "企业 subject"),
    Column("status", "状态 status"), Column("reason", "结束原因 reason"),
    Column("consent", "授权 consent", listed=False), Column("created_at", "时间 at"),
    Column("entry", "日志条目 entry", listed=False),
)  # fmt: skip


@group.command("tell")
def tell(as_json: AsJson = False) -> None:
    """立即告知有变化的 Tell now what has changed, as the worker does after each day's judging."""
    from gateway.warnings.telling import tell_warnings

    async def run(instance: "Instance") -> dict[str, object]:
        while await tell_warnings(instance.units):
            pass
        return {"已告知 told": "是 yes"}

    show(as_json, on_instance(run, as_json=as_json))


@group.command("subscriptions")
def subscriptions(
    institution: Annotated[
        str | None, typer.Option(help="机构编号，不写为全部 The institution's id; all where left out.")
    ] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出订阅，最新在前 List subscriptions, newest first; never what was told."""
    from gateway.warnings.reading import list_all_subscriptions

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        return [
            {
                "subscription": row.subscription_id, "institution": row.institution, "subject": row.uscc,
                "status": row.status, "reason": row.reason, "consent": row.consent_id, "created_at": row.created_at,
                "entry": row.event_id,
            }
            for row in await list_all_subscriptions(work, institution, limit + 1)
        ]  # fmt: skip

    show_list(as_json, "subscriptions", in_one_unit("warning-subscriptions.list", run), COLUMNS, limit)
