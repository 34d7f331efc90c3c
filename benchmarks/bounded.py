"""A bound on the memory that a service may take, kept by the kernel where the machine lends it: a control group.

Where it does not (no control groups with memory, of either version, or not run as root) nothing bounds the service, and
its memory is only seen.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Kind:
    """Where a version of control groups has its memory, and what its files are called."""

    root: Path
    limits: tuple[tuple[str, str], ...]  # a file, and what is written there of the most bytes
    kills: str
    mark: str

    @property
    def lent(self) -> bool:
        """Whether this machine lets us make such a group."""
        delegated = self.root / "cgroup.subtree_control"
        told = "memory" in delegated.read_text().split() if delegated.exists() else self.mark == ":memory:"
        return os.geteuid() == 0 and (self.root / "cgroup.procs").exists() and told


KINDS = (
    Kind(Path("/sys/fs/cgroup"), (("memory.max", "{most}"), ("memory.swap.max", "0")), "memory.events", "::"),
    Kind(
        Path("/sys/fs/cgroup/memory"),
        (("memory.limit_in_bytes", "{most}"), ("memory.memsw.limit_in_bytes", "{most}")),
        "memory.oom_control",
        ":memory:",
    ),
)


class Group:
    """A control group for a service; without a kind, none."""

    def __init__(self, kind: Kind | None) -> None:
        self._kind = kind
        self._folder = kind.root / f"xinqiao-bench-{os.getpid()}" if kind else None

    @contextmanager
    def made(self, most: int) -> Iterator["Group"]:
        """Have the group for the block: at most so many bytes. Its processes have to end before."""
        if self._kind is None or self._folder is None:
            yield self
            return
        self._folder.mkdir()
        try:
            for file, limit in self._kind.limits:
                (self._folder / file).write_text(limit.format(most=most))
            yield self
        finally:
            self._folder.rmdir()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Start what is to be bounded within this block: a process belongs to the group of whoever started it."""
        if self._kind is None or self._folder is None:
            yield
            return
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        before = next(line.rpartition(f"{self._kind.mark}/")[2] for line in lines if f"{self._kind.mark}/" in line)
        _move_here(self._folder)
        try:
            yield
        finally:
            _move_here(self._kind.root / before)

    @property
    def told(self) -> str:
        """How the service is bounded, and how often the bound killed something."""
        if self._kind is None or self._folder is None:
            return "not bounded: this machine lends no control group; the memory is what was seen"
        events = dict(line.split() for line in (self._folder / self._kind.kills).read_text().splitlines())
        return f"bounded by a control group; killed by it: {events['oom_kill']}"


@contextmanager
def bounded(most: int) -> Iterator[Group]:
    """Yield a control group of at most so many bytes, or none where the machine lends none; gone with the block."""
    with Group(next((kind for kind in KINDS if kind.lent), None)).made(most) as group:
        yield group


def forget_peak(process: psutil.Process) -> None:
    """Begin to look for the most memory of a process anew."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def peak(process: psutil.Process) -> int:
    """Return the most memory that a process has held since then, in bytes: none is missed between two looks."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def _move_here(folder: Path) -> None:
    (folder / "cgroup.procs").write_text(f"{os.getpid()}")
