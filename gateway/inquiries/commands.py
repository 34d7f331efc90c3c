"""`xinqiao quota set`: what an account or an institution may ask."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.gateway import Gateway

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
    from gateway.runtime.actor import at_this_machine

    async def run(gateway: "Gateway") -> None:
        async with gateway.units.begin("quota.set", at_this_machine()) as work:
            await set_plan(work, scope=scope, scope_id=scope_id, per_day=day, per_month=month)

    on_instance(run)
    show(as_json, {"范围 scope": scope, "编号 id": scope_id, "每日 per_day": day, "每月 per_month": month})
