"""A backup brought back into an empty instance, and the way on where what was signed since is lost.

The head store is no part of a backup: it says what was signed last, and an older copy of it would let that be denied.
"""

import shutil
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL

from audit.errors import ForkError
from audit.head_store import HeadStore
from connectors.model.calendar import SHANGHAI
from gateway.backup.dump import restore_database
from gateway.backup.key_files import restore_keys
from gateway.backup.manifest import DATABASE, HELD, KEYS, Manifest, load_manifest, manifest_digest
from gateway.runtime import schema
from gateway.runtime.database import APP_ROLE, SEQUENCER_ROLE
from gateway.runtime.errors import GatewayError, NotInitialisedError
from gateway.runtime.keystore import load_kek
from gateway.runtime.settings import Settings
from gateway.runtime.spool import spool_of
from gateway.runtime.work import UnitOfWork

_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"


def check_backup(folder: Path, settings: Settings, *, behind: bool) -> Manifest:
    """Return the manifest of a sound backup of this instance that is not behind what was signed.

    `behind`: it may be. Raises GatewayError with what is wrong and what to do.
    """
    manifest = load_manifest(folder)
    for what, ours, theirs in (
        ("XINQIAO_INSTANCE", settings.instance, manifest.instance),
        ("XINQIAO_ORIGIN", settings.log_origin, manifest.origin),
    ):
        if ours != theirs:
            raise GatewayError(f"备份属于另一实例 the backup is of another instance: {what} {theirs}, not {ours}")
    if not schema.is_known(manifest.revision):
        raise GatewayError(
            f"备份来自更新的版本 {manifest.release}，请用该版本恢复 "
            f"the backup is of a newer release: restore it with {manifest.release}"
        )
    signed, held = _signed(settings), _held(manifest)
    if signed > held and not behind:
        raise GatewayError(
            f"已签名 {signed} 条，备份只有 {held} 条：有 {signed - held} 条会丢失。"
            "请先恢复更新的备份或重放数据库日志；确已丢失时用 --behind 恢复，再运行 `xinqiao audit accept-loss` "
            f"{signed} entries were signed and the backup has {held}: {signed - held} would be lost. Restore a "
            "newer backup, or replay the database's own log; where they are lost for good, restore with --behind, "
            "then run `xinqiao audit accept-loss`. See docs/operations.md"
        )
    return manifest


def check_home(settings: Settings) -> None:
    """Pass an instance's folder that holds nothing but a head store and key files. Raises GatewayError."""
    home = settings.instance_home
    may_stay = {home / "keys", settings.head_folder}
    found = sorted(path.name for path in home.iterdir() if path not in may_stay) if home.exists() else []
    if found:
        named = "、".join(found)
        raise GatewayError(
            f"{home} 不是空的，请移走 {named}；树头文件（{settings.head_folder}）和密钥文件（keys）须留下 "
            f"it is not empty: move {named} away; the head store ({settings.head_folder}) and key files (keys) stay"
        )


def tell_loss(manifest: Manifest, settings: Settings) -> str:
    """Say what was lost with a backup that is behind what was signed, and what is to be done; "" where nothing was."""
    signed, held = _signed(settings), _held(manifest)
    if signed <= held:
        return ""
    made = manifest.made_at.astimezone(SHANGHAI).isoformat(" ", "seconds")
    return (
        f"已签名 {signed} 条，备份有 {held} 条，丢失 {signed - held} 条。下一步：运行 `xinqiao audit accept-loss`，"
        f"否则不再签发；{made} 之后的撤销、停用、密钥退役和查询须逐一重做，见 docs/operations.md"
        f"「恢复」。{signed} entries were signed, the backup has {held}: {signed - held} are lost. Next: run "
        f"`xinqiao audit accept-loss`, or nothing is signed any more; what was revoked, suspended, retired or asked "
        f'after {made} is to be done again: see "Restore" in docs/operations.md'
    )


def _signed(settings: Settings) -> int:
    """Return how many entries the last signed head covers. Raises GatewayError where the head store is damaged."""
    try:
        head = HeadStore(settings.head_folder).find()
    except ForkError as fault:
        raise GatewayError(str(fault)) from fault
    return head.size if head else 0


def _held(manifest: Manifest) -> int:
    return manifest.log.size + manifest.log.waiting


def restore_files(folder: Path, settings: Settings, passphrase: str | None) -> None:
    """Bring back key files, where there are any and a passphrase is given, and held submissions.

    Raises GatewayError where the KEK is not there afterwards, neither as a file nor in the environment.
    """
    if passphrase and (folder / KEYS).exists():
        restore_keys(folder / KEYS, passphrase, settings.instance_home / "keys")
    try:
        load_kek(settings)
    except NotInitialisedError as fault:
        raise GatewayError(
            "没有主密钥：请给出 --passphrase-file，或设 XINQIAO_KEK，或放回密钥文件 "
            "there is no KEK: give --passphrase-file, or set XINQIAO_KEK, or put its file back"
        ) from fault
    if (folder / HELD).exists():
        shutil.copytree(folder / HELD, spool_of(settings.instance_home) / HELD, dirs_exist_ok=True)


def restore_tables(owner: URL, folder: Path) -> None:
    """Fill an empty database, and bring it to the schema of this program. Raises GatewayError where it is not empty."""
    with psycopg.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        (tables,) = connection.execute(_TABLES).fetchone() or (0,)
        if tables:
            raise GatewayError(f"数据库不是空的，已有 {tables} 个表 the database is not empty: it has {tables} tables")
        for role in (APP_ROLE, SEQUENCER_ROLE):  # a dump names them, and they belong to the server
            if not connection.execute(_ROLE, [role]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    restore_database(owner, folder / DATABASE)
    schema.migrate(owner)


async def record_restored(work: UnitOfWork, folder: Path, manifest: Manifest) -> None:
    """Say in the log that everything after the backup is not there."""
    told = {
        "entries": _held(manifest), "digest": manifest_digest(folder),
        "made_at": manifest.made_at.isoformat(),
    }  # fmt: skip
    await work.record("instance.restored", told, outcome="restored")
