"""`xinqiao record erase`: a change like those operators ask for, made at once at this machine."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.gateway import Gateway


def extend(group: typer.Typer) -> None:
    """Add what a change does with records to the group of records."""
    group.command("erase")(erase)


def erase(
    subject: Annotated[str, typer.Option(help="统一社会信用代码 The subject's USCC.")],
    reason: Annotated[str, typer.Option(help="原因 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """删除个人信息，不可恢复 Destroy the keys of what is personal of a subject, for good; proofs still verify."""
    from pydantic import ValidationError

    from gateway.admin.changes import ask_change
    from gateway.admin.record_actions import EraseSubject
    from gateway.runtime.actor import at_this_machine

    try:
        action = EraseSubject(subject=subject, reason=reason)
    except ValidationError as fault:
        fail("；".join(f"{error['loc'][0]}: {error['msg']}" for error in fault.errors()))

    async def run(gateway: "Gateway") -> str:
        return str((await ask_change(gateway, action, actor=at_this_machine().name, alone=True)).change_id)

    show(as_json, {"变更 change": on_instance(run), "主体 subject": subject, "已删除 erased": True})
