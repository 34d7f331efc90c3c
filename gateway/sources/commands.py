"""`xinqiao source …`: sources that are read on a schedule."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.asking import Yes, confirm_final
from gateway.cli.naming import LISTED, Id, Limit, OfAgency
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, fail, show, show_list, show_one

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance
    from gateway.sources.life import Act

group = typer.Typer(no_args_is_help=True, help="来源 Sources read on a schedule.")
Config = Annotated[Path, typer.Option(metavar="FILE", help="配置 YAML; secrets by environment variable.", exists=True)]
Connector = Annotated[str, typer.Option(metavar="NAME", help="连接器 The connector, see `xinqiao source connectors`.")]
COLUMNS = (
    Column("source", "编号 id"),
    Column("agency", "部门 agency", listed=False),
    Column("dataset", "数据目录 dataset"),
    Column("connector", "连接器 connector"),
    Column("status", "状态 status"),
    Column("every_seconds", "间隔秒数 every_seconds", listed=False),
    Column("last_read_at", "最近读取 last_read"),
    Column("watermark", "水位 watermark", listed=False),
    Column("faults", "连续故障 faults"),
    Column("last_fault", "最近故障 last_fault"),
    Column("refusals", "跳过的批次 refusals", listed=False),
    Column("last_refusal", "最近跳过 last_refusal", listed=False),
    Column("dropped", "略过行数 dropped"),
    Column("dropped_since", "自何时略过 dropped_since", listed=False),
    Column("last_drop", "略过原因 last_drop", listed=False),
)


@group.command("connectors")
def connectors(as_json: AsJson = False) -> None:
    """列出连接器及其配置项 List the connectors with their options; --json gives the JSON Schema of each."""
    from connectors.sources.registry import config_schema, connector_names, describe

    schemas = {name: config_schema(name) for name in connector_names()}
    if as_json:
        show(as_json, schemas)
        return
    for name, schema in schemas.items():
        show(as_json, {name: describe(name)})
        show(as_json, {f"  {option}": what for option, what in _options(schema).items()})


@group.command("add")
def add(
    source_id: Id,
    dataset: Annotated[str, typer.Option(help="数据目录 The dataset its rows belong to.")],
    config: Config,
    connector: Connector = "database",
    every: Annotated[int, typer.Option(min=10, help="间隔秒数 Seconds between reads.")] = 3600,
    as_json: AsJson = False,
) -> None:
    """登记来源：先检查再启用 Add a source; it is checked first."""
    from gateway.runtime.actor import at_this_machine
    from gateway.sources.pulls import SourceRequest, add_source

    request = SourceRequest(source_id, dataset, connector, _read(config), every)
    on_instance(lambda instance: add_source(instance.units, at_this_machine(), request))
    show(as_json, {"来源 source": source_id, "数据目录 dataset": dataset})


@group.command("check")
def check(config: Config, connector: Connector = "database", as_json: AsJson = False) -> None:
    """检查连接并列出可读内容 Try a configuration and list what it offers, without adding it."""
    from gateway.sources.pulls import check_source

    read = _read(config)
    found = on_instance(lambda instance: check_source(instance.units, connector, read))
    show(as_json, {"可读 streams": {stream.name: list(stream.columns) for stream in found}})


@group.command("list")
def list_sources(
    agency: OfAgency = None,
    status: Annotated[str, typer.Option(metavar="STATUS", help="状态 Only: active | paused | removed")] = "",
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出来源及其进度 List the sources: how far each was read, what went wrong, how many rows it passed over."""
    rows = [row for row in _load() if agency in {None, row["agency"]} and status in {"", row["status"]}]
    show_list(as_json, "sources", rows, COLUMNS, limit)


@group.command("show")
def show_source(source_id: Id, as_json: AsJson = False) -> None:
    """查看一个来源 Show one source."""
    from connectors.model.nearest import unknown

    rows = {row["source"]: row for row in _load()}
    if source_id not in rows:
        fail(unknown("source", source_id, list(rows)))
    show_one(as_json, rows[source_id], COLUMNS)


@group.command("suspend")
def suspend(source_id: Id, as_json: AsJson = False) -> None:
    """暂停 Read it no more until it is resumed."""
    _change(source_id, "pause", as_json)


@group.command("resume")
def resume(source_id: Id, as_json: AsJson = False) -> None:
    """恢复 Read it again, at once."""
    _change(source_id, "resume", as_json)


@group.command("remove")
def remove(source_id: Id, yes: Yes = False, as_json: AsJson = False) -> None:
    """移除，不可恢复 Read it no more, for good; its batches and its history stay, and its id is not used again."""
    confirm_final(f"将移除来源 {source_id}，其编号不再使用 This removes the source: its id is not used again", yes=yes)
    _change(source_id, "remove", as_json)


@group.command("reset-watermark")
def reset_watermark(source_id: Id, as_json: AsJson = False) -> None:
    """重读 Read it again from the beginning; what is stored already makes no new records."""
    _change(source_id, "reset-watermark", as_json)


def _change(source_id: str, act: "Act", as_json: bool) -> None:
    from gateway.runtime.actor import at_this_machine
    from gateway.sources.life import change_source

    async def run(instance: "Instance") -> None:
        async with instance.units.begin(f"source.{act}", at_this_machine()) as work:
            await change_source(work, source_id, act)

    on_instance(run)
    show(as_json, {"来源 source": source_id, "操作 done": act})


def _load() -> list[dict[str, Any]]:
    from connectors.sources.schedule import list_sources as load
    from gateway.runtime.actor import at_this_machine
    from gateway.sources.documents import source_document

    async def run(instance: "Instance") -> list[dict[str, Any]]:
        async with instance.units.begin("source.list", at_this_machine()) as work:
            return [
                {"source": row.source_id, "agency": row.agency, "every_seconds": row.every_seconds,
                 **source_document(row)}
                for row in await load(work.session)
            ]  # fmt: skip

    return on_instance(run)


def _options(schema: dict[str, Any]) -> dict[str, str]:
    """Return each option of a configuration with its default, as one line."""
    main = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    needed = set(main.get("required", ()))
    return {
        name: "必填 required" if name in needed and "default" not in told else _default(told.get("default"))
        for name, told in main["properties"].items()
        if name != "kind"  # the places of an exchange are told apart by it; here the connector's name says it
    }


def _default(value: object) -> str:
    import orjson

    return "可不填 optional" if value is None else f"默认 default {orjson.dumps(value, default=str).decode()}"


def _read(config: Path) -> dict[str, Any]:
    import yaml

    try:
        read = yaml.safe_load(config.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        mark = getattr(fault, "problem_mark", None)
        fail(f"{config}{f':{mark.line + 1}' if mark else ''} 不是 YAML is not YAML")
    if not isinstance(read, dict):
        fail(f"{config} 应为成员列表 must hold members")
    return read
