"""`xinqiao quota …`: plans, limits and grants: what may be asked, and what of it is used."""

from functools import partial
from typing import Annotated
from uuid import UUID

import typer

from gateway.admin.change_commands import make
from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list, show_one

Holder = Annotated[str, typer.Argument(metavar="ID", help="账户或机构编号 Account or institution.")]
Scope = Annotated[str, typer.Option(metavar="SCOPE", help="对象 Whose quota: account | institution")]
Only = Annotated[str, typer.Option("--scope", metavar="SCOPE", help="对象 Only those of: account | institution")]
AnyScope = Annotated[
    str, typer.Option("--scope", metavar="SCOPE", help="对象 Whose: platform | institution | account | consent")
]
RateScope = Annotated[
    str, typer.Option("--scope", metavar="SCOPE", help="对象 Whose: account | institution | signatory")
]
Product = Annotated[str, typer.Option(metavar="PRODUCT", help="产品，* 为全部 A product, * for all.")]
COLUMNS = (
    Column("scope", "对象 scope"),
    Column("id", "编号 id"),
    Column("per_day", "每日 per_day"),
    Column("used_day", "今日已用 used_day"),
    Column("per_month", "每月 per_month"),
    Column("used_month", "本月已用 used_month"),
    Column("effective_from", "自 since"),
)
LIMIT_COLUMNS = (
    Column("scope", "对象 scope"),
    Column("id", "编号 id"),
    Column("product", "产品 product"),
    Column("unit", "单位 unit"),
    Column("period", "周期 period"),
    Column("limit", "上限 limit"),
    Column("overdraft_pct", "可透支 overdraft_pct"),
    Column("effective_from", "自 since"),
)
GRANT_COLUMNS = (
    Column("scope", "对象 scope"),
    Column("id", "编号 id"),
    Column("product", "产品 product"),
    Column("units", "单位 units"),
    Column("burnt", "已用 burnt"),
    Column("holds_until", "至 until"),
    Column("reason", "原因 reason"),
)
RATE_COLUMNS = (
    Column("scope", "对象 scope"),
    Column("id", "编号 id"),
    Column("measure", "频次 measure"),
    Column("limit", "上限 limit"),
    Column("effective_from", "自 since"),
    Column("reason", "原因 reason"),
)
MONTH_COLUMNS = (
    Column("month", "月份 month"),
    Column("scope", "对象 scope"),
    Column("id", "编号 id"),
    Column("charges", "计费 charges"),
    Column("reversals", "冲正 reversals"),
    Column("units", "单位 units"),
    Column("closed_at", "结账 closed"),
)
RECONCILE_COLUMNS = (
    Column("rule", "规则 rule"),
    Column("what", "对象 what"),
    Column("counted", "计数 counted"),
    Column("found", "账本 found"),
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


@group.command("limits")
def list_limits(scope: AnyScope = "", limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出现行限额 List every limit in force: of the platform, institutions, accounts, consents."""
    from gateway.quota.plans import find_limits

    found = in_one_unit("quotas.limits", partial(find_limits, scope=scope, limit=limit + 1))
    show_list(as_json, "limits", found, LIMIT_COLUMNS, limit)


@group.command("limit")
def set_one_limit(
    *,
    scope: AnyScope,
    period: Annotated[str, typer.Option(metavar="PERIOD", help="周期 none|day|week|month|year|contract")],
    scope_id: Annotated[str, typer.Argument(metavar="ID", help="对象编号，平台不写 Whose; none is the platform.")] = "",
    most: Annotated[
        int | None, typer.Option("--most", metavar="N", help="上限，不写为取消 None takes it away.")
    ] = None,
    product: Product = "*",
    unit: Annotated[str, typer.Option(metavar="UNIT", help="单位 unit | inquiry")] = "unit",
    overdraft: Annotated[int, typer.Option(metavar="PERCENT", help="可透支 May be overdrawn by so many per cent.")] = 0,
    begins: Annotated[str | None, typer.Option(metavar="TIME", help="自何时 From when on, RFC 3339.")] = None,
    as_json: AsJson = False,
) -> None:
    """设定一项限额 Set one limit, from now on or from a time to come."""
    wanted = {"scope": scope, "id": scope_id, "period": period, "limit": most, "product": product, "unit": unit}
    make("quota.limit", **wanted, overdraft_pct=overdraft, begins=begins)
    show(as_json, {"范围 scope": scope, "编号 id": scope_id, "周期 period": period, "上限 limit": most})


@group.command("grants")
def list_grants(scope: AnyScope = "", limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出追加的单位 List units given on top of limits that have not ended, with what was burnt of each."""
    from gateway.quota.grants import find_grants

    found = in_one_unit("quotas.grants", partial(find_grants, scope=scope, limit=limit + 1))
    show_list(as_json, "grants", found, GRANT_COLUMNS, limit)


@group.command("grant")
def grant_units(
    *,
    scope: AnyScope,
    units: Annotated[int, typer.Option(metavar="N", help="单位 How many.")],
    until: Annotated[str, typer.Option(metavar="TIME", help="至何时 Until when, RFC 3339.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")],
    scope_id: Annotated[str, typer.Argument(metavar="ID", help="对象编号，平台不写 Whose; none is the platform.")] = "",
    product: Product = "*",
    as_json: AsJson = False,
) -> None:
    """追加单位 Give units on top of the limits, for a time."""
    make("quota.grant", scope=scope, id=scope_id, product=product, units=units, holds_until=until, reason=reason)
    show(as_json, {"范围 scope": scope, "编号 id": scope_id, "单位 units": units, "至 until": until})


@group.command("rates")
def list_rates(scope: RateScope = "", limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出已设定的频次上限 List the limits of rates that were set; who has none is under the default."""
    from gateway.quota.rates import find_rates

    found = in_one_unit("quotas.rates", partial(find_rates, scope=scope, limit=limit + 1))
    show_list(as_json, "rates", found, RATE_COLUMNS, limit)


@group.command("rate")
def set_one_rate(
    *,
    scope: RateScope,
    measure: Annotated[
        str,
        typer.Option(
            metavar="MEASURE",
            help="频次 rate（每秒 a second）| burst（突发 at once beyond it）| at-once（同时在办 under way）",
        ),
    ],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")],
    scope_id: Annotated[str, typer.Argument(metavar="ID", help="编号，不写为全部 Whose; none is all of them.")] = "",
    most: Annotated[
        int | None, typer.Option("--most", metavar="N", help="上限，不写为恢复默认 None: the default again.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """设定频次上限 Set how fast, or how much at once, may be asked, from now on."""
    make("quota.rate", scope=scope, id=scope_id, measure=measure, limit=most, reason=reason)
    show(as_json, {"范围 scope": scope, "编号 id": scope_id, "频次 measure": measure, "上限 limit": most})


@group.command("reverse")
def reverse(
    charge: Annotated[UUID, typer.Argument(metavar="ENTRY", help="计费明细中的编号 The charge's entry in the ledger.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """冲正一笔计费 Take a wrong charge back, in the present month."""
    make("quota.reverse", charge=str(charge), reason=reason)
    show(as_json, {"计费 charge": charge, "原因 reason": reason})


@group.command("months")
def list_months(scope: AnyScope = "", limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出已结月份 List the signed totals of closed months: of the platform, institutions and accounts."""
    from gateway.quota.months import find_totals

    found = in_one_unit("quotas.months", partial(find_totals, scope=scope, limit=limit + 1))
    show_list(as_json, "months", found, MONTH_COLUMNS, limit)


@group.command("reconcile")
def reconcile(as_json: AsJson = False) -> None:
    """核对账本、计数、已应答的查询与产品成本 Compare ledger, counters, answered inquiries and costs."""
    from gateway.quota.reconciling import reconcile_quota

    found = in_one_unit("quota.reconcile", reconcile_quota)
    rows = [dict(zip(("rule", "what", "counted", "found"), row, strict=True)) for row in found]
    show_list(as_json, "differences", rows, RECONCILE_COLUMNS, max(1, len(rows)))
    if rows:
        raise typer.Exit(1)
