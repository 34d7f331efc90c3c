"""A bound on the memory that a service may take, kept by the kernel where the machine lends it: a control group.

Where it does not (no control groups of version 2 with memory, or not run as root) nothing bounds the service, and its
memory is only seen.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

GROUPS = Path("/sys/fs/cgroup")


class Group:
    """A control group for a service; without a folder, none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Start what is to be bounded within this block: a process belongs to the group of whoever started it."""
        if self._folder is None:
            yield
            return
        before = GROUPS / Path("/proc/self/cgroup").read_text().strip().rpartition("::/")[2]
        _move_here(self._folder)
        try:
            yield
        finally:
            _move_here(before)

    @property
    def told(self) -> str:
        """How the service is bounded, and how often the bound killed something."""
        if self._folder is None:
            return "not bounded: this machine lends no control group; the memory is what was seen"
        events = dict(line.split() for line in (self._folder / "memory.events").read_text().splitlines())
        return f"bounded by a control group; killed by it: {events['oom_kill']}"


@contextmanager
def bounded(most: int) -> Iterator[Group]:
    """Yield a control group of at most so many bytes, gone with the block; its processes have to end before."""
    folder = GROUPS / f"xinqiao-bench-{os.getpid()}"
    delegated = GROUPS / "cgroup.subtree_control"
    if os.geteuid() or not delegated.exists() or "memory" not in delegated.read_text().split():
        yield Group(None)
        return
    folder.mkdir()
    try:
        (folder / "memory.max").write_text(f"{most}")
        (folder / "memory.swap.max").write_text("0")
        yield Group(folder)
    finally:
        folder.rmdir()


def forget_peak(process: psutil.Process) -> None:
    """Begin to look for the most memory of a process anew."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peak(process: psutil.Process) -> int:
    """Return the most memory that a process has held since then, in bytes: none is missed between two looks."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _move_here(folder: Path) -> None:
    (folder / "cgroup.procs").write_text(f"{os.getpid()}")
