"""`xinqiao audit`: the log's key, its export, and the check an auditor runs anywhere (verify_command.py)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.asking import check_reason
from gateway.cli.on_instance import in_one_unit, on_instance
from gateway.cli.output import AsJson, show
from gateway.evidence import verify_command

if TYPE_CHECKING:
    from audit.stops import Stop
    from gateway.evidence.fsck import Report
    from gateway.runtime.instance import Instance
    from gateway.runtime.work import UnitOfWork

group = typer.Typer(no_args_is_help=True, help="审计 Audit: who, statistics, key, export, verify, fsck, lift.")
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


@group.command()
def fsck(as_json: AsJson = False) -> None:
    """全面核查；有差异即停止签发 Check the stored log and business state; any difference stops the signing."""
    from gateway.evidence.fsck import check_instance
    from gateway.evidence.progress import progress_bar
    from gateway.evidence.unseen import FSCK
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> "Report":
        with progress_bar("核查 checking") as progress:
            return await check_instance(instance.units, at_this_machine(), progress)

    report = on_instance(run)
    checked = report.checked
    told = [vars(one) for one in checked.findings.told] if as_json else "\n".join(map(str, checked.findings.told))
    show(
        as_json,
        {
            "条目 entries": checked.entries,
            "等待入树 waiting": checked.waiting,
            "业务数据 rows": checked.rows if as_json else ", ".join(f"{k} {v}" for k, v in checked.rows.items()),
            "较早事件未写明的列 not compared": checked.older,
            "差异 differences": checked.findings.total,
            "详情 findings": told,
            "已停止签发 stopped": report.stopped,
            "看不到 cannot see": FSCK if as_json else "\n".join(FSCK.values()),
        },
    )
    if checked.findings.total:
        raise typer.Exit(1)


@group.command()
def lift(
    reason: Annotated[str, typer.Option(callback=check_reason, help="原因，写入日志 Why, for the log.")],
    as_json: AsJson = False,
) -> None:
    """解除停签，恢复签发 Lift the stop, so that heads are signed again; the differences stay in the log."""
    from gateway.evidence.fsck import lift

    async def run(work: "UnitOfWork") -> "Stop":
        return await lift(work, reason)

    stop = in_one_unit("audit.lift", run)
    show(
        as_json,
        {
            "停签 stop": str(stop.stop_id),
            "始于 since": stop.stopped_at.isoformat(),
            "差异 differences": stop.differences,
        },
    )
