"""`xinqiao backup`, `restore`, and `audit accept-loss`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.asking import Yes, check_reason, confirm_final, say_alone
from gateway.cli.on_instance import on_instance
from gateway.cli.output import AsJson, fail, show

if TYPE_CHECKING:
    from gateway.backup.loss import Loss
    from gateway.backup.manifest import Manifest
    from gateway.runtime.instance import Instance

Passphrase = Annotated[
    Path | None, typer.Option(help="文件，首行为密封密钥的口令 A file whose first line seals the key files.")
]


def backup(
    folder: Annotated[Path, typer.Argument(help="空目录 An empty folder.")],
    passphrase_file: Passphrase = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="不含密钥文件，另行保管 Leave the key files out: kept elsewhere.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """备份：数据库、密钥、暂存文件；服务照常 Back up database, keys and held files of one moment; all goes on."""
    from gateway.backup.key_files import read_passphrase
    from gateway.backup.make import make_backup
    from gateway.runtime.actor import at_this_machine

    if (passphrase_file is None) != without_keys:
        fail("请给出 --passphrase-file 或 --without-keys 之一 give one of the two")

    async def run(instance: "Instance") -> "Manifest":
        phrase = read_passphrase(passphrase_file) if passphrase_file else None
        return await make_backup(instance.units, at_this_machine(), instance.settings, folder, phrase)

    made = on_instance(run)
    show(as_json, {"目录 folder": str(folder), **_in_lines(made), "日志条目 entry": made.entry})


def restore(
    folder: Annotated[Path, typer.Argument(help="备份目录 A backup's folder.")],
    passphrase_file: Passphrase = None,
    behind: Annotated[
        bool, typer.Option("--behind", help="条目确已丢失也恢复 Even where entries that were signed are lost for good.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """恢复到空实例，然后对账；树头文件不恢复 Restore into an empty instance and reconcile; the head store stays."""
    from gateway.backup.key_files import read_passphrase
    from gateway.backup.restore import (
        check_backup,
        check_home,
        record_restored,
        restore_files,
        restore_tables,
        tell_loss,
    )
    from gateway.evidence.fsck import reconcile
    from gateway.runtime.actor import at_this_machine
    from gateway.runtime.embedded import resolve_urls
    from gateway.runtime.errors import GatewayError
    from gateway.runtime.settings import load_settings

    settings = load_settings()
    try:
        manifest = check_backup(folder, settings, behind=behind)
        check_home(settings)
        restore_files(folder, settings, read_passphrase(passphrase_file) if passphrase_file else None)
        restore_tables(resolve_urls(settings, create=True).owner, folder)
    except GatewayError as fault:
        fail(str(fault))

    async def run(instance: "Instance") -> int:
        async with instance.units.begin("restore.reconcile", at_this_machine()) as work:
            sides, findings = await reconcile(work)
        async with instance.units.begin("restore.restored", at_this_machine()) as work:
            await record_restored(work, folder, manifest)
        return len(sides) + findings.total

    differences = on_instance(run)
    if said := tell_loss(manifest, settings):
        typer.echo(said, err=True)
    if not (settings.head_folder / "head.json").exists():
        typer.echo(
            "没有树头文件：请向审计员取得最新检查点，确认不多于备份的条目，再启动 worker。"
            "There is no head store: compare with the newest checkpoint that auditors hold before a worker is started.",
            err=True,
        )
    show(as_json, {**_in_lines(manifest), "差异 differences": differences})
    if differences:
        raise typer.Exit(1)


def accept(
    reason: Annotated[str, typer.Option(callback=check_reason, help="原因，写入日志 Why, for the log.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """已签名的条目确已丢失：写入日志并继续 Signed entries are lost for good: say so in the log, and sign on."""
    from audit.errors import ForkError
    from audit.head_store import HeadStore
    from gateway.backup.loss import accept_loss, find_loss
    from gateway.runtime.actor import at_this_machine

    async def run(instance: "Instance") -> tuple["Loss", Path]:
        store = HeadStore(instance.settings.head_folder)
        async with instance.units.begin("audit.find-loss", at_this_machine()) as work:
            found = await find_loss(work, store)
        confirm_final(
            f"已签名 {found.lost.size} 条，现有 {found.entries} 条，将写入日志 "
            f"{found.lost.size} entries were signed, {found.entries} are there: the log will say so",
            yes=yes,
        )
        done = await accept_loss(instance.units, at_this_machine(), store, reason)
        say_alone()
        return found, done

    try:
        loss, kept = on_instance(run)
    except ForkError as fault:
        fail(str(fault))
    show(
        as_json,
        {
            "已签名 signed": loss.lost.size, "现有 entries": loss.entries,
            "丢失 lost": max(loss.lost.size - loss.entries, 0),
            "从此继续 signed from": loss.instead.size if loss.instead else 0, "旧树头 kept": str(kept),
        },
    )  # fmt: skip


def extend(audit: typer.Typer) -> None:
    """Add what concerns the audit log to its group."""
    audit.command("accept-loss")(accept)


def _in_lines(manifest: "Manifest") -> dict[str, object]:
    return {
        "时间 made at": manifest.made_at, "版本 release": manifest.release,
        "表结构 schema": manifest.revision, "条目 entries": manifest.log.size, "等待入树 waiting": manifest.log.waiting,
        "文件 files": len(manifest.files),
    }  # fmt: skip
