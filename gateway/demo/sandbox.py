"""The sandbox: a made-up city that stays, in a home of its own below the data folder, for newcomers to play with.

Its home holds its own database server and instances; no other instance is ever touched. `sandbox.json` marks it: what
has no such file is not a sandbox's, and is neither used nor deleted.
"""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.demo.command_line import DemoError
from gateway.demo.handout import delete_handout
from gateway.demo.town import is_free
from gateway.runtime.embedded import has_server, lease, release

MARK, LOCK, HANDOUT = "sandbox.json", "sandbox.lock", "handout"
PORTS = 3  # the gateway's and the two platforms'


@dataclass(frozen=True)
class Sandbox:
    """A sandbox: its home, the folder that is handed out, its first port, how many enterprises, whether it is built and
    on which day (ISO).
    """

    home: Path
    folder: Path
    port: int
    enterprises: int
    built: bool = False
    built_on: str = ""

    def write(self) -> None:
        """Write the mark."""
        self.home.mkdir(parents=True, exist_ok=True)
        kept = {name: str(value) if isinstance(value, Path) else value for name, value in asdict(self).items()}
        (self.home / MARK).write_text(json.dumps(kept, ensure_ascii=False), "utf-8")

    def check_ports(self) -> None:
        """Raise DemoError unless all its ports are free."""
        taken = [str(port) for port in range(self.port, self.port + PORTS) if not is_free(port)]
        if taken:
            raise DemoError(
                f"端口 {', '.join(taken)} 已被占用：请停止占用它的程序，或新建时用 --port 另选 "
                "the port is taken: stop what listens there, or choose another with --port when it is built"
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the sandbox for the length of the block. Raises DemoError where another process does."""
        with (self.home / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DemoError("沙盒正在运行，请先按 Ctrl-C 停止 the sandbox is running: end it first") from None
            yield


def sandbox_home(data_home: Path) -> Path:
    """Return where the sandbox of a data folder lives; the folder itself where it is a sandbox's."""
    return data_home if (data_home / MARK).exists() else data_home / "sandbox"


def find_sandbox(home: Path) -> Sandbox | None:
    """Return the sandbox that lives in a home, None where there is nothing. Raises DemoError where it is another's."""
    if not (home / MARK).exists():
        if home.exists() and any(home.iterdir()):
            raise DemoError(f"{home} 不是沙盒，未作改动 is no sandbox: nothing was touched")
        return None
    kept = json.loads((home / MARK).read_text("utf-8"))
    return Sandbox(**{**kept, "home": home, "folder": Path(kept["folder"])})


def new_sandbox(home: Path, folder: Path | None, port: int, enterprises: int) -> Sandbox:
    """Mark a home as that of a sandbox to be built, and return it.

    Raises DemoError where its folder holds something, or a port is taken.
    """
    made = Sandbox(home, (folder or home / HANDOUT).absolute(), port, enterprises)
    if made.folder.exists() and any(made.folder.iterdir()):
        raise DemoError(f"{made.folder} 不是空文件夹 is not empty: name another folder")
    made.check_ports()
    made.write()
    return made


def delete(sandbox: Sandbox) -> None:
    """Delete a sandbox that nobody holds: its database, its instances, and what was handed out."""
    if has_server(sandbox.home):
        lease(sandbox.home)  # one that a killed process left running is stopped too
        release(sandbox.home)
    delete_handout(sandbox.folder)
    for path in sandbox.home.iterdir():
        if path.name == MARK:
            continue  # last: what is half deleted is still a sandbox's
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    (sandbox.home / MARK).unlink()
    sandbox.home.rmdir()
