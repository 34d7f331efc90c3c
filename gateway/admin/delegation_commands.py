"""`xinqiao delegation list|grant|end`: which intermediary may ask in the name of which account."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.admin.change_commands import make
from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show, show_list

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="账户编号 The account asked for.")]
Intermediary = Annotated[str, typer.Argument(metavar="INSTITUTION", help="中介机构编号 The intermediary.")]
OfAccount = Annotated[str, typer.Option("--account", metavar="ID", help="账户 Only those of this account.")]
OfIntermediary = Annotated[str, typer.Option("--intermediary", metavar="ID", help="中介机构 Only those of this one.")]
COLUMNS = (
    Column("account", "账户 account"),
    Column("intermediary", "中介 intermediary"),
    Column("granted_at", "代查委托时间 granted"),
    Column("ended_at", "终止时间 ended"),
    Column("delegation", "编号 id", listed=False),
)
group = typer.Typer(no_args_is_help=True, help="代查委托 Delegations: intermediaries that ask in an account's name.")


@group.command("list")
def list_all(account: OfAccount = "", intermediary: OfIntermediary = "", limit: Limit = LISTED,
             as_json: AsJson = False) -> None:  # fmt: skip
    """列出代查委托 List the delegations, those in force first."""
    find = partial(_find, limit=limit + 1, account=account or None, intermediary=intermediary or None)
    show_list(as_json, "delegations", in_one_unit("delegations.list", find), COLUMNS, limit)


@group.command("grant")
def grant(account: Account, intermediary: Intermediary, as_json: AsJson = False) -> None:
    """代查委托 Let an intermediary ask in the name of an account, as its institution has agreed."""
    make("delegation.grant", client=account, intermediary=intermediary)
    show(as_json, {"账户 account": account, "中介 intermediary": intermediary})


@group.command("end")
def end(
    account: Account,
    intermediary: Intermediary,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """终止代查委托 End a delegation, from the next question on."""
    make("delegation.end", client=account, intermediary=intermediary, reason=reason)
    show(as_json, {"账户 account": account, "中介 intermediary": intermediary})


async def _find(
    work: "UnitOfWork", *, limit: int, account: str | None, intermediary: str | None
) -> list[dict[str, Any]]:
    from gateway.identity.clients.delegations import list_delegations

    return [
        {
            "delegation": str(one.delegation_id), "account": one.account, "intermediary": one.intermediary,
            "granted_at": one.granted_at, "ended_at": one.ended_at,
        }
        for one in await list_delegations(work, limit=limit, account=account, intermediary=intermediary)
    ]  # fmt: skip
