"""Metrics: counted in plain dictionaries per process, summed over the workers of an instance when scraped.

Every worker writes its counts to a small file of its own every other second; whichever worker is scraped adds the
other files to what it holds itself. `serve` empties the folder before it starts its workers.
"""

import asyncio
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import orjson
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
FLUSH_SECONDS = 2.0
Key = tuple[str, str, int]  # method, route, status


class Metrics:
    """Counts of one process. `requests` has the slots of BOUNDS, one for longer, and the sum of seconds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._requests: dict[Key, list[float]] = {}
        self._outcomes: Counter[tuple[str, str]] = Counter()

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        slots = self._requests.get((method, route, status))
        if slots is None:
            slots = self._requests[method, route, status] = [0.0] * (len(BOUNDS) + 2)
        slots[bisect_left(BOUNDS, seconds)] += 1
        slots[-1] += seconds

    def count(self, step: str, outcome: str, by: int = 1) -> None:
        """Count the outcome of a step of the main job, such as ("inquiry", "quota-exceeded")."""
        self._outcomes[step, outcome] += by

    def flush(self) -> None:
        """Write this process's counts where the other workers find them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / f"{os.getpid()}.json"
        fresh = target.with_suffix(".new")
        fresh.write_bytes(
            orjson.dumps(
                [[[*k], v] for k, v in self._requests.items()] + [[[*k], [n]] for k, n in self._outcomes.items()]
            )
        )
        fresh.replace(target)

    async def flush_forever(self) -> None:
        """Flush every two seconds; run as a task of the application."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self.flush()

    def _summed(self) -> tuple[dict[Key, list[float]], Counter[tuple[str, str]]]:
        requests = {key: list(slots) for key, slots in self._requests.items()}
        outcomes = Counter(self._outcomes)
        for path in self._folder.glob("*.json"):
            if path.stem == str(os.getpid()):
                continue
            for key, slots in orjson.loads(path.read_bytes()):
                if len(key) == 2:
                    outcomes[key[0], key[1]] += int(slots[0])
                else:
                    mine = requests.setdefault((key[0], key[1], key[2]), [0.0] * len(slots))
                    mine[:] = [a + b for a, b in zip(mine, slots, strict=True)]
        return requests, outcomes

    def collect(self) -> Iterable[Metric]:
        """Yield the summed metrics in prometheus-client's form (it calls this on a scrape)."""
        requests, outcomes = self._summed()
        seconds = HistogramMetricFamily(
            "xinqiao_http_request_seconds", "Time to answer", labels=["method", "route", "status"]
        )
        for (method, route, status), slots in sorted(requests.items()):
            total, buckets = 0.0, []
            for bound, slot in zip([*map(str, BOUNDS), "+Inf"], slots, strict=False):
                total += slot
                buckets.append((bound, total))
            seconds.add_metric([method, route, str(status)], buckets, slots[-1])
        yield seconds
        steps = CounterMetricFamily("xinqiao_steps", "Outcomes of the main job's steps", labels=["step", "outcome"])
        for (step, outcome), number in sorted(outcomes.items()):
            steps.add_metric([step, outcome], number)
        yield steps


def clear_metrics(folder: Path) -> None:
    """Forget the counts of workers that no longer run."""
    for path in folder.glob("*.json"):
        path.unlink(missing_ok=True)
