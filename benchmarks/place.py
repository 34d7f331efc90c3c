"""A private home with the embedded database, gone when the measurement ends, however it ends.

python benchmarks/place.py FOLDER is the watcher of a folder: when its standard input ends, as it does with whoever
started it, it kills what still runs on that folder and takes the folder away.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from gateway.runtime.embedded import lease, release


@contextmanager
def place() -> Iterator[Path]:
    """Yield a folder to measure in; its database runs."""
    folder = Path(tempfile.mkdtemp(prefix="xinqiao-bench-"))
    command = [sys.executable, __file__, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True):  # leaving the block closes its input
        folder.chmod(0o755)  # the database runs under an account of its own
        lease(folder)
        try:
            yield folder
        finally:
            release(folder)


def clear(folder: Path) -> None:
    """Kill the processes that were started for a folder, whose killed starter could not end them; remove the folder."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and is_for(process, folder):
                process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def is_for(process: psutil.Process, folder: Path) -> bool:
    """Tell whether a process is a service of the folder, or its database."""
    return str(folder) in " ".join(process.cmdline()) or process.environ().get("XINQIAO_HOME") == str(folder)


def server_seconds(folder: Path) -> float:
    """Return the CPU seconds of a folder's database so far: of its processes, and of those that it has ended."""
    spent = 0.0
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.name() == "postgres" and str(folder) in " ".join(process.cmdline()):
                for one in (process, *process.children()):
                    spent += sum(one.cpu_times()[: 4 if one is process else 2])
    return spent


if __name__ == "__main__":
    sys.stdin.read()
    clear(Path(sys.argv[1]))
