"""`xinqiao ingest DATASET FILE`: take a file in from the command line, with progress and a summary."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.counting import counting_lines
from gateway.cli.naming import DatasetCode
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, Force, keep_existing, show, workbook_or_csv
from gateway.intake.refused_text import show_refusals
from gateway.intake.unread_text import show_not_ended, show_unread

if TYPE_CHECKING:
    from connectors.store.tables import Batch
    from gateway.intake.quarantine import Form
    from gateway.runtime.instance import Instance

_KNOWN_ALREADY = (
    "此文件此前已入库，这次未作改动，映射和更正批次都没有用到；要重新读取，请用 --batch 另给批次号 "
    "this file was taken in before: nothing was changed, neither mapping nor corrected batch was used; "
    "to read it anew, give it another --batch"
)


def ingest(
    dataset: DatasetCode,
    file: Annotated[
        Path, typer.Argument(help="文件 CSV, XLSX, XLS, JSON, NDJSON or XML.", exists=True, dir_okay=False)
    ],
    batch: Annotated[str | None, typer.Option(help="批次号 Batch id; without it, the digest of the file.")] = None,
    corrects: Annotated[
        UUID | None, typer.Option(help="更正的批次 The batch whose refused rows this file corrects.")
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option(
            help="问题数据写到此 XLSX 或 CSV Write the refused rows here.", dir_okay=False, callback=workbook_or_csv
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(help="随附的映射，与目录中的一起用 A mapping to read it by.", exists=True, dir_okay=False),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """入库一个文件 Take a file in: decode, map, quarantine, merge, seal; all or nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from connectors.store.corrections import count_corrected
    from connectors.store.refused import load_refusals
    from gateway.intake.admission import known_dataset, with_mappings
    from gateway.intake.batches import export_rejected
    from gateway.intake.documents import not_ended_of, refusals_of, unread_of
    from gateway.intake.submission import digest_of, from_file, intake_of
    from gateway.intake.take_in import take_in
    from gateway.runtime.actor import at_this_machine

    keep_existing(rejected, force=force)
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} 行 rows")
    progress = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), disable=as_json)

    async def run(instance: "Instance") -> tuple["Batch", bool, int, list[dict[str, Any]]]:
        actor, digest = at_this_machine(), digest_of(file)
        task = progress.add_task(f"入库 {dataset}", total=None)
        wanted, given = known_dataset(dataset), mapping.read_bytes() if mapping else None
        if mapping and given:
            wanted = with_mappings(wanted, mapping.name, given)
        submission = from_file(
            file, wanted, batch or digest.hex()[:16], digest, "file", corrects=corrects, mapping=given
        )
        stored, new = await take_in(
            instance.units, actor, intake_of(instance), submission,
            progress=lambda rows: progress.update(task, completed=rows),
        )  # fmt: skip
        async with instance.units.begin("rejected-rows", actor) as work:
            if rejected:
                with rejected.open("w+b") as target:
                    form: Form = "csv" if rejected.suffix.lower() == ".csv" else "xlsx"
                    await export_rejected(work, instance.protector, stored.batch_id, target, form)
            refusals = refusals_of(stored.reasons, await load_refusals(work.session, stored.batch_id))
            return stored, new, await count_corrected(work.session, stored), refusals

    with progress:
        stored, new, corrected, refusals = on_instance(run, as_json=as_json)
    if not new and (mapping or corrects):
        typer.echo(_KNOWN_ALREADY, err=True)
    told = {
        "批次 batch": str(stored.batch_id),
        "新批次 new": new,
        "行数 rows": stored.row_count,
        "接受 accepted": stored.accepted,
        "待匹配 unresolved": stored.unresolved,
        "更正 corrections": stored.corrections,
        "重复 duplicates": stored.duplicates,
        "自然人 natural_persons": stored.natural_persons,
        "问题数据 rejected": stored.rejected,
        "终止 ended": stored.ended,
        "恢复 returned": stored.returned,
        "已更正 corrected": corrected,
        "更正自 corrects": str(stored.corrects) if stored.corrects else None,
    }
    unread = unread_of(stored)
    if as_json:
        details = {
            "not_ended": not_ended_of(stored),
            "reasons": stored.reasons,
            "refusals": refusals,
            "counting": stored.counting,
        }
        show(as_json, {**told, **details, "unread_columns": unread})
        return
    show(as_json, told)
    show_not_ended(not_ended_of(stored))
    for line in counting_lines(stored.counting) if stored.counting else ():
        typer.echo(line)
    show_unread(unread)
    show_refusals(refusals)
    if refusals:
        named = [*(["--batch", batch] if batch else []), *(["--corrects", str(corrects)] if corrects else [])]
        typer.echo(_next_step(dataset, file, named, rejected, str(stored.corrects or stored.batch_id)))


def _next_step(dataset: str, file: Path, named: list[str], rejected: Path | None, first: str) -> str:
    """Say how the refused rows are written, or, where they were, how they are sent back; `first` is their batch."""
    if rejected:
        back = shlex.join(["xinqiao", "ingest", dataset, str(rejected), "--corrects", first])
        return f"问题数据已写入 {rejected}，更正后再报 refused rows are in it; corrected, send it: {back}"
    again = shlex.join(["xinqiao", "ingest", dataset, str(file), *named, "--rejected", "refused.xlsx"])
    return f"写出全部问题数据以便更正 to have all refused rows, to be corrected: {again}"
