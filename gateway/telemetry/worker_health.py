"""Which steps of the workers fail and since when: each worker writes it to a file, the HTTP service reads them.

A file and not a row of the database: what fails most often is the database, and that is when somebody asks. A step that
fails for another reason is told in the same way. The files lie in the instance's home, as the metrics do: the service
shows the workers that share its home, and those of other hosts are shown by the service there.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

WRITE_SECONDS = 1.0
SILENT_SECONDS = 30.0  # a worker that has not written for so long was killed: it says good-bye when it is stopped


class Failing(msgspec.Struct, frozen=True):
    """A step that fails: the type of its last fault, when the first of this row was, and how many there were."""

    fault: str
    since: datetime
    times: int


class WorkerState(msgspec.Struct):
    """What one worker tells: every fault of each step since it started, and the steps that fail now."""

    faults: dict[str, int]
    failing: dict[str, Failing]


class WorkerHealth:
    """What one worker tells of itself. `write` may raise OSError; the other methods touch no file."""

    def __init__(self, folder: Path, steps: Iterable[str]) -> None:
        """Tell of these steps in a file of this process's own in the folder."""
        # Not named by the process id: in containers that share a home every worker has the same.
        self._path = folder / f"{uuid4().hex}.json"
        self._state = WorkerState(dict.fromkeys(steps, 0), {})

    def failed(self, step: str, fault: BaseException) -> int:
        """Note a fault by its type alone, since its text may quote data; return how many there were in a row."""
        earlier = self._state.failing.get(step)
        since, times = (earlier.since, earlier.times) if earlier else (datetime.now(UTC), 0)
        self._state.faults[step] += 1
        self._state.failing[step] = Failing(type(fault).__name__, since, times + 1)
        return times + 1

    def worked(self, step: str) -> None:
        """Note that the step does its work."""
        self._state.failing.pop(step, None)

    def write(self) -> None:
        """Write the file anew; half a file is never seen."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self._state))
        fresh.replace(self._path)

    def close(self) -> None:
        """Take the file away, and those that killed workers left."""
        self._path.unlink(missing_ok=True)
        for path in self._path.parent.glob("*.*"):
            if _is_silent(path):
                path.unlink(missing_ok=True)


@dataclass(frozen=True, eq=False)
class Workers:
    """All workers that write into one folder now, taken together."""

    number: int
    faults: Counter[str]
    failing: dict[str, Failing]

    def collect(self) -> Iterable[Metric]:
        """Yield a counter of each step's faults, and a gauge that is 1 while the step fails (for prometheus-client)."""
        faults = CounterMetricFamily("xinqiao_worker_step_faults", "Faults of the worker's steps", labels=["step"])
        failing = GaugeMetricFamily("xinqiao_worker_step_failing", "1: the step fails now", labels=["step"])
        for step, number in sorted(self.faults.items()):
            faults.add_metric([step], number)
            failing.add_metric([step], int(step in self.failing))
        yield faults
        yield failing


def read_workers(folder: Path) -> Workers:
    """Read what the workers of a folder tell; a step that fails in several of them is told from the first on."""
    states = [state for path in folder.glob("*.json") if (state := _find_state(path))]
    faults: Counter[str] = Counter()
    failing: dict[str, Failing] = {}
    for state in states:
        faults.update(state.faults)
        for step, one in state.failing.items():
            other = failing.get(step, one)
            times = one.times + (other.times if step in failing else 0)
            failing[step] = Failing(one.fault, min(one.since, other.since), times)
    return Workers(len(states), faults, failing)


def _find_state(path: Path) -> WorkerState | None:
    """Read one worker's file, or None where the worker was killed or ends at this moment."""
    try:
        return None if _is_silent(path) else msgspec.json.decode(path.read_bytes(), type=WorkerState)
    except FileNotFoundError:
        return None


def _is_silent(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > SILENT_SECONDS
    except FileNotFoundError:
        return True
