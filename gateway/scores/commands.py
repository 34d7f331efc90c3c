"""`xinqiao columns …`: the column store appended to, compacted, rebuilt, verified, looked at."""

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Column, fail, show, show_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.runtime.instance import Instance
    from gateway.scores.build import Progress
    from gateway.scores.status import DatasetStatus
    from gateway.scores.store import ColumnStore
    from gateway.scores.verify import Verified

group = typer.Typer(no_args_is_help=True, help="列存储：标签由此计算 The column store that tags are computed from.")
Datasets = Annotated[
    list[str] | None, typer.Argument(metavar="[DATASET]...", help="数据目录，缺省为全部 Datasets; all by default.")
]
COLUMNS = (
    Column("dataset", "数据目录 dataset"),
    Column("rows", "行 rows"),
    Column("days", "天 days"),
    Column("files", "文件 files"),
    Column("bytes", "字节 bytes"),
    Column("built_at", "重建于 built_at"),
    Column("current", "声明相符 current"),
    Column("due", "待补入 due"),
    Column("since", "自 since"),
)
DIFFERENCES = (
    Column("dataset", "数据目录 dataset"),
    Column("day", "入库日 day"),
    Column("what", "差异 difference"),
    Column("where", "所在 where"),
    Column("rows", "行 rows"),
)


@group.callback()
def columns() -> None:
    """列存储 The column store."""


@group.command("append")
def append_due(as_json: AsJson = False) -> None:
    """补入待补的记录（后台任务也会做）Take up what is due, as the worker does by itself."""
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.append import append

    async def run(instance: "Instance") -> int:
        store, bites = _open(instance), 1
        while await append(instance.units, store.place, store.sources, at_this_machine()):
            bites += 1
        return bites

    show(as_json, {"批次 bites": on_instance(run, as_json=as_json)})


@group.command("compact")
def compact_all(as_json: AsJson = False) -> None:
    """合并文件，内容不变 Make files fewer; what they say stays the same."""
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.compact import compact

    async def run(instance: "Instance") -> int:
        return await compact(instance.units, _open(instance), at_this_machine())

    show(as_json, {"已合并文件 files": on_instance(run, as_json=as_json)})


@group.command("rebuild")
def rebuild_all(
    datasets: Datasets = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="接着上次中断的重建 Go on with a rebuild that was interrupted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """由封存的记录重建；中断后可接着做 Build from the sealed records; interrupted, it goes on dataset by dataset."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    from gateway.runtime.actor import at_this_machine
    from gateway.scores.build import rebuild

    async def run(instance: "Instance") -> dict[str, int]:
        store = _open(instance)
        with Bars(console=Console(stderr=True), transient=True) as bar:

            def told(name: str) -> "Progress":
                task = bar.add_task(name)
                return lambda done, total: bar.update(task, completed=done, total=total)

            names = _named(store, datasets)
            return await rebuild(
                instance.units, store.place, store.sources, names, at_this_machine(), told, resume=resume
            )

    rows = on_instance(run, as_json=as_json)
    show(as_json, {"数据目录 datasets": len(rows), "行 rows": sum(rows.values()), "按目录 by_dataset": rows})


@group.command("verify")
def verify_all(datasets: Datasets = None, as_json: AsJson = False) -> None:
    """对照封存的记录与日志核查；有差异退出码为 1 Check against sealed records and the log; 1 where they differ."""
    from gateway.evidence.progress import progress_bar
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.verify import verify

    async def run(instance: "Instance") -> "Verified":
        store = _open(instance)
        with progress_bar("核查 checking") as progress:
            return await verify(instance.units, store, _named(store, datasets), at_this_machine(), progress)

    found = on_instance(run, as_json=as_json)
    told = [vars(one) for one in found.differences]
    show(
        as_json,
        {
            "数据目录 datasets": found.datasets,
            "行 rows": found.rows,
            "待补入而未核对 behind": found.behind,
            "差异 differences": told if as_json else len(told),
        },
    )
    if told and not as_json:
        show_list(as_json, "differences", told, DIFFERENCES, len(told))
    if found.differences:
        raise typer.Exit(1)


@group.command("status")
def status_of_all(as_json: AsJson = False) -> None:
    """各数据目录的列、文件与待补入 What the store holds of each dataset, and how far it is behind."""
    from gateway.runtime.actor import at_this_machine
    from gateway.scores.status import load_status

    async def run(instance: "Instance") -> "Sequence[DatasetStatus]":
        async with instance.units.begin("columns.status", at_this_machine()) as work:
            return await load_status(work.session, _open(instance).sources)

    rows = [vars(one) for one in on_instance(run, as_json=as_json)]
    show_list(as_json, "datasets", rows, COLUMNS, len(rows))


def _open(instance: "Instance") -> "ColumnStore":
    from gateway.scores.store import open_store

    return open_store(instance.settings)


def _named(store: "ColumnStore", datasets: list[str] | None) -> list[str]:
    for name in datasets or ():
        if name not in store.sources:
            fail(f"列存储中没有 {name} is not in the column store")
    return datasets or list(store.sources)
