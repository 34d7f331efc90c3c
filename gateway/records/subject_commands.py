"""`xinqiao subject show|unresolved|link`: how enterprises are known, and what waits for one."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.asking import check_reason
from gateway.cli.naming import Uscc
from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, show

if TYPE_CHECKING:
    from gateway.records.subjects import KnownSubject, Linked
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="主体 Subjects.")
Said = Annotated[str, typer.Argument(help="代码或名称 A code in any spelling, or a registered name.")]


@group.command("show")
def show_one(said: Said, as_json: AsJson = False) -> None:
    """查看主体及其各种标识的置信度与来源 Show an enterprise's identifiers, how sure each is, and who gave it."""
    from connectors.personal.sealing import is_sealed
    from gateway.records.subjects import show_subject
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> "KnownSubject":
        async with instance.units.begin("subject.show", at_this_machine()) as work:
            return await show_subject(work, instance.protector, said)

    found = on_instance(run)
    lines = [_line(row) for row in found.known_as]
    show(
        as_json,
        {
            "统一社会信用代码 uscc": found.subject.uscc,
            "名称 name": "〔已加密 sealed〕" if is_sealed(found.subject.name) else found.subject.name,
            "标识 known_as": found.known_as if as_json else "\n".join(lines),
        },
    )


def _line(known: dict[str, object]) -> str:
    until = f"，{known['former_since']:%Y-%m-%d} 起曾用 former" if known["former_since"] else ""
    return f"{known['kind']} {known['value']}  {known['confidence']}%  {known['source']}{until}"


@group.command("unresolved")
def unresolved(as_json: AsJson = False) -> None:
    """统计待匹配记录 Count the records that wait for a subject, by dataset and kind of identifier."""
    from gateway.records.subjects import count_unresolved

    waiting = in_one_unit("subject.unresolved", count_unresolved)
    lines = [f"{row['dataset']} {row['kind']}: {row['records']} 条 records" for row in waiting]
    show(as_json, {"待匹配 unresolved": waiting if as_json else "\n".join(lines) or "无 none"})


@group.command("link")
def link(
    said: Said,
    uscc: Uscc,
    reason: Annotated[str, typer.Option(callback=check_reason, help="依据 Why; kept in the log.")],
    as_json: AsJson = False,
) -> None:
    """人工归属：这个旧代码或名称就是该企业 Decide whose an old code or a name is."""
    from gateway.records.subjects import link_subject
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> "Linked":
        async with instance.units.begin("subject.link", at_this_machine()) as work:
            return await link_subject(work, instance.protector, said, uscc, reason)

    linked = on_instance(run)
    show(as_json, {"企业 uscc": linked.subject.uscc, "由此归属的记录 records": linked.records})
