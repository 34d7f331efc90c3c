"""`xinqiao scan`: every subject's tags and scores, computed together; `xinqiao scan status`: how the scans do."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, show_list, show_one

if TYPE_CHECKING:
    from gateway.runtime.instance import Instance

group = typer.Typer(help="扫描：全部主体的标签与评分 Scans: every enterprise's tags and scores.")
COLUMNS = (
    Column("run", "编号 run", listed=False),
    Column("as_of", "截至日 as of"),
    Column("kind", "种类 kind"),
    Column("state", "状态 state"),
    Column("engine", "引擎 engine", listed=False),
    Column("done", "已完成片 pieces done", listed=False),
    Column("pieces", "片 pieces"),
    Column("subjects", "主体 subjects"),
    Column("changed", "有变化 changed"),
    Column("rose", "上升 rose"),
    Column("fell", "下降 fell"),
    Column("started_at", "开始 started at"),
    Column("finished_at", "结束 finished at"),
    Column("digest", "摘要 digest", listed=False),
    Column("fault", "原因 fault", listed=False),
)
SHOWN = 20


@group.callback(invoke_without_command=True)
def scan(
    context: typer.Context,
    incremental: Annotated[
        bool, typer.Option("--incremental", help="只算可能有变化的主体 Only who may have changed since the last scan.")
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of",
            formats=["%Y-%m-%d"],
            help="截至日；较早的日子不改动评分 As of a day; an earlier one changes nothing.",
        ),
    ] = None,
    engine: Annotated[
        Literal["polars", "spark"], typer.Option(help="引擎；spark 见 docs/scale.md The engine; for spark see there.")
    ] = "polars",
    store: Annotated[
        str, typer.Option(help="列存储在别处时：文件夹或 s3:// Where the store lies elsewhere: a folder or s3://.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """计算全部主体的标签、评分与等级 Compute every enterprise's tags, score and band; interrupted, it goes on later."""
    if context.invoked_subcommand:
        return
    from gateway.evidence.progress import progress_bar
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.documents import run_document
    from gateway.scores.engines import open_engine
    from gateway.scores.scan import scan as scan_all
    from gateway.scores.scan_errors import ScanFailedError
    from gateway.scores.scan_pinned import ScanRequest
    from gateway.scores.store import open_store
    from scoring_adapter.errors import ScoringError

    request = ScanRequest(as_of.date() if as_of else None, incremental, engine)

    async def run(instance: "Instance") -> dict[str, object]:
        settings = instance.settings.model_copy(update={"column_store": store}) if store else instance.settings
        with progress_bar("扫描 scanning") as progress:
            try:
                done = await scan_all(
                    instance.units, open_store(settings), settings.scan_folder, request, at_this_machine(), progress,
                    open_engine(engine, settings),
                )  # fmt: skip
            except ScoringError as fault:
                raise ScanFailedError(f"扫描未完成 the scan was given up: {fault}") from fault
        return run_document(done, done.pieces)

    show_one(as_json, on_instance(run, as_json=as_json), COLUMNS)


@group.command()
def status(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="最多列出 At most so many.")] = SHOWN,
    as_json: AsJson = False,
) -> None:
    """最近的扫描与进度 The newest scans, and how far one that is under way has come."""
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.documents import run_document
    from gateway.scores.scan_runs import count_pieces, list_runs

    async def run(instance: "Instance") -> list[dict[str, object]]:
        async with instance.units.begin("scan.status", at_this_machine()) as work:
            runs = await list_runs(work.session, limit + 1)
            done = await count_pieces(work.session, [one.run_id for one in runs])
        return [run_document(one, done.get(one.run_id, 0)) for one in runs]

    show_list(as_json, "scans", on_instance(run), COLUMNS, limit)
