"""`xinqiao source add|check|list`: sources that are read on a schedule."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.state import Gateway

group = typer.Typer(no_args_is_help=True, help="来源 Sources read on a schedule.")
Config = Annotated[Path, typer.Option(help="配置 YAML; secrets by environment variable.", exists=True)]
Connector = Annotated[str, typer.Option(help="连接器 The connector: database, or one another package brings.")]


@group.command("add")
def add(
    source_id: Annotated[str, typer.Argument(help="编号 Its id.")],
    dataset: Annotated[str, typer.Option(help="数据目录 The dataset its rows belong to.")],
    config: Config,
    connector: Connector = "database",
    every: Annotated[int, typer.Option(min=10, help="间隔秒数 Seconds between reads.")] = 3600,
    as_json: AsJson = False,
) -> None:
    """登记来源：先检查再启用 Add a source; it is checked first."""
    from connectors.errors import ConnectorError
    from gateway.sources import add_source

    read = _read(config)

    async def run(gateway: "Gateway") -> None:
        await add_source(
            gateway, actor="operator-cli", source_id=source_id, dataset=dataset, connector=connector, config=read,
            every_seconds=every,
        )  # fmt: skip

    try:
        on_instance(run)
    except ConnectorError as fault:
        fail(str(fault))
    show(as_json, {"来源 source": source_id, "数据目录 dataset": dataset})


@group.command("check")
def check(config: Config, connector: Connector = "database", as_json: AsJson = False) -> None:
    """检查连接并列出可读内容 Try a configuration and list what it offers, without adding it."""
    from connectors.errors import ConnectorError
    from connectors.registry import open_connector

    try:
        opened = open_connector(connector, _read(config))
        opened.check()
        streams = {stream.name: list(stream.columns) for stream in opened.discover()}
    except ConnectorError as fault:
        fail(str(fault))
    show(as_json, {"可读 streams": streams})


@group.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """列出来源及其进度 List the sources, how far each was read and what last went wrong."""
    from sqlmodel import select

    from connectors.tables import Source

    async def run(gateway: "Gateway") -> dict[str, object]:
        async with gateway.database.begin("source.list") as session:
            rows = (await session.execute(select(Source))).scalars()
            return {
                row.source_id: {"dataset": row.dataset, "watermark": row.watermark, "last_fault": row.last_fault}
                for row in rows
            }

    show(as_json, on_instance(run))


def _read(config: Path) -> dict[str, Any]:
    import yaml

    try:
        read = yaml.safe_load(config.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        fail(f"{config} 不是 YAML is not YAML")
    if not isinstance(read, dict):
        fail(f"{config} 应为成员列表 must hold members")
    return read
