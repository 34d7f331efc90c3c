"""A backup of a running instance: database, key files and held submissions, all as one moment saw them."""

import asyncio
import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text

from audit.proofs import find_latest, read_tree_head
from audit.stored import count_entries
from gateway.backup.dump import dump_database
from gateway.backup.key_files import seal_keys
from gateway.backup.manifest import DATABASE, FORMAT, HELD, KEYS, Log, Manifest, hash_files, write_manifest
from gateway.runtime.actor import Actor
from gateway.runtime.errors import GatewayError
from gateway.runtime.settings import Settings
from gateway.runtime.spool import spool_of
from gateway.runtime.work import UnitOfWork, UnitsOfWork

_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_SNAPSHOT = text("SELECT pg_export_snapshot()")
_REVISION = text("SELECT version_num FROM alembic_version")


async def make_backup(
    units: UnitsOfWork, actor: Actor, settings: Settings, folder: Path, passphrase: str | None
) -> Manifest:
    """Record that a backup is made, write it into an empty folder, and return its manifest, which names that entry.

    The entry is there before the snapshot: a worker signs it within a second, and a backup without an entry that was
    signed could not be restored.

    Without a passphrase the key files are left out. The database's snapshot is older than the copies beside it, so that
    a submission the dump names as held is there unless it was decided on meanwhile; then the decision is what is lost.
    Raises GatewayError where the folder holds something, or pg_dump fails.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise GatewayError(f"{folder} 不是空目录 the folder is not empty")
    async with units.begin("backup.begun", actor) as work:
        entry = await work.record("instance.backed_up", {"release": version("xinqiao")}, outcome="begun")
    async with units.begin("backup.snapshot", actor, role="owner") as work:
        await work.session.execute(_ONE_MOMENT)
        snapshot = (await work.session.execute(_SNAPSHOT)).scalar_one()
        await asyncio.to_thread(_copy_held, spool_of(settings.instance_home) / HELD, folder / HELD)
        revision = (await work.session.execute(_REVISION)).scalar_one()
        log, made_at = await _describe_log(work), work.now
        await asyncio.to_thread(dump_database, units.database.urls.owner, snapshot, folder / DATABASE)
    if passphrase:
        await asyncio.to_thread(seal_keys, settings.instance_home / "keys", passphrase, folder / KEYS)
    manifest = Manifest(
        FORMAT, settings.instance, settings.log_origin, made_at, version("xinqiao"), revision, log,
        await asyncio.to_thread(hash_files, folder), str(entry),
    )  # fmt: skip
    write_manifest(folder, manifest)
    return manifest


async def _describe_log(work: UnitOfWork) -> Log:
    log_id = work.recorder.log_id
    size, root = await read_tree_head(work.session, log_id)
    _, waiting = await count_entries(work.session, log_id)
    latest = await find_latest(work.session, log_id)
    return Log(size, waiting, root.hex(), latest[1] if latest else None)


def _copy_held(held: Path, target: Path) -> None:
    for path in held.glob("*"):
        target.mkdir(exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):  # it is decided on at this moment
            shutil.copyfile(path, target / path.name)
