"""Metrics: counted in plain dictionaries per process, summed over the workers of an instance when scraped.

Every process writes its counts to a small file of its own every other second; whichever is scraped adds the other files
to what it holds itself. `serve` empties the folder before it starts its processes; the counts of one that ended
meanwhile are added to one file for all of those, so that no count goes back and no files pile up. Whether a process
has ended is told by the lock it holds on a second file.
"""

import asyncio
import fcntl
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import uuid4

import orjson
import structlog
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from gateway.runtime.held_files import hold

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
FLUSH_SECONDS = 2.0
ENDED = "ended.json"
HELD = ".alive"  # of the file that a process holds for as long as it lives
Key = tuple[str, str, int]  # method, route, status
_LOG = structlog.get_logger("gateway.metrics")


class Counts:
    """What one or several processes counted. `requests` has the slots of BOUNDS, one for longer, the sum of seconds."""

    def __init__(self) -> None:
        self.requests: dict[Key, list[float]] = {}
        self.outcomes: Counter[tuple[str, str]] = Counter()

    def add(self, written: bytes) -> None:
        """Add what a file holds."""
        for key, slots in orjson.loads(written):
            if len(key) == len(("step", "outcome")):
                self.outcomes[key[0], key[1]] += int(slots[0])
            else:
                mine = self.requests.setdefault((key[0], key[1], key[2]), [0.0] * len(slots))
                mine[:] = [a + b for a, b in zip(mine, slots, strict=True)]

    def write(self, target: Path) -> None:
        """Write a file anew; half a file is never seen. Raises OSError."""
        rows = [*self.requests.items(), *((key, [number]) for key, number in self.outcomes.items())]
        fresh = target.with_suffix(".new")
        fresh.write_bytes(orjson.dumps([[[*key], slots] for key, slots in rows]))
        fresh.replace(target)


class Metrics:
    """Counts of one process, and of all that share its folder when it is scraped."""

    def __init__(self, folder: Path) -> None:
        # Not named by the process id: it comes again, and in containers that share a home every process has the same.
        self._folder, self._file = folder, folder / f"{uuid4().hex}.json"
        self._own = Counts()
        self._lock: IO[bytes] | None = None

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        slots = self._own.requests.get((method, route, status))
        if slots is None:
            slots = self._own.requests[method, route, status] = [0.0] * (len(BOUNDS) + 2)
        slots[bisect_left(BOUNDS, seconds)] += 1
        slots[-1] += seconds

    def count(self, step: str, outcome: str, by: int = 1) -> None:
        """Count the outcome of a step of the main job, such as ("inquiry", "quota-exceeded")."""
        self._own.outcomes[step, outcome] += by

    def flush(self) -> None:
        """Write this process's counts where the others find them. Raises OSError."""
        if self._lock is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = hold(self._file.with_suffix(HELD))
            _take_over(self._folder)
        self._own.write(self._file)

    async def flush_forever(self) -> None:
        """Flush every two seconds; run as a task of the application. A disk that is full is tried again."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                self.flush()
            except OSError as fault:
                _LOG.warning("metrics not written", fault=type(fault).__name__, errno=fault.errno)

    def close(self) -> None:
        """Leave this process's counts to the others."""
        with suppress(OSError):
            self.flush()
        if self._lock:
            self._lock.close()

    def _summed(self) -> Counts:
        summed = Counts()
        summed.requests = {key: list(slots) for key, slots in self._own.requests.items()}
        summed.outcomes = Counter(self._own.outcomes)
        for path in self._folder.glob("*.json"):
            if path != self._file:
                with suppress(FileNotFoundError):  # another process takes it over at this moment
                    summed.add(path.read_bytes())
        return summed

    def collect(self) -> Iterable[Metric]:
        """Yield the summed metrics in prometheus-client's form (it calls this on a scrape)."""
        summed = self._summed()
        seconds = HistogramMetricFamily(
            "xinqiao_http_request_seconds", "Time to answer", labels=["method", "route", "status"]
        )
        for (method, route, status), slots in sorted(summed.requests.items()):
            total, buckets = 0.0, []
            for bound, slot in zip([*map(str, BOUNDS), "+Inf"], slots, strict=False):
                total += slot
                buckets.append((bound, total))
            seconds.add_metric([method, route, str(status)], buckets, slots[-1])
        yield seconds
        steps = CounterMetricFamily("xinqiao_steps", "Outcomes of the main job's steps", labels=["step", "outcome"])
        for (step, outcome), number in sorted(summed.outcomes.items()):
            steps.add_metric([step, outcome], number)
        yield steps


def serving_since(folder: Path) -> tuple[int, datetime | None]:
    """Return how many processes serve this instance from here, and when the first of them began; None for none."""
    began = []
    for path in folder.glob(f"*{HELD}"):
        with suppress(FileNotFoundError):  # it ends at this moment
            since = path.stat().st_mtime
            lock = hold(path)
            if lock is None:
                began.append(since)
            else:
                lock.close()
    return len(began), datetime.fromtimestamp(min(began), UTC) if began else None


def clear_metrics(folder: Path) -> None:
    """Forget the counts of processes that no longer run."""
    if folder.exists():
        _take_over(folder)
    for path in (*folder.glob("*.json"), *folder.glob("*.new")):
        if not path.with_suffix(HELD).exists():
            path.unlink(missing_ok=True)


def _take_over(folder: Path) -> None:
    """Add the counts of processes that have ended to the file of those."""
    with (folder / "ended.folder").open("ab") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        for path in folder.glob(f"*{HELD}"):
            lock, left = hold(path), path.with_suffix(".json")
            if lock is None:
                continue
            with lock, suppress(FileNotFoundError):  # it may have ended before it wrote anything
                counts, ended = Counts(), folder / ENDED
                counts.add(left.read_bytes())
                if ended.exists():
                    counts.add(ended.read_bytes())
                counts.write(ended)
            left.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
