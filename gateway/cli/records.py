"""`xinqiao record count|proof`: what is held of an enterprise, and the proof of one record."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.state import Gateway

group = typer.Typer(no_args_is_help=True, help="记录 Records.")


@group.callback()
def records() -> None:
    """记录 Records."""


@group.command("count")
def count(
    uscc: Annotated[str, typer.Argument(help="统一社会信用代码 The enterprise's USCC.")], as_json: AsJson = False
) -> None:
    """统计一家企业的现行记录 Count an enterprise's current records by dataset."""
    from collections import Counter

    from connectors.identifiers import read_identifier
    from connectors.portfolio import load_records
    from connectors.subjects import find_subject

    async def run(gateway: "Gateway") -> Counter[str] | None:
        async with gateway.database.begin("record.count") as session:
            subject = await find_subject(session, "uscc", read_identifier(uscc).value)
            if subject is None:
                return None
            return Counter(held.dataset for held in await load_records(session, subject.subject_id))

    found = on_instance(run)
    if found is None:
        fail("未归集该企业 this enterprise is not known")
    show(as_json, {"记录 records": found.total(), "按目录 by_dataset": dict(found)})


@group.command("proof")
def proof(
    record_id: Annotated[UUID, typer.Argument(help="记录编号 The record's id.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到此文件 Write it here.")] = None,
) -> None:
    """一条记录的证明文件 Write one file that `xinqiao verify FILE --keys keys.json` checks without us."""
    from gateway.record_proof import file_bytes, find_proof

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
