"""`xinqiao case list|show|replay`: cases of risks, and one played again from the log alone."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, fail, show, show_list
from risk_monitor.case_names import Outcome, State

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="案件处置：列出、查看、由日志重放 Cases of risks.")
COLUMNS = (
    Column("case", "案件 case"), Column("name", "企业 enterprise"), Column("type", "类型 type"),
    Column("level", "等级 level"), Column("office", "处置办 office"), Column("state", "状态 state"),
    Column("due_on", "期限 due"), Column("overdue", "超期 overdue"), Column("outcome", "结果 outcome"),
    Column("subject", "代码 subject", listed=False), Column("score", "分值 score", listed=False),
    Column("found_on", "发现日期 found", listed=False), Column("opened_at", "立案 opened", listed=False),
    Column("opened_by", "立案人 opened by", listed=False), Column("confirmed_at", "确认存疑 confirmed", listed=False),
    Column("closed_at", "办结 closed", listed=False), Column("steps", "步骤 steps", listed=False),
    Column("asks", "申请 asks", listed=False), Column("entry", "条目 entry", listed=False),
)  # fmt: skip
Case = Annotated[UUID, typer.Argument(metavar="CASE", help="案件编号 The case's id.")]


@group.command("list")
def list_all(
    state: Annotated[State | None, typer.Option(help="状态 A state.")] = None,
    office: Annotated[str, typer.Option(metavar="CODE", help="处置办的区划代码 An office's code.")] = "",
    outcome: Annotated[
        Outcome | None, typer.Option(metavar="OUTCOME", help="办结结果，见 docs/cases.md How it ended: that page.")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只列超期的 Open past their day alone.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最多列出 At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """列出案件，未办结的、先到期的在前 List cases: open ones first, those that are due first."""
    from gateway.disposal.documents import case_document
    from gateway.disposal.reading import Wanted, list_cases
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> list[dict[str, Any]]:
        async with instance.units.begin("case.list", at_this_machine()) as work:
            wanted = Wanted(state or "", office, outcome or "", overdue)
            return [case_document(one) for one in await list_cases(work, wanted, limit + 1)]

    show_list(as_json, "cases", on_instance(run, as_json=as_json), COLUMNS, limit)


@group.command("show")
def show_case(case: Case, as_json: AsJson = False) -> None:
    """查看一个案件及其经过 Show one case with all that was done."""
    from gateway.disposal.documents import whole_document
    from gateway.disposal.reading import read_case
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("case.show", at_this_machine()) as work:
            return whole_document(await read_case(work, case))

    found = on_instance(run, as_json=as_json)
    if as_json:
        show(as_json, found)
        return
    show(as_json, {column.label: found[column.name] for column in COLUMNS})
    for one in found["history"]:
        show(as_json, _line(one))


@group.command("replay")
def replay(case: Case, as_json: AsJson = False) -> None:
    """由日志重放一个案件，与数据库的那一行比对 Replay a case from the log alone and compare it with its row."""
    from gateway.disposal.documents import replay_document
    from gateway.disposal.replaying import replay_case
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("case.replay", at_this_machine()) as work:
            return replay_document(await replay_case(work, case))

    found = on_instance(run, as_json=as_json)
    if as_json:
        show(as_json, found)
    else:
        for one in found["history"]:
            show(as_json, _line(one))
    if not found["same"]:
        told = "；".join(f"{one['what']}: {one['expected']} ≠ {one['found']}" for one in found["differences"])
        fail(f"与日志不符 the log says otherwise: {told}")
    if not as_json:
        show(as_json, {"一致 same": f"{len(found['history'])} 条 entries"})


def _line(one: dict[str, Any]) -> dict[str, object]:
    said = "〔已依法删除 erased〕" if one["step"] is None else f"{one['step']} → {one['state']}"
    return {f"{one['number']} {one['at']}": f"{said} · {one['by']} · {one['words'] or ''}"}
