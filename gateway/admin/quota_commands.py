"""`xinqiao quota list|show|set`: what accounts and institutions may ask, and what of it is used."""

from functools import partial
from typing import Annotated

import typer

from gateway.admin.change_commands import make
from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list, show_one

Holder = Annotated[str, typer.Argument(metavar="ID", help="账户或机构编号 Account or institution.")]
Scope = Annotated[str, typer.Option(metavar="SCOPE", help="对象 Whose quota: account | institution")]
Only = Annotated[str, typer.Option("--scope", metavar="SCOPE", help="对象 Only those of: account | institution")]
COLUMNS = (
    Column("scope", "对象 scope"),
    Column("id", "编号 id"),
    Column("per_day", "每日 per_day"),
    Column("used_day", "今日已用 used_day"),
    Column("per_month", "每月 per_month"),
    Column("used_month", "本月已用 used_month"),
    Column("effective_from", "自 since"),
)
group = typer.Typer(no_args_is_help=True, help="配额 Quota of accounts and institutions.")


@group.command("list")
def list_quotas(scope: Only = "", limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出配额及用量 List the plans in force and what is used; who has no plan may ask nothing and is not listed."""
    from gateway.quota.plans import find_plans

    found = in_one_unit("quotas.list", partial(find_plans, limit=limit + 1, scope=scope))
    show_list(as_json, "quotas", found, COLUMNS, limit)


@group.command("show")
def show_quota(scope_id: Holder, scope: Scope = "account", as_json: AsJson = False) -> None:
    """查看一个配额及用量 Show one plan and what is used of it."""
    from gateway.quota.plans import find_plans

    found = in_one_unit("quotas.list", partial(find_plans, limit=1, scope=scope, ids=[scope_id]))
    if not found:
        fail(f"没有为 {scope} {scope_id} 设定配额 no quota is set for {scope} {scope_id}: nothing may be asked")
    show_one(as_json, found[0], COLUMNS)


@group.command("set")
def set_quota(
    scope_id: Holder,
    day: Annotated[int, typer.Option(metavar="N", help="每日单位 Units a day.")],
    month: Annotated[int, typer.Option(metavar="N", help="每月单位 Units a month.")],
    scope: Scope = "account",
    as_json: AsJson = False,
) -> None:
    """设定配额 Set a plan from now on; without one nothing may be asked."""
    make("quota.set", scope=scope, id=scope_id, per_day=day, per_month=month)
    show(as_json, {"范围 scope": scope, "编号 id": scope_id, "每日 per_day": day, "每月 per_month": month})
