"""The embedded database: one private PostgreSQL server per machine, shared by every Xinqiao process of this home.

Each process holds a shared lock on `users.lock` while it needs the server; whoever can take that lock alone on its way
out stops the server. A killed process drops its lock with its life, so no server outlives its last user for long.
"""

import asyncio
import atexit
import contextlib
import fcntl
import os
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO

import psycopg
import structlog
from psycopg import sql

from gateway.runtime.database import DatabaseUrls, urls_from
from gateway.runtime.errors import DatabaseUnavailableError, NotInitialisedError
from gateway.runtime.server_programs import Server, find_server, socket_folder_of
from gateway.runtime.settings import Settings

PORT = 5432
REVIVE_SECONDS = 2.0
RECOVERY_SECONDS = 3600  # a long crash recovery is waited for
LEFT_BEHIND_SECONDS = 10.0  # a killed server holds its lock until the system has taken back its memory
LOOK_AGAIN_SECONDS = 0.5
OPTIONS = (
    "listen_addresses=''",
    "unix_socket_permissions=0700",
    "max_connections=300",
    "shared_buffers=256MB",
    "max_wal_size=4GB",
    "checkpoint_timeout=15min",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_error_statement=panic",  # statements carry values; a log must not
)
_LOG = structlog.get_logger("gateway.embedded")
_leases: dict[Path, IO[str]] = {}


def resolve_urls(settings: Settings, *, create: bool = False) -> DatabaseUrls:
    """Return where to connect: DATABASE_URL where it is set, else the embedded server, started if need be.

    Only what sets an instance up may create its database: elsewhere NotInitialisedError is raised where there is none.
    """
    if settings.database_url is not None:
        sequencer, owner = settings.database_sequencer_url, settings.database_owner_url
        return urls_from(
            settings.database_url.get_secret_value(),
            sequencer.get_secret_value() if sequencer else None,
            owner.get_secret_value() if owner else None,
        )
    database = f"xinqiao_{settings.instance}"
    if not create and not has_server(settings.home):
        raise NotInitialisedError
    socket_folder = lease(settings.home)
    if create:
        ensure_database(socket_folder, database)
    elif not has_database(socket_folder, database):
        raise NotInitialisedError
    return embedded_urls(socket_folder, database)


def embedded_urls(socket_folder: Path, database: str) -> DatabaseUrls:
    """Return the URLs of a database on the embedded server."""

    def url(role: str) -> str:
        return f"postgresql://{role}@/{database}?host={socket_folder}&port={PORT}"

    return urls_from(url("xinqiao_app"), url("xinqiao_sequencer"), url("xinqiao_owner"))


def lease(home: Path) -> Path:
    """Start the server if none runs, hold it for the life of this process, and return its socket folder."""
    server = find_server(home)
    with _locked(server.folder / "start.lock"):
        if server.folder not in _leases:
            users = (server.folder / "users.lock").open("w")
            fcntl.flock(users, fcntl.LOCK_SH)
            _leases[server.folder] = users
            atexit.register(release, home)
        if not _accepts(server.socket_folder):
            _start(server)
    return server.socket_folder


def revive() -> None:
    """Start the servers again that this process holds and that were killed; those that answer are left alone.

    Raises DatabaseUnavailableError while a server cannot be started, as long as processes of the killed one are there.
    """
    for folder in list(_leases):
        if not _accepts(socket_folder_of(folder)):
            lease(folder.parent)


@asynccontextmanager
async def revived() -> AsyncIterator[None]:
    """Revive the servers this process holds for the length of the block: the HTTP service. The worker has a step."""

    async def look_after() -> None:
        while True:
            await asyncio.sleep(REVIVE_SECONDS)
            try:
                await asyncio.to_thread(revive)
            except Exception as fault:  # noqa: BLE001 - tried again, whatever it was
                _LOG.error("database server not started again", fault=type(fault).__name__)

    looking = asyncio.create_task(look_after())
    try:
        yield
    finally:
        looking.cancel()


def release(home: Path) -> None:
    """Let go of the server; the last process to do so stops it."""
    folder = home / "postgres"
    users = _leases.pop(folder, None)
    if users is None or not folder.exists():
        return
    server = find_server(home)
    with _locked(folder / "start.lock"), users, contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.run("pg_ctl", "stop", "-D", str(server.data), "-m", "fast", "-w", "-t", "60")


def has_server(home: Path) -> bool:
    """Tell whether there is an embedded server in this home, running or not; a folder we may not enter holds one."""
    try:
        return (home / "postgres" / "data" / "PG_VERSION").exists()
    except PermissionError:
        return True


def has_database(socket_folder: Path, name: str) -> bool:
    """Tell whether the server has this database."""
    with _admin(socket_folder) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def ensure_database(socket_folder: Path, name: str) -> None:
    """Create the database if it is not there yet."""
    if has_database(socket_folder, name):
        return
    create = sql.SQL("CREATE DATABASE {} OWNER xinqiao_owner").format(sql.Identifier(name))
    with (
        _admin(socket_folder) as connection,
        contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation),
    ):
        connection.execute(create)


def _start(server: Server) -> None:
    if not (server.data / "PG_VERSION").exists():
        _expect(
            server.run("initdb", "-D", str(server.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        )
    server.socket_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if server.account:
        os.chown(server.socket_folder, server.account.pw_uid, server.account.pw_gid)
    options = " ".join(f"-c {option}" for option in (*OPTIONS, f"unix_socket_directories={server.socket_folder}"))
    log = server.data / "server.log"
    start = "pg_ctl", "start", "-D", str(server.data), "-l", str(log), "-w", "-t", str(RECOVERY_SECONDS), "-o", options
    patience = time.monotonic() + LEFT_BEHIND_SECONDS
    while (done := server.run(*start)).returncode and _is_left_behind(server) and time.monotonic() < patience:
        time.sleep(LOOK_AGAIN_SECONDS)
    _expect(done)
    with _admin(server.socket_folder) as connection:
        for role in ("xinqiao_owner CREATEDB CREATEROLE", "xinqiao_app", "xinqiao_sequencer"):
            with contextlib.suppress(psycopg.errors.DuplicateObject):
                connection.execute(f"CREATE ROLE {role} LOGIN")


def _is_left_behind(server: Server) -> bool:
    """Tell whether a server ended without taking its leave: its processes may still be there for a moment."""
    return (server.data / "postmaster.pid").exists()


def _accepts(socket_folder: Path) -> bool:
    try:
        with _admin(socket_folder):
            return True
    except psycopg.OperationalError:
        return False


def _admin(socket_folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(socket_folder), port=PORT, user="postgres", dbname="postgres", autocommit=True)


def _expect(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        raise DatabaseUnavailableError(f"{Path(done.args[0]).name}: {(done.stderr or done.stdout).strip()[-2000:]}")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
