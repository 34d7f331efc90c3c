"""`xinqiao person list|show|invite|sessions|sign-out`: who signs in to the console; gateway/admin changes standing."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.asking import say_alone
from gateway.cli.naming import LISTED, Id, Limit
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, Column, fail, show, show_list, show_one

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

COLUMNS = (
    Column("person_id", "编号 id"),
    Column("name", "姓名 name"),
    Column("role", "角色 role"),
    Column("institution_id", "机构 institution"),
    Column("agency", "部门 agency"),
    Column("office", "处置办 office"),
    Column("enterprise", "企业 enterprise"),
    Column("status", "状态 status"),
    Column("last_seen_at", "最近在线 last_seen"),
    Column("signed_in_at", "最近登录 signed_in", listed=False),
    Column("sessions", "会话数 sessions", listed=False),
    Column("acts_from", "何时起可代表企业 acts_from", listed=False),
    Column("sso", "统一身份 sso", listed=False),
    Column("recovery_codes", "剩余恢复码 recovery_codes", listed=False),
    Column("invited_until", "邀请有效至 invited_until", listed=False),
    Column("factor_reset_until", "可重新登记手机至 factor_reset_until", listed=False),
    Column("created_at", "登记时间 created", listed=False),
)
SESSIONS = (
    Column("session", "会话 session"),
    Column("created_at", "登录时间 since"),
    Column("seen_at", "最近在线 last_seen"),
    Column("device", "浏览器与系统 device"),
)
group = typer.Typer(no_args_is_help=True, help="人员 People who sign in to the console.")


@group.command("invite")
def invite(  # noqa: PLR0917 - options of a command
    person_id: Id,
    name: Annotated[str, typer.Option(help="姓名 Their name.")],
    role: Annotated[
        str,
        typer.Option(
            help="角色 Role: operator 安全 | system 系统 | auditor 审计 | regulator | clerk | office | staff | owner"
        ),
    ],
    institution: Annotated[str | None, typer.Option(help="机构人员所属机构 Of staff.")] = None,
    agency: Annotated[str | None, typer.Option(help="部门经办人所属部门 Of clerks.")] = None,
    office: Annotated[
        str | None, typer.Option(metavar="CODE", help="处置人员所属县的区划代码 Of an office's: its county's code.")
    ] = None,
    enterprise: Annotated[
        str | None, typer.Option(metavar="CODE", help="企业经办人所属企业 Of owners: the enterprise's credit code.")
    ] = None,
    oidc_subject: Annotated[
        str | None, typer.Option(help="单位身份平台中的编号 Their sub at the identity provider.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """邀请 Invite a person, or anew one who lost the way in; hand the link over, it is good for 72 hours and once."""
    from gateway.people import invitations
    from gateway.runtime.settings import load_settings

    async def run(work: "UnitOfWork") -> str:
        token = await invitations.invite(
            work, person_id=person_id, name=name, role=role, institution=institution, agency=agency,
            office=office, enterprise=enterprise, oidc_subject=oidc_subject,
            wait_hours=load_settings().signatory_wait_hours,
        )  # fmt: skip
        return f"{work.issuer}/console/enrol?token={token}"

    link = in_one_unit("person.invite", run)
    say_alone()
    if as_json:
        show(as_json, {"人员 person": person_id, "邀请链接 link": link})
    else:
        typer.echo(link)  # alone on its line, whatever the width: it is copied


@group.command("list")
def list_people(
    role: Annotated[
        str,
        typer.Option(
            metavar="ROLE", help="角色 Only: operator | system | auditor | regulator | clerk | office | staff | owner"
        ),
    ] = "",
    status: Annotated[str, typer.Option(metavar="STATUS", help="状态 Only: invited | active | suspended")] = "",
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出人员 List the people who may sign in: role, whose they are, standing."""
    from gateway.people.reading import find_people

    found = in_one_unit("people.list", partial(find_people, limit=limit + 1, role=role, status=status))
    show_list(as_json, "people", found, COLUMNS, limit)


@group.command("show")
def show_person(person_id: Id, as_json: AsJson = False) -> None:
    """查看一个人员 Show one person, with how many recovery codes are left."""
    from connectors.model.nearest import unknown
    from gateway.people.reading import find_people

    found = in_one_unit("people.list", partial(find_people, limit=1, identifier=person_id))
    if not found:
        everybody = in_one_unit("people.list", partial(find_people, limit=LISTED))
        fail(unknown("person", person_id, {row["person_id"]: row["name"] for row in everybody}))
    show_one(as_json, found[0], COLUMNS)


@group.command("sessions")
def show_sessions(person_id: Id, as_json: AsJson = False) -> None:
    """一个人员的会话 Where somebody is signed in, with which browser; without addresses, which are not kept."""
    from gateway.people.own_sessions import list_sessions

    found = [vars(one) for one in in_one_unit("sessions.list", partial(list_sessions, person_id=person_id))]
    show_list(as_json, "sessions", found, SESSIONS, LISTED)


@group.command("sign-out")
def sign_out(
    person_id: Id,
    session: Annotated[str, typer.Option(help="只结束这个会话 This session alone; all of them unless named.")] = "",
    as_json: AsJson = False,
) -> None:
    """结束会话 End somebody's sessions, all or one; they sign in again."""
    from gateway.people.own_sessions import end_open

    ended = in_one_unit("sessions.end", partial(end_open, person_id=person_id, session=session))
    show(as_json, {"编号 id": person_id, "已结束 ended": ended})
