"""`xinqiao site`: platforms judged now, all of them with what was found, and one with its findings."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.naming import LISTED, Limit
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, show, show_list
from risk_monitor.site_names import FindingKind, SeriesName

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(no_args_is_help=True, help="平台监测：流量、舆情的突增与沉寂 The watch over platforms.")
COLUMNS = (
    Column("site", "平台 site"), Column("kind", "类别 kind", listed=False), Column("name", "名称 name"),
    Column("firms", "企业 firms"), Column("findings", "异常 findings"),
    Column("others", "其他地址 others", listed=False), Column("platforms", "平台编号 platforms", listed=False),
)  # fmt: skip


@group.command("judge")
def judge_days(as_json: AsJson = False) -> None:
    """立即监测尚未监测的日子 Judge the days that were not judged yet, as the worker does."""
    from gateway.runtime.actor import at_this_machine
    from gateway.sites.documents import day_document
    from gateway.sites.judging import judge_sites

    async def run(instance: "Instance") -> list[dict[str, object]]:
        return [told for day in await judge_sites(instance.units, at_this_machine()) if (told := day_document(day))]

    days = on_instance(run, as_json=as_json)
    show(as_json, {"days": days} if as_json else _last(days))


@group.command("list")
def list_sites(
    kind: Annotated[FindingKind | None, typer.Option(help="有此类异常的 With a finding of this kind.")] = None,
    series: Annotated[SeriesName | None, typer.Option(help="此序列有异常的 With a finding of this series.")] = None,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """平台，最近有异常的在前 Platforms, those with the newest finding first."""
    from gateway.runtime.actor import at_this_machine
    from gateway.sites.documents import sites_document
    from gateway.sites.reading import read_sites

    async def run(instance: "Instance") -> list[dict[str, Any]]:
        async with instance.units.begin("sites.list", at_this_machine()) as work:
            found: list[dict[str, Any]] = sites_document(await read_sites(work, kind, series, most=limit + 1))["sites"]
        return found

    rows = on_instance(run, as_json=as_json)
    show_list(as_json, "sites", rows if as_json else list(map(_row, rows)), COLUMNS, limit)


@group.command("show")
def show_site(
    site: Annotated[str, typer.Argument(metavar="SITE", help="域名，或“商店:应用标识” Its site, or store:id.")],
    as_json: AsJson = False,
) -> None:
    """一个平台：企业、异常、每日数据 One platform: whose it is, its findings, its figures."""
    from gateway.runtime.actor import at_this_machine
    from gateway.sites.documents import site_document
    from gateway.sites.reading import read_site
    from gateway.sites.shown import read_shown

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("sites.show", at_this_machine()) as work:
            seen = await read_site(work, site)
            return site_document(seen, await read_shown(work, seen))

    found = on_instance(run, as_json=as_json)
    show(as_json, found if as_json else _lines(found))


def _last(days: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    if not days:
        return {"已监测 judged": "没有新的日子 no new day"}
    last = days[-1]
    return {
        "已监测 judged": len(days), "截至日 day": last["day"], "平台 sites": last["sites"],
        "无地址 unplaced": last["unplaced"], "有数据 reported": last["reported"],
        "新增 opened": sum(day["opened"] for day in days), "结束 ended": sum(day["ended"] for day in days),
        "现有 standing": last["standing"], "摘要 digest": last["digest"],
    }  # fmt: skip


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    firms = "、".join(str(firm["name"] or firm["subject"]) for firm in one["firms"])
    findings = "、".join(f"{each['series']} {each['kind']} {each['since']}" for each in one["findings"])
    return {**one, "firms": firms, "findings": findings}


def _lines(found: Mapping[str, Any]) -> dict[str, object]:
    row = _row(found)
    lines: dict[str, object] = {"平台 site": found["site"], "名称 name": found["name"], "企业 firms": row["firms"]}
    for each in found["findings"]:
        until = f" – {each['ended']}" if each["ended"] else ""
        lines[f"{each['series']} {each['kind']} {each['since']}{until}"] = (
            f"{each['value']}，平常 usual {each['expected']}（{each['low']}–{each['high']}）"
        )
    return lines
