"""`xinqiao record …`: what is held of an enterprise, its history and proof; retention."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.asking import Yes, confirm_final
from gateway.cli.in_words import coded
from gateway.cli.naming import LISTED, Limit, Uscc
from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, Column, Force, keep_existing, show, show_list

if TYPE_CHECKING:
    from collections import Counter

    from gateway.records.history import AsOf
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

group = typer.Typer(no_args_is_help=True, help="记录 Records.")
AsOfDay = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="截至日 As of this day.")]
RecordId = Annotated[UUID, typer.Argument(metavar="ID", help="记录编号 The record's id.")]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"],
        metavar="TIME",
        help="当时已知 As known then: 2026-01-01T00:00:00+08:00.",
    ),
]
COLUMNS = (
    Column("record", "编号 id"),
    Column("dataset", "数据目录 dataset"),
    Column("version", "版本 version"),
    Column("status", "状态 status"),
    Column("visible", "可公示 visible"),
    Column("event_date", "事件日期 event_date"),
    Column("publish_until", "公示至 publish_until"),
    Column("recorded_at", "入库时间 recorded"),
)
ACTS = (
    Column("kind", "操作 act"),
    Column("state", "状态 state"),
    Column("effective_on", "生效日 effective_on"),
    Column("actor", "操作者 actor"),
    Column("reason", "原因 reason"),
    Column("recorded_at", "时间 recorded"),
    Column("entry", "日志条目 entry"),
)

OBJECTIONS = (
    Column("objection", "异议 objection"),
    Column("dataset", "数据目录 dataset"),
    Column("agency", "部门 agency"),
    Column("standing", "如何 standing"),
    Column("recorded_at", "提出 filed"),
    Column("answer_due_on", "答复期限 answer due"),
    Column("close_due_on", "办结期限 close by"),
    Column("provisional", "暂定 provisional"),
    *(Column(name, name, listed=False) for name in ("record", "hidden", "reason", "document", "mark_due_on", "rule")),
)
STANDINGS = {"in_time": "期限内", "late": "过了答复期限", "overdue": "过了办结期限"}
MOST_OBJECTIONS = 10_000


@group.callback()
def records() -> None:
    """记录 Records."""


@group.command("count")
def count(uscc: Uscc, as_json: AsJson = False) -> None:
    """统计一家企业可公示的记录 Count by dataset what may be shown of an enterprise."""
    from collections import Counter

    from gateway.records.history import load_shown

    async def run(work: "UnitOfWork") -> "Counter[str]":
        return Counter(record.dataset for record in await load_shown(work, uscc))

    found = in_one_unit("record.count", run)
    show(as_json, {"记录 records": found.total(), "按目录 by_dataset": dict(found)})


@group.command("list")
def list_all(
    uscc: Uscc, as_of: AsOfDay = None, known_at: KnownAt = None, limit: Limit = LISTED, as_json: AsJson = False
) -> None:
    """列出一家企业的记录及状态 List an enterprise's records with their status, as of a day, as known then."""
    from gateway.records.history import list_records
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> list[dict[str, Any]]:
        async with instance.units.begin("record.list", at_this_machine()) as work:
            return await list_records(work, instance.protector, uscc, _as_of(as_of, known_at))

    show_list(as_json, "records", on_instance(run), COLUMNS, limit)


@group.command("objections")
def objections(
    overdue: Annotated[bool, typer.Option("--overdue", help="只看过了答复期限的 Those whose answer was due.")] = False,
    limit: Limit = LISTED,
    as_json: AsJson = False,
) -> None:
    """列出等部门办结的异议 Objections that no agency has decided, the oldest first, with the days they were told."""
    from gateway.records.objections import list_open

    async def run(work: "UnitOfWork") -> list[dict[str, Any]]:
        return await list_open(work, MOST_OBJECTIONS, overdue=overdue)

    found = in_one_unit("record.objections", run)
    rows = found if as_json else [{**one, "standing": coded(one["standing"], STANDINGS)} for one in found]
    show_list(as_json, "objections", rows, OBJECTIONS, limit)


@group.command("history")
def history(
    record_id: RecordId,
    as_of: AsOfDay = None,
    known_at: KnownAt = None,
    as_json: AsJson = False,
) -> None:
    """一条记录的全部版本与操作 Every version of a record and every act upon it: what, when, by whom."""
    from gateway.records.history import read_history
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> dict[str, Any]:
        async with instance.units.begin("record.history", at_this_machine()) as work:
            return await read_history(work, instance.protector, record_id, _as_of(as_of, known_at))

    found = on_instance(run)
    if as_json:
        show(as_json, found)
        return
    versions = [{"dataset": found["dataset"], **version} for version in found["versions"]]
    show_list(as_json, "versions", versions, COLUMNS, len(versions))
    show_list(as_json, "acts", found["acts"], ACTS, len(found["acts"]))


@group.command("proof")
def proof(
    record_id: RecordId,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到此文件 Write it here.")] = None,
    force: Force = False,
) -> None:
    """一条记录的证明文件 Write one file that `xinqiao verify FILE --keys keys.json` checks without us."""
    from gateway.records.proof import prove_record
    from gateway.records.proof_file import file_bytes

    keep_existing(output, force=force)

    async def run(work: "UnitOfWork") -> bytes:
        return file_bytes((await prove_record(work, record_id, "file")).proof)

    content = in_one_unit("record.proof", run)
    if output is None:
        typer.echo(content.decode(), nl=False)
    else:
        output.write_bytes(content)
        show(False, {"证明 proof": str(output), "字节 bytes": len(content)})


@group.command("retention")
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看不删 Only say what would go.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """清除超过保存期限的内容，不可恢复 Erase for good what was kept long enough; digests stay, batches still verify."""
    from gateway.records.retention import count_expired, expunge
    from gateway.runtime.actor import at_this_machine
    from gateway.runtime.clock import now

    if not dry_run:
        confirm_final(
            "将删除超过保存期限的内容，只留摘要 This erases what was kept long enough: digests alone stay", yes=yes
        )

    async def run(instance: "Instance") -> dict[str, int]:
        if not dry_run:
            return await expunge(instance.units, at_this_machine(), instance.protector, now())
        async with instance.units.begin("record.retention", at_this_machine()) as work:
            return await count_expired(work)

    found = on_instance(run)
    show(as_json, {"记录 records": sum(found.values()), "按目录 by_dataset": found, "仅试算 dry_run": dry_run})


def _as_of(as_of: datetime | None, known_at: datetime | None) -> "AsOf":
    from gateway.records.history import AsOf

    return AsOf(as_of.date() if as_of else None, known_at)
