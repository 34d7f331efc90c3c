"""`xinqiao source …`: sources that are read on a schedule."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance
    from gateway.sources.life import Act

group = typer.Typer(no_args_is_help=True, help="来源 Sources read on a schedule.")
SourceId = Annotated[str, typer.Argument(help="编号 Its id.")]
Config = Annotated[Path, typer.Option(help="配置 YAML; secrets by environment variable.", exists=True)]
Connector = Annotated[str, typer.Option(help="连接器 The connector, see `xinqiao source connectors`.")]


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
    source_id: SourceId,
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
def list_sources(as_json: AsJson = False) -> None:
    """列出来源及其进度 List the sources: how far each was read, what went wrong, how many rows it passed over."""
    from connectors.sources.schedule import list_sources as load
    from gateway.runtime.actor import at_this_machine
    from gateway.sources.documents import source_document

    async def run(instance: "Instance") -> dict[str, object]:
        async with instance.units.begin("source.list", at_this_machine()) as work:
            return {row.source_id: source_document(row) for row in await load(work.session)}

    show(as_json, on_instance(run))


@group.command("pause")
def pause(source_id: SourceId, as_json: AsJson = False) -> None:
    """暂停 Read it no more until it is resumed."""
    _change(source_id, "pause", as_json)


@group.command("resume")
def resume(source_id: SourceId, as_json: AsJson = False) -> None:
    """恢复 Read it again, at once."""
    _change(source_id, "resume", as_json)


@group.command("remove")
def remove(source_id: SourceId, as_json: AsJson = False) -> None:
    """移除 Read it no more; its batches and its history stay, and its id is not used again."""
    _change(source_id, "remove", as_json)


@group.command("reset-watermark")
def reset_watermark(source_id: SourceId, as_json: AsJson = False) -> None:
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


def _options(schema: dict[str, Any]) -> dict[str, str]:
    """Return each option of a configuration with its default, as one line."""
    main = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    needed = set(main.get("required", ()))
    return {
        name: "必填 required" if name in needed and "default" not in told else f"默认 default {told.get('default')!r}"
        for name, told in main["properties"].items()
        if name != "kind"  # the places of an exchange are told apart by it; here the connector's name says it
    }


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
