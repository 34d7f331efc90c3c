"""How commands make a change: at once, whoever else would have to approve it elsewhere, and saying so."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.asking import Yes, confirm_final, say_alone
from gateway.cli.naming import Id
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.admin.action import Action
    from gateway.admin.tables import Change
    from gateway.runtime.instance import Instance

Reason = Annotated[str, typer.Option(metavar="TEXT", help="原因 Why, for the log.")]
STANDING = {
    "suspend": "停用，下一次请求即生效 Suspend it; acts on the next request.",
    "resume": "恢复 Resume it.",
    "close": "注销，不可恢复 Close it for good.",
}


def make(action: str, **members: object) -> "Change":
    """Make a change; what is malformed is told by the name of its option."""
    from pydantic import TypeAdapter, ValidationError

    from gateway.admin.action import means_of
    from gateway.admin.actions import AnyAction
    from gateway.admin.changes import ask_change
    from gateway.admin.graph import needs_two
    from gateway.runtime.actor import at_this_machine
    from gateway.runtime.wrong_values import in_one_line

    reader: TypeAdapter[Action] = TypeAdapter(AnyAction)
    try:
        change = reader.validate_python({"action": action, **members})
    except ValidationError as fault:
        fail(in_one_line(fault))

    async def run(instance: "Instance") -> "Change":
        async with instance.units.begin("change.ask", at_this_machine()) as work:
            return await ask_change(work, means_of(instance.settings, instance.protector), change)

    made = on_instance(run)
    if made.act and needs_two(made.act):
        say_alone()
    return made


def add_standing(group: typer.Typer, kind: str) -> None:
    """Add suspend, resume and close to the group of institutions ("institution") or of a kind of client ("client")."""

    def command(change: str) -> Callable[..., None]:
        def run(identifier: Id, reason: Reason, as_json: AsJson = False) -> None:
            change_it(identifier, reason, as_json)

        def close(identifier: Id, reason: Reason, yes: Yes = False, as_json: AsJson = False) -> None:
            what = f"将注销 {identifier}，停止其全部请求 This closes {identifier}: nothing it asks is answered any more"
            confirm_final(what, yes=yes)
            change_it(identifier, reason, as_json)

        def change_it(identifier: str, reason: str, as_json: bool) -> None:
            make("standing", change=change, whose=f"{kind}:{identifier}", reason=reason)
            show(as_json, {"编号 id": identifier, "变更 change": change})

        return close if change == "close" else run

    for change, text in STANDING.items():
        group.command(change, help=text)(command(change))
