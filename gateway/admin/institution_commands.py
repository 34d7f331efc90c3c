"""`xinqiao institution list|show|add|agreement|exit|suspend|resume|close`: the parties that accounts belong to."""

from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from gateway.admin.change_commands import add_standing, make
from gateway.cli.naming import LISTED, Id, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, show, show_list, show_one

Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="协议起止日 A day of the agreement.")
]
Status = Annotated[str, typer.Option(metavar="STATUS", help="状态 Only these: active | suspended | closed")]
COLUMNS = (
    Column("institution_id", "编号 id"),
    Column("name", "名称 name"),
    Column("class", "类别 class"),
    Column("status", "状态 status"),
    Column("agreement_from", "协议起 from"),
    Column("agreement_until", "协议止 until"),
    Column("exit_via", "出口 exit_via", listed=False),
    Column("accounts", "账户 accounts"),
    Column("last_used_at", "最近使用 last_used"),
    Column("created_at", "登记时间 created", listed=False),
)
group = typer.Typer(no_args_is_help=True, help="机构 Institutions: banks, guarantee centres, micro-loan companies.")


@group.command("list")
def list_institutions(status: Status = "", limit: Limit = LISTED, as_json: AsJson = False) -> None:
    """列出机构 List the institutions: standing, agreement, accounts and when one was last used."""
    from gateway.admin.reports import find_institutions

    found = in_one_unit("institutions.list", partial(find_institutions, limit=limit + 1, status=status))
    show_list(as_json, "institutions", found, COLUMNS, limit)


@group.command("show")
def show_institution(institution_id: Id, as_json: AsJson = False) -> None:
    """查看机构 Show one institution."""
    from gateway.admin.reports import get_institution

    show_one(as_json, in_one_unit("institutions.list", lambda work: get_institution(work, institution_id)), COLUMNS)


@group.command("add")
def add_institution(
    institution_id: Id,
    name: Annotated[str, typer.Option(metavar="NAME", help="名称 Its name.")],
    kind: Annotated[
        str,
        typer.Option("--class", metavar="CLASS", help="类型 Kind: bank | guarantee | micro_loan | government | other"),
    ] = "bank",
    since: Day = None,
    until: Day = None,
    as_json: AsJson = False,
) -> None:
    """登记机构 Register an institution, with its agreement's first and last day."""
    days = {"agreement_from": since and since.date(), "agreement_until": until and until.date()}
    make("institution.add", institution=institution_id, name=name, **{"class": kind}, **days)
    show(as_json, {"机构 institution": institution_id, "类别 class": kind})


@group.command("agreement")
def set_agreement(institution_id: Id, since: Day = None, until: Day = None, as_json: AsJson = False) -> None:
    """协议期限 Set the agreement's first and last day; a day left out leaves that end open."""
    days = {"agreement_from": since and since.date(), "agreement_until": until and until.date()}
    make("institution.agreement", institution=institution_id, **days)
    show(as_json, {"机构 institution": institution_id, "起 from": days["agreement_from"],
                   "止 until": days["agreement_until"]})  # fmt: skip


@group.command("exit")
def set_exit(
    institution_id: Id,
    via: Annotated[
        str, typer.Option(metavar="ID", help="唯一出口，不填则取消 The one way; none: it may ask by itself.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """唯一出口 Have an institution ask through one intermediary alone."""
    make("institution.exit", institution=institution_id, exit_via=via or None)
    show(as_json, {"机构 institution": institution_id, "出口 exit_via": via or None})


add_standing(group, "institution")
