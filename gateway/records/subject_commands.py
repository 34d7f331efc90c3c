"""`xinqiao subject show|unresolved|link`: how enterprises are known, and what waits for one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.gateway import Gateway

group = typer.Typer(no_args_is_help=True, help="主体 Subjects.")
Said = Annotated[str, typer.Argument(help="代码或名称 A code in any spelling, or a registered name.")]


@group.command("show")
def show_subject(said: Said, as_json: AsJson = False) -> None:
    """查看主体及其各种标识的可信度与来源 Show how an enterprise is known, how surely, and on whose word."""
    from connectors.personal.sealing import is_sealed
    from connectors.store.subjects import find_subject
    from gateway.records.subjects import identifier_of, known_as

    async def run(gateway: "Gateway") -> dict[str, Any] | None:
        async with gateway.database.begin("subject.show") as session:
            subject = await find_subject(session, *identifier_of(gateway.protector, said))
            if subject is None:
                return None
            known = await known_as(session, subject.subject_id)
            lines = [_line(row) for row in known]
            return {
                "统一社会信用代码 uscc": subject.uscc,
                "名称 name": "〔已加密 sealed〕" if is_sealed(subject.name) else subject.name,
                "标识 known_as": known if as_json else "\n".join(lines),
            }

    found = on_instance(run)
    if found is None:
        fail("没有或不止一个主体 no subject, or more than one, is known by this")
    show(as_json, found)


def _line(known: dict[str, object]) -> str:
    until = f"，{known['former_since']:%Y-%m-%d} 起曾用 former" if known["former_since"] else ""
    return f"{known['kind']} {known['value']}  {known['confidence']}%  {known['source']}{until}"


@group.command("unresolved")
def unresolved(as_json: AsJson = False) -> None:
    """统计待匹配记录 Count the records that wait for a subject, by dataset and kind of identifier."""
    from gateway.records.subjects import count_unresolved

    async def run(gateway: "Gateway") -> list[dict[str, object]]:
        async with gateway.database.begin("subject.unresolved") as session:
            return await count_unresolved(session)

    waiting = on_instance(run)
    lines = [f"{row['dataset']} {row['kind']}: {row['records']} 条 records" for row in waiting]
    show(as_json, {"待匹配 unresolved": waiting if as_json else "\n".join(lines) or "无 none"})


@group.command("link")
def link(
    said: Said,
    uscc: Annotated[str, typer.Argument(help="统一社会信用代码 The enterprise it is.")],
    reason: Annotated[str, typer.Option(help="依据 Why; kept in the log.")],
    as_json: AsJson = False,
) -> None:
    """人工归属：这个旧代码或名称就是该企业 Decide whose an old code or a name is."""
    from gateway.records.subjects import Linked, link_subject
    from gateway.runtime.errors import GatewayError

    async def run(gateway: "Gateway") -> Linked:
        return await link_subject(gateway, said, uscc, actor="operator-cli", reason=reason)

    try:
        linked = on_instance(run)
    except GatewayError as fault:
        fail(str(fault))
    show(as_json, {"企业 uscc": linked.subject.uscc, "由此归属的记录 records": linked.records})
