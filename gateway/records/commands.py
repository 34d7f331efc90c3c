"""`xinqiao record …`: what is held of an enterprise, its history and proof; retention; erasing a person."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show, show_rows

if TYPE_CHECKING:
    from collections import Counter

    from gateway.gateway import Gateway

ACTOR = "operator-cli"
group = typer.Typer(no_args_is_help=True, help="记录 Records.")
Uscc = Annotated[str, typer.Argument(help="统一社会信用代码 The enterprise's USCC.")]
AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="截至日 As of this day.")]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"],
        help="当时已知 As known then: 2026-01-01T00:00:00+08:00.",
    ),
]
LISTED = ("record", "dataset", "version", "status", "visible", "event_date", "publish_until", "recorded_at")


@group.callback()
def records() -> None:
    """记录 Records."""


@group.command("count")
def count(uscc: Uscc, as_json: AsJson = False) -> None:
    """统计一家企业可公示的记录 Count by dataset what may be shown of an enterprise."""
    from collections import Counter

    from connectors.conversion.identifiers import read_identifier
    from connectors.model.calendar import day_of
    from connectors.records.portfolio import load_records
    from connectors.store.subjects import find_subject

    async def run(gateway: "Gateway") -> "Counter[str] | None":
        async with gateway.database.begin("record.count") as session:
            subject = await find_subject(session, "uscc", read_identifier(uscc).value)
            if subject is None:
                return None
            held = await load_records(session, subject.subject_id, day_of(datetime.now(UTC)))
            return Counter(record.dataset for record in held)

    found = on_instance(run)
    if found is None:
        fail("未归集该企业 this enterprise is not known")
    show(as_json, {"记录 records": found.total(), "按目录 by_dataset": dict(found)})


@group.command("list")
def list_records(uscc: Uscc, as_of: AsOf = None, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """列出一家企业的记录及状态 List an enterprise's records with their status, as of a day, as known then."""
    from connectors.conversion.identifiers import read_identifier
    from connectors.records.acts import find_histories
    from connectors.store.subjects import find_subject
    from gateway.records.history import history_document

    async def run(gateway: "Gateway") -> list[dict[str, Any]] | None:
        async with gateway.database.begin("record.list") as session:
            subject = await find_subject(session, "uscc", read_identifier(uscc).value)
            if subject is None:
                return None
            documents = [
                await history_document(gateway, session, history, _day(as_of, known_at), known_at, opens=False)
                for history in await find_histories(session, subject.subject_id)
            ]
            return [{"dataset": found["dataset"], **version} for found in documents for version in found["versions"]]

    found = on_instance(run)
    if found is None:
        fail("未归集该企业 this enterprise is not known")
    show_rows(as_json, [{name: row[name] for name in LISTED} for row in found])


@group.command("history")
def history(record_id: UUID, as_of: AsOf = None, known_at: KnownAt = None, as_json: AsJson = False) -> None:
    """一条记录的全部版本与操作 Every version of a record and every act upon it: what, when, by whom."""
    from connectors.records.acts import find_record, key_of, load_history
    from gateway.records.history import history_document

    async def run(gateway: "Gateway") -> dict[str, Any] | None:
        async with gateway.database.begin("record.history") as session:
            record = await find_record(session, record_id)
            if record is None:
                return None
            found = await load_history(session, key_of(record))
            return await history_document(gateway, session, found, _day(as_of, known_at), known_at, opens=False)

    found = on_instance(run)
    if found is None:
        fail("没有此记录 there is no such record")
    if as_json:
        show(as_json, found)
        return
    show_rows(as_json, [{"dataset": found["dataset"], **version} for version in found["versions"]], LISTED)
    show_rows(as_json, found["acts"], ("kind", "state", "effective_on", "actor", "reason", "recorded_at", "entry"))


@group.command("proof")
def proof(
    record_id: Annotated[UUID, typer.Argument(help="记录编号 The record's id.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到此文件 Write it here.")] = None,
) -> None:
    """一条记录的证明文件 Write one file that `xinqiao verify FILE --keys keys.json` checks without us."""
    from gateway.records.proof import find_proof
    from gateway.records.proof_file import file_bytes

    async def run(gateway: "Gateway") -> bytes | None:
        async with gateway.database.begin("record.proof") as session:
            found = await find_proof(gateway, session, record_id)
        return file_bytes(found) if found else None

    content = on_instance(run)
    if content is None:
        fail("没有此记录 there is no such record")
    if output is None:
        typer.echo(content.decode(), nl=False)
    else:
        output.write_bytes(content)
        show(False, {"证明 proof": str(output), "字节 bytes": len(content)})


@group.command("retention")
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看不删 Only say what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """清除超过保存期限的内容 Erase the content of what was kept long enough; digests stay, and batches still verify."""
    from gateway.records.retention import count_ended, expunge

    async def run(gateway: "Gateway") -> dict[str, int]:
        if not dry_run:
            return await expunge(gateway)
        async with gateway.database.begin("record.retention") as session:
            return await count_ended(session, datetime.now(UTC))

    found = on_instance(run)
    show(as_json, {"记录 records": sum(found.values()), "按目录 by_dataset": found, "仅试算 dry_run": dry_run})


@group.command("erase")
def erase(
    subject: Annotated[str, typer.Option(help="统一社会信用代码 The subject's USCC.")],
    reason: Annotated[str, typer.Option(help="原因 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """删除个人信息，不可恢复 Destroy the keys of what is personal of a subject, for good; proofs still verify."""
    from pydantic import ValidationError

    from gateway.admin.changes import ask_change
    from gateway.records.actions import EraseSubject

    try:
        action = EraseSubject(subject=subject, reason=reason)
    except ValidationError as fault:
        fail("；".join(f"{error['loc'][0]}: {error['msg']}" for error in fault.errors()))

    async def run(gateway: "Gateway") -> str:
        return str((await ask_change(gateway, action, actor=ACTOR, alone=True)).change_id)

    show(as_json, {"变更 change": on_instance(run), "主体 subject": subject, "已删除 erased": True})


def _day(as_of: datetime | None, known_at: datetime | None) -> date:
    from connectors.model.calendar import day_of

    return as_of.date() if as_of else day_of(known_at or datetime.now(UTC))
