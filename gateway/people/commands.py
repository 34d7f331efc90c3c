"""`xinqiao person`: inviting people to the console, suspending and resuming them."""

from functools import partial
from typing import Annotated, Literal

import typer

from gateway.cli.asking import say_alone
from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show

Id = Annotated[str, typer.Argument(help="用户名 User name: a-z 0-9 . _ -")]
group = typer.Typer(no_args_is_help=True, help="人员 People who sign in to the console.")


@group.command("invite")
def invite(
    person_id: Id,
    name: Annotated[str, typer.Option(help="姓名 Their name.")],
    role: Annotated[
        str, typer.Option(help="角色 Role: operator 安全 | system 系统 | auditor 审计 | regulator | clerk | staff")
    ],
    institution: Annotated[str | None, typer.Option(help="机构人员所属机构 Of staff.")] = None,
    agency: Annotated[str | None, typer.Option(help="部门经办人所属部门 Of clerks.")] = None,
    oidc_subject: Annotated[
        str | None, typer.Option(help="单位身份平台中的编号 Their sub at the identity provider.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """邀请 Invite a person, or anew one who lost the way in; hand the link over, it is good for 72 hours and once."""
    from gateway.people import invitations
    from gateway.runtime.work import UnitOfWork

    async def run(work: UnitOfWork) -> str:
        token = await invitations.invite(
            work, person_id=person_id, name=name, role=role, institution=institution, agency=agency,
            oidc_subject=oidc_subject,
        )  # fmt: skip
        return f"{work.issuer}/console/enrol?token={token}"

    link = in_one_unit("person.invite", run)
    say_alone()
    if as_json:
        show(as_json, {"人员 person": person_id, "邀请链接 link": link})
    else:
        typer.echo(link)  # alone on its line, whatever the width: it is copied


def _standing(person_id: str, status: Literal["active", "suspended"], as_json: bool) -> None:
    from gateway.people.standing import set_standing

    in_one_unit("person.standing", partial(set_standing, person_id=person_id, status=status))
    say_alone()
    show(as_json, {"人员 person": person_id, "状态 status": status})


@group.command("suspend")
def suspend(person_id: Id, as_json: AsJson = False) -> None:
    """停用，会话立即结束 Suspend a person; their sessions end at once."""
    _standing(person_id, "suspended", as_json)


@group.command("resume")
def resume(person_id: Id, as_json: AsJson = False) -> None:
    """恢复 Let a person in again."""
    _standing(person_id, "active", as_json)
