"""`xinqiao audit`: the log's key, its export, and the check an auditor runs anywhere (verify_command.py)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.on_instance import in_one_unit
from gateway.cli.output import AsJson, show
from gateway.evidence import verify_command

if TYPE_CHECKING:
    from gateway.runtime.work import UnitOfWork

group = typer.Typer(no_args_is_help=True, help="审计 Audit: key, export, verify.")
group.command("verify")(verify_command.verify)


@group.command()
def key() -> None:
    """日志公钥，交给审计员保存 Print the log's public key, to be handed to auditors out of band."""
    from audit.note import public_bytes, verifier_key

    async def run(work: "UnitOfWork") -> str:
        return verifier_key(work.recorder.origin, public_bytes(work.keys.audit_key()))

    typer.echo(in_one_unit("audit.key", run))


@group.command()
def export(
    folder: Annotated[Path, typer.Argument(help="空目录 An empty folder.")],
    as_json: AsJson = False,
) -> None:
    """导出日志与业务数据 Write the log (C2SP tlog-tiles) and the rows it vouches for, to be verified anywhere."""
    from gateway.evidence.export import export_evidence
    from gateway.evidence.progress import progress_bar

    async def run(work: "UnitOfWork") -> int:
        with progress_bar("导出 exporting") as progress:
            return await export_evidence(work, folder, progress)

    size = in_one_unit("audit.export", run)
    show(as_json, {"目录 folder": str(folder), "条目 entries": size})
