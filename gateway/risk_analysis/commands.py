"""`xinqiao risk funnel|lead|open|try|trial`: what came of the risk watch, and what other rules would find."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, fail, show
from gateway.risk.commands import group
from risk_monitor.names import Level

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

__all__ = ["group"]  # the risk watch's own, with what is added here
WAITS = "排队中 waiting"  # how far one is whose groups nobody has counted yet
GROUPED = Literal["division", "section", "type", "month"]
Since = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], metavar="DAY", help="自该日，默认近十二个月 From this day on; else twelve months."
    ),
]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="至该日，默认今天 Up to this day; else today."),
]


@group.command("funnel")
def show_funnel(
    by: Annotated[GROUPED, typer.Option(help="按什么分组 What groups are by.")] = "division",
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """漏斗：监测、可疑、立案、确认、处置 How many were judged, suspects, cases, confirmed, handled."""
    from gateway.risk_analysis.chosen import Chosen
    from gateway.risk_analysis.documents import funnel_document
    from gateway.risk_analysis.funnel import read_funnel
    from gateway.risk_analysis.period import period_of

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        chosen = Chosen(period_of(_day(since), _day(until), work.now))
        return funnel_document(await read_funnel(work, chosen, by))

    told = in_one_unit("risk.funnel", run)
    if as_json:
        show(as_json, told)
        return
    rows = [{**one, "key": one["name"]["zh"] if one["name"] else one["key"]} for one in told["groups"]]
    show(as_json, [_stages(one) for one in [*rows, {**told["total"], "key": "合计 total"}]])


@group.command("lead")
def show_lead(
    level: Annotated[Level, typer.Option(help="自该等级起算 From this level on.")] = "notice",
    since: Since = None,
    until: Until = None,
    as_json: AsJson = False,
) -> None:
    """提前量：首次达到等级至首个官方措施的天数 Days from the first standing at a level to the first official act."""
    from gateway.risk_analysis.documents import leads_document
    from gateway.risk_analysis.lead import read_leads
    from gateway.risk_analysis.period import period_of

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return leads_document(await read_leads(work, period_of(_day(since), _day(until), work.now), level))

    told = in_one_unit("risk.lead", run)
    show(as_json, told if as_json else [_lead(one) for one in told["types"]])


@group.command("open")
def show_open(as_json: AsJson = False) -> None:
    """缺数据而无法判断的风险点 Points that cannot be told since data is missing, for how many enterprises."""
    from gateway.risk_analysis.documents import open_document
    from gateway.risk_analysis.left_open import read_left_open

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return open_document(await read_left_open(work))

    told = in_one_unit("risk.open", run)
    rows = [
        {"风险点 point": f"{one['point']} {one['name']['zh']}", "企业 enterprises": one["open"]}
        for one in told["points"]
    ]
    show(as_json, told if as_json else rows)


@group.command("try")
def try_watch(
    watch: Annotated[
        Path, typer.Argument(help="监测规则 YAML A watch: risk_monitor/watches.", exists=True, dir_okay=False)
    ],
    as_json: AsJson = False,
) -> None:
    """试算一套监测规则，由后台任务计算，不生效 Have a watch tried out by the worker; nothing is put in force."""
    from gateway.risk_analysis.trial_documents import trial_document
    from gateway.risk_analysis.trials import ask_trial

    try:
        source = watch.read_text("utf-8")
    except UnicodeDecodeError:
        fail(f"不是 UTF-8 文本 it is no text in UTF-8: {watch}")

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        return trial_document(await ask_trial(work, source))

    _tell(as_json, in_one_unit("risk.try", run))


@group.command("trial")
def show_trial(
    trial: Annotated[UUID, typer.Argument(help="试算编号 The trial's id.")], as_json: AsJson = False
) -> None:
    """试算的进度和结果 How far a trial is, and what came of it."""
    from gateway.risk_analysis.trial_documents import find_moved, moved_document, trial_document
    from gateway.risk_analysis.trials import read_trial

    async def run(work: "UnitOfWork") -> dict[str, Any]:
        found = await read_trial(work, trial)
        return {
            **trial_document(found), "moves": [moved_document(one) for one in await find_moved(work.session, found)],
        }  # fmt: skip

    _tell(as_json, in_one_unit("risk.trial", run))


def _tell(as_json: bool, told: Mapping[str, Any]) -> None:
    if as_json:
        show(as_json, told)
        return
    progress = told["progress"]
    lines: dict[str, object] = {
        "试算 trial": told["trial"], "状态 state": told["state"],
        "进度 progress": WAITS if told["state"] == "waiting" else f"{progress['done']} / {progress['pieces']}",
    }  # fmt: skip
    if told["fault"]:
        lines["原因 fault"] = told["fault"]
    if told["ways"]:
        lines["变化 changes"] = "  ".join(f"{way} {number}" for way, number in told["ways"].items())
        for side, label in (("in_force", "现行 in force"), ("tried", "试算 tried")):
            counts = told[side]["levels"].items()
            lines[label] = "\n".join(f"{kind}: {_counted(levels)}" for kind, levels in counts) or "无 none"
    show(as_json, lines)


def _counted(levels: Mapping[str, int]) -> str:
    return ", ".join(f"{level} {number}" for level, number in levels.items())


def _stages(one: Mapping[str, Any]) -> dict[str, object]:
    return {
        "组 group": one["key"], "监测 judged": one["judged"], "可疑 suspect": one["suspect"],
        "案件 cases": one["opened"], "确认 confirmed": one["confirmed"], "处置 handled": one["handled"],
        "处置率 %": one["handled_percent"],
    }  # fmt: skip


def _lead(one: Mapping[str, Any]) -> dict[str, object]:
    days = one["days"] or {}
    return {
        "类型 type": one["type"] or "全部 all", "企业 enterprises": days.get("number", 0),
        "中位 median": days.get("median"),
        "四分位 quartiles": f"{days['lower']}–{days['upper']}" if days else None, "措施在前 earlier": one["earlier"],
        "尚无措施 none": one["none"],
    }  # fmt: skip


def _day(typed: datetime | None) -> date | None:
    return typed.date() if typed else None
