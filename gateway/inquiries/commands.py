"""`xinqiao quota set`: what an account or an institution may ask."""

from functools import partial
from typing import Annotated

import typer

from gateway.cli.asking import say_alone
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show

group = typer.Typer(no_args_is_help=True, help="配额 Quota.")


@group.callback()
def quota() -> None:
    """配额 Quota."""


@group.command("set")
def set_quota(
    scope_id: Annotated[str, typer.Argument(help="账户或机构编号 Account or institution.")],
    day: Annotated[int, typer.Option(help="每日单位 Units a day.")],
    month: Annotated[int, typer.Option(help="每月单位 Units a month.")],
    scope: Annotated[str, typer.Option(help="对象 Whose quota: account | institution")] = "account",
    as_json: AsJson = False,
) -> None:
    """设定配额 Set a plan from now on; without one nothing may be asked."""
    from gateway.inquiries.plans import set_plan

    in_one_unit("quota.set", partial(set_plan, scope=scope, scope_id=scope_id, per_day=day, per_month=month))
    say_alone()
    show(as_json, {"范围 scope": scope, "编号 id": scope_id, "每日 per_day": day, "每月 per_month": month})
