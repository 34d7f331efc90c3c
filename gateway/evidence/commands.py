"""`xinqiao audit`: the log's key, its export, and the check an auditor runs anywhere, without database or network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from audit.export import Progress
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

group = typer.Typer(no_args_is_help=True, help="审计 Audit: key, export, verify.")


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@group.command()
def key() -> None:
    """日志公钥，交给审计员保存 Print the log's public key, to be handed to auditors out of band."""
    from audit.note import public_bytes, verifier_key
    from gateway.gateway import Gateway

    async def run(gateway: Gateway) -> str:
        return verifier_key(gateway.audit.origin, public_bytes(gateway.keys.audit_key()))

    typer.echo(on_instance(run))


@group.command()
def export(
    folder: Annotated[Path, typer.Argument(help="空目录 An empty folder.")],
    as_json: AsJson = False,
) -> None:
    """导出日志与业务数据 Write the log (C2SP tlog-tiles) and the rows it vouches for, to be verified anywhere."""
    from audit.errors import AuditError
    from audit.export import export_log
    from gateway.evidence.export import export_rows
    from gateway.gateway import Gateway

    async def run(gateway: Gateway) -> int:
        with _bar("导出 exporting") as progress:
            async with gateway.database.begin("audit.export") as session:
                size = await export_log(session, gateway.audit.log_id, folder, progress)
                await export_rows(gateway, session, folder, size)
                return size

    try:
        size = on_instance(run)
    except AuditError as fault:
        fail(str(fault))
    show(as_json, {"目录 folder": str(folder), "条目 entries": size})


@group.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="导出的目录 An exported log.", exists=True, file_okay=False)],
    key: Annotated[str, typer.Option(help="日志公钥或其文件 The log's public key, or a file that holds it.")],
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            help="以前保存的检查点 Checkpoints kept earlier; repeat for several.", exists=True, dir_okay=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """离线核验 Verify an exported log offline: signature, entries, tiles, and that it extends what was kept."""
    from audit.errors import AuditError
    from audit.verifier import verify_log
    from gateway.evidence.check import EvidenceError, verify_rows

    vkey = Path(key).read_text() if "+" not in key and Path(key).is_file() else key
    notes = [path.read_text() for path in kept or []]
    try:
        with _bar("核验 verifying") as progress:
            report = verify_log(folder, vkey, notes, progress)
        rows = verify_rows(folder, report.checkpoint.size)
    except (AuditError, EvidenceError) as fault:
        fail(f"核验不通过 NOT verified: {fault}")
    show(
        as_json,
        {
            "日志 log": report.checkpoint.origin,
            "条目 entries": report.checkpoint.size,
            "根 root": report.checkpoint.root.hex(),
            "业务数据 rows": rows if as_json else ", ".join(f"{k} {v}" for k, v in rows.items()),
            "包含旧检查点 earlier checkpoints": len(report.kept),
            "事件类型 types": report.types if as_json else ", ".join(f"{k} {v}" for k, v in report.types.items()),
            "结论 verdict": "verified" if as_json else "核验通过 verified",
        },
    )
