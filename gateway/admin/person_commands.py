"""`xinqiao person suspend|resume|reset-factor`: what two people would decide elsewhere."""

import typer

from gateway.admin.change_commands import Reason, make
from gateway.cli.naming import Id
from gateway.cli.output import AsJson, show


def extend(group: typer.Typer) -> None:
    """Add what a change does with people to the group that also invites them."""
    group.command("suspend")(suspend)
    group.command("resume")(resume)
    group.command("reset-factor")(reset_factor)


def suspend(person_id: Id, reason: Reason, as_json: AsJson = False) -> None:
    """停用，会话立即结束 Suspend a person; their sessions end at once."""
    make("person.standing", change="suspend", person=person_id, reason=reason)
    show(as_json, {"编号 id": person_id, "变更 change": "suspend"})


def resume(person_id: Id, reason: Reason, as_json: AsJson = False) -> None:
    """恢复 Let a person in again."""
    make("person.standing", change="resume", person=person_id, reason=reason)
    show(as_json, {"编号 id": person_id, "变更 change": "resume"})


def reset_factor(person_id: Id, reason: Reason, as_json: AsJson = False) -> None:
    """手机丢失：凭密码重新登记一次 The phone is lost: the password alone enrols another one, once, within 72 hours."""
    make("person.reset-factor", person=person_id, reason=reason)
    show(as_json, {"编号 id": person_id, "变更 change": "reset-factor"})
