"""`xinqiao risk`: everybody judged now, who is at risk, one enterprise's points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.naming import Uscc
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, fail, show, show_list
from risk_monitor.names import Kind, Level

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="风险监测：风险点、等级、变化 The risk watch.")
COLUMNS = (
    Column("subject", "企业 subject"), Column("name", "名称 name"), Column("level", "等级 level"),
    Column("level_before", "此前 before", listed=False), Column("type", "类型 type"), Column("score", "分值 score"),
    Column("since", "自 since"), Column("points", "风险点 points", listed=False),
    Column("learned", "模型 model", listed=False),
)  # fmt: skip
SHOWN = 20


@group.command("judge")
def judge_everybody(as_json: AsJson = False) -> None:
    """立即监测全部企业 Judge every enterprise now, as is done each day."""
    from gateway.risk.documents import day_document
    from gateway.risk.watching import judge_all
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.store import open_store
    from risk_monitor.errors import WatchError
    from scoring_adapter.errors import ScoringError

    async def run(instance: "Instance") -> dict[str, object]:
        try:
            day = await judge_all(instance.units, open_store(instance.settings), at_this_machine())
        except (ScoringError, WatchError) as fault:
            fail(f"监测未完成 nobody was judged: {fault}")
        told = day_document(day)
        if told is None:
            return {"正在监测 under way": "是 yes"}
        return {
            "截至日 as_of": told["as_of"], "企业 subjects": told["subjects"], "关注 notice": told["notice"],
            "警示 warning": told["warning"], "限制 restriction": told["restriction"], "新增 opened": told["opened"],
            "升级 raised": told["raised"], "降级 lowered": told["lowered"], "解除 ended": told["ended"],
            "摘要 digest": told["digest"],
        }  # fmt: skip

    show(as_json, on_instance(run, as_json=as_json))


@group.command("list")
def list_risks(
    kind: Annotated[
        Kind | None,
        typer.Option("--type", help="风险类型 A type of risk."),
    ] = None,
    level: Annotated[Level | None, typer.Option(help="等级 A level.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="最多列出 At most so many.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """风险企业，应先看的在前 Who is at risk, those to look at first first."""
    from gateway.risk.documents import risks_document
    from gateway.risk.reading import read_risks
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> list[dict[str, object]]:
        async with instance.units.begin("risk.list", at_this_machine()) as work:
            found: list[dict[str, object]] = risks_document(await read_risks(work, kind, level, None, limit + 1))[
                "risks"
            ]
        return found

    show_list(as_json, "risks", on_instance(run, as_json=as_json), COLUMNS, limit)


@group.command("show")
def show_risks(uscc: Uscc, as_json: AsJson = False) -> None:
    """企业的风险点 An enterprise's risks: at which level, why, since when."""
    from gateway.risk.documents import risks_of_document
    from gateway.risk.reading import read_risks_of
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("risk.show", at_this_machine()) as work:
            return risks_of_document(*await read_risks_of(work, uscc))

    found = on_instance(run, as_json=as_json)
    show(as_json, found if as_json else _lines(found))


def _lines(found: Mapping[str, Any]) -> dict[str, object]:
    lines: dict[str, object] = {"企业 subject": found["subject"], "名称 name": found["name"]}
    for one in found["standing"]:
        says = "\n".join(said["zh"] for point in one["points"] for said in point["signs"])
        lines[f"{one['type']}"] = f"{one['level']}  {one['score']}  自 since {one['since']}\n{says}"
    return lines if found["standing"] else lines | {"风险 risks": "无 none"}
