"""`xinqiao person`: inviting people to the console, suspending and resuming them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.gateway import Gateway

ACTOR = "operator-cli"
Id = Annotated[str, typer.Argument(help="用户名 User name: a-z 0-9 . _ -")]
group = typer.Typer(no_args_is_help=True, help="人员 People who sign in to the console.")


@group.command("invite")
def invite(
    person_id: Id,
    name: Annotated[str, typer.Option(help="姓名 Their name.")],
    role: Annotated[str, typer.Option(help="角色 Role: operator | auditor | regulator | clerk | staff")],
    institution: Annotated[str | None, typer.Option(help="机构人员所属机构 Of staff.")] = None,
    agency: Annotated[str | None, typer.Option(help="部门经办人所属部门 Of clerks.")] = None,
    oidc_subject: Annotated[
        str | None, typer.Option(help="单位身份平台中的编号 Their sub at the identity provider.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """邀请 Invite a person, or anew one who lost the way in; hand the link over, it is good for 72 hours and once."""
    from gateway.people import registry

    async def run(gateway: "Gateway") -> str:
        async with gateway.database.begin("person.invite") as session:
            token = await registry.invite(
                gateway, session, actor=ACTOR, person_id=person_id, name=name, role=role, institution=institution,
                agency=agency, oidc_subject=oidc_subject, now=datetime.now(UTC),
            )  # fmt: skip
        return f"{gateway.settings.issuer}/console/enrol?token={token}"

    link = on_instance(run)
    if as_json:
        show(as_json, {"人员 person": person_id, "邀请链接 link": link})
    else:
        typer.echo(link)  # alone on its line, whatever the width: it is copied


def _standing(person_id: str, status: str, as_json: bool) -> None:
    from gateway.people import registry

    async def run(gateway: "Gateway") -> None:
        async with gateway.database.begin("person.standing") as session:
            await registry.set_standing(
                gateway, session, actor=ACTOR, person_id=person_id, status=status, now=datetime.now(UTC)
            )

    on_instance(run)
    show(as_json, {"人员 person": person_id, "状态 status": status})


@group.command("suspend")
def suspend(person_id: Id, as_json: AsJson = False) -> None:
    """停用，会话立即结束 Suspend a person; their sessions end at once."""
    _standing(person_id, "suspended", as_json)


@group.command("resume")
def resume(person_id: Id, as_json: AsJson = False) -> None:
    """恢复 Let a person in again; also ends a lock."""
    _standing(person_id, "active", as_json)
