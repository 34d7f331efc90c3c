"""`xinqiao agency draft|check`: propose a mapping from a sample, and try one on a file. Nothing is stored; no instance
is needed. Where there is one, `check` says too whether the file would be held.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.counting import counting_lines
from gateway.cli.on_instance import on_any_instance
from gateway.cli.output import AsJson, Force, fail, in_a_folder, keep_existing, print_table, wait, workbook
from gateway.intake.refused_text import show_refusals
from gateway.intake.unread_text import show_unread

if TYPE_CHECKING:
    from connectors.drafting.draft import Draft
    from connectors.errors import ConnectorError
    from connectors.model.datasets import Dataset
    from gateway.intake.trials import Tried

NOT_COMPARED = (
    "未与以往提交比较，不知会不会暂存：本机没有可用的实例。"
    "请在网关那台机器上试报，或调用 POST /v1/datasets/{dataset}/batches:check "
    "not compared with earlier ones: no instance is at hand here. Check it at the gateway, or call that operation"
)
OUTCOMES = {
    "rows": "行数", "accepted": "接受", "unresolved": "待匹配", "corrections": "更正", "duplicates": "重复",
    "natural_persons": "自然人", "rejected": "问题数据",
}  # fmt: skip
Sample = Annotated[
    Path, typer.Argument(metavar="FILE", help="文件 CSV, XLSX, XLS, JSON, NDJSON or XML.", exists=True, dir_okay=False)
]  # fmt: skip
DatasetName = Annotated[str, typer.Argument(metavar="DATASET", help="数据目录 The dataset.")]
DatasetOption = Annotated[
    str | None, typer.Option("--dataset", help="数据目录，不填则猜 The dataset; guessed where left out.")
]
Output = Annotated[
    Path | None, typer.Option(help="映射写到此文件 Write the mapping here.", dir_okay=False, callback=in_a_folder)
]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", help="试用此映射 Try the mapping in this file.", exists=True, dir_okay=False)
]
Rows = Annotated[int | None, typer.Option(min=1, help="只试前多少行 Try the first rows only.")]
Rejected = Annotated[
    Path | None,
    typer.Option(help="问题数据写到此 XLSX Write the refused rows here.", dir_okay=False, callback=workbook),
]


def extend(group: typer.Typer) -> None:
    """Add these commands to the group that also registers agencies."""
    group.command("draft")(draft)
    group.command("check")(check)


def draft(
    file: Sample,
    dataset: DatasetOption = None,
    output: Output = None,
    rows: Rows = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """草拟映射 Propose a mapping from a sample, and say what a person must decide."""
    from connectors.catalogue.files_check import read_mappings
    from connectors.catalogue.load import agencies, datasets, get_dataset
    from connectors.decoding.decode import decode
    from connectors.drafting.draft import propose
    from connectors.drafting.draft_text import write_snippet
    from connectors.errors import ConnectorError
    from gateway.catalogue.drafts import draft_document
    from gateway.catalogue.next_steps import what_to_do, without_advice
    from gateway.intake.trial_documents import trial_document

    keep_existing(output, force=force)
    try:
        wanted = get_dataset(dataset).dataset if dataset else None
        drafted = propose(datasets(), agencies(), decode(file), file.stem, wanted)
        snippet = write_snippet(drafted)
        mapped = read_mappings(str(output or "draft"), snippet, drafted.dataset)
    except ConnectorError as fault:
        fail(str(fault))
    tried = _trial(mapped, file, rows)
    if output:
        output.write_text(snippet, "utf-8")
    if as_json:
        trial = None if isinstance(tried, Exception) else trial_document(tried)
        why = without_advice(tried) if isinstance(tried, Exception) else ""
        _print_json({**draft_document(drafted), "trial": trial, "fault": why})
        return
    _show_draft(drafted)
    typer.echo(f"\n已写入 written to {output}" if output else f"\n{snippet}")
    if isinstance(tried, Exception):
        refused = without_advice(tried)
        typer.echo(f"以此映射整个文件会被拒收 with this mapping the file is refused as a whole: {refused}")
        if advice := what_to_do(tried, file, drafted.dataset.dataset, output, drafted.lacking):
            typer.echo(advice.lstrip("\n"))
    else:
        _show_trial(tried)


def check(
    file: Sample,
    dataset: DatasetName,
    mapping: MappingFile = None,
    rows: Rows = None,
    rejected: Rejected = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """试报 Try a file on a dataset: what would become of every row, and why. Nothing is stored.

    Ends as `ingest` would: 0, 1 where the file is refused, 3 where it would be held for a person to decide.
    """
    from connectors.quality.drift import in_words
    from gateway.catalogue.next_steps import refused_rows, what_to_do, without_advice
    from gateway.intake.trial_documents import trial_document, write_refused

    keep_existing(rejected, force=force)
    tried = _trial(_dataset_of(dataset, mapping), file, rows)
    if isinstance(tried, Exception):
        fail(f"{without_advice(tried)}{what_to_do(tried, file, dataset, mapping)}" if mapping else str(tried))
    tried = _compared(tried, file)
    if rejected:
        write_refused(tried.trial, rejected)
    if as_json:
        _print_json(trial_document(tried))
    else:
        _show_trial(tried)
        if tried.trial.refused:
            typer.echo(refused_rows(file, dataset, mapping, rejected))
        if tried.findings is None:
            typer.echo(NOT_COMPARED)
    if tried.findings:
        wait(f"会暂存，待人工确认 it would be held for a person to decide: {in_words(tried.findings)}")


def _dataset_of(name: str, mapping: Path | None) -> "Dataset":
    """Return a dataset, with the mappings of a file where there is one; end the command where either is wrong."""
    from connectors.catalogue.files_check import read_mappings
    from connectors.catalogue.load import get_dataset
    from connectors.errors import ConnectorError

    try:
        found = get_dataset(name)
        return read_mappings(mapping.name, mapping.read_bytes(), found) if mapping else found
    except ConnectorError as fault:
        fail(str(fault))


def _trial(dataset: "Dataset", file: Path, rows: int | None) -> "Tried | ConnectorError":
    """Return the trial, or why the file would be refused as a whole."""
    from connectors.errors import ConnectorError
    from gateway.intake.trials import try_file

    try:
        return try_file(dataset, file, rows)
    except ConnectorError as fault:
        return fault


def _compared(tried: "Tried", file: Path) -> "Tried":
    """Return a trial compared with what was handed in to the instance of this machine, where there is one."""
    from gateway.intake.submission import digest_of
    from gateway.intake.trials import compare_sample
    from gateway.runtime.actor import at_this_machine

    found = on_any_instance(
        lambda instance: compare_sample(
            instance.units, at_this_machine(), instance.protector, tried, file, digest_of(file)
        )
    )
    return found or tried


def _print_json(document: dict[str, Any]) -> None:
    import orjson

    typer.echo(orjson.dumps(document).decode())


def _show_draft(drafted: "Draft") -> None:
    from connectors.drafting.draft_text import left_over

    dataset, (_, score) = drafted.dataset, drafted.scores[0]
    typer.echo(f"数据目录 dataset: {dataset.dataset}（{dataset.title.zh}），置信度 confidence {score:.0%}")
    rows = [(name, drafted.dataset.fields[name].zh, heading, f"{pair.score:.0%}", pair.why)
            for name, (heading, pair) in drafted.pairs.items()]  # fmt: skip
    _table(("字段\nfield", "名称\nname", "列\ncolumn", "置信度\nconfidence", "依据\nwhy"), rows)
    if drafted.doubts:
        typer.echo("\n待人工确认 to be decided by a person:")
        _table(("字段\nfield", "列\ncolumn", "疑问\ndoubt"), [(d.about, d.column, d.text) for d in drafted.doubts])
    if drafted.lacking:
        typer.echo(f"\n没有列的必填字段 required, without a column: {'、'.join(drafted.lacking)}")
    if drafted.left_columns:
        left = "、".join(left_over(*column) for column in drafted.left_columns.items())
        typer.echo(f"\n未用的列 columns left over: {left}")


def _show_trial(tried: "Tried") -> None:
    from gateway.intake.documents import refusals_of
    from gateway.intake.trial_documents import trial_refusals

    trial = tried.trial
    layout = trial.layout
    typer.echo(
        f"\n试报结果 what would become of it（空库计 as in an empty store），映射 mapping {layout.binding.mapping.id}"
    )
    if layout.titles:
        typer.echo(f"标题行 title rows: {len(layout.titles)}；列名在第 headings in row {layout.header_rows}")
    for line in counting_lines(layout.tally.document(trial.counts["rows"])):
        typer.echo(line)
    _table(("结果\noutcome", "行\nrows"), [(f"{zh} {name}", trial.counts[name]) for name, zh in OUTCOMES.items()])
    if trial.counts["rows"] and trial.counts["rejected"] == trial.counts["rows"]:
        typer.echo("没有一行会入库：每一行都会被退回 not one row would be taken in: every row is refused")
    show_refusals(refusals_of(trial.reasons, trial_refusals(trial)))
    header = layout.binding.header
    filled = [
        (b.name, "、".join(header[place] for place in b.places), f"{trial.filled[b.name] / max(1, trial.sound):.1%}")
        for b in layout.binding.fields
    ]
    _table(("字段\nfield", "列\ncolumns", "填写率\nfilled"), filled)
    show_unread(column.document() for column in tried.unread)
    if tried.listed:
        for line in tried.listed.lines():
            typer.echo(line)
    refused = [(row.number, r.column, r.value, r.text) for row in trial.refused[:20] for r in row.reasons]
    if refused:
        _table(("行\nrow", "列\ncolumn", "原值\nvalue", "原因\nwhy"), refused)


def _table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    print_table(table)
