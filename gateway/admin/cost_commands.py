"""`xinqiao cost …`: what a question of each product costs."""

from datetime import datetime
from typing import Annotated

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show, show_list

COLUMNS = (
    Column("product", "产品 product"),
    Column("version", "版本 version"),
    Column("units", "单位 units"),
    Column("state", "状态 state"),
    Column("effective_from", "自 since"),
    Column("until", "至 until"),
    Column("reason", "原因 reason"),
    Column("entry", "日志条目 entry", listed=False),
)
Begins = Annotated[
    datetime | None, typer.Option("--from", metavar="TIME", help="自何时生效，不写即时 Since when; at once by default.")
]
group = typer.Typer(no_args_is_help=True, help="产品成本 What a question of each product costs.")


@group.command("list")
def list_all(as_json: AsJson = False) -> None:
    """列出各产品的成本：现行、将来、过去 List what products cost: now, what is to come, and what was."""
    from gateway.quota.costs import list_costs

    found = in_one_unit("costs.list", list_costs)
    show_list(as_json, "costs", found, COLUMNS, len(found))


@group.command("set")
def set_one(
    product: Annotated[
        str,
        typer.Argument(
            metavar="PRODUCT", help="产品 score | health_check | portrait | public_record | records | risk_watch"
        ),
    ],
    *,
    units: Annotated[int, typer.Option(metavar="N", help="每次查询的单位数 Units of one question.")],
    reason: Reason,
    begins: Begins = None,
    as_json: AsJson = False,
) -> None:
    """设定一种产品的成本 Set what a product costs, as a new version; what was charged stays."""
    since = begins.astimezone().isoformat() if begins else None
    make("quota.cost", product=product, units=units, begins=since, reason=reason)
    show(as_json, {"产品 product": product, "单位 units": units, "自 since": since})
