"""Every tag of every enterprise of a made-up city, by Polars or by Spark: seconds, CPU seconds, peak memory.

python benchmarks/scan.py [--engine polars|spark] [--subjects 300000] [--records 10000000] [--seed 1] [--store FOLDER]
[--rounds 3] [--json]. The city is built first, in a process of its own, and kept where --store names a folder, which is
read again if it is there. Every round is a process of its own too: what it took is what that process and those it
started took, the median of the rounds. `digest` is over all columns: equal for both engines. --json ends with one
object.
"""

import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import polars as pl
import psutil
from scan_city import City, build, built

from scoring_adapter.columns.place import open_place
from scoring_adapter.columns.view import view
from scoring_adapter.scan import polars_engine
from scoring_adapter.scan.digest import ColumnDigests
from scoring_adapter.scan.spark_engine import SparkEngine, Storage
from scoring_adapter.scan.spark_start import Spark
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan

SUBMIT = Path(__file__).parents[1] / ".venv-cluster/bin/spark-submit"
LOOK = 0.05  # seconds between two looks at the memory
MIB = 1 << 20


def one_round(asked: Namespace, city: City) -> dict[str, str | float]:
    """Compute all tags once in this process and tell what it took."""
    planned, files, store = plan(load_tags(), city.last_day), built(asked.store), Storage(str(asked.store))
    started, digests = time.perf_counter(), ColumnDigests()
    with peak() as seen:
        for frame in frames(asked, planned, files, store, city.spine()):
            digests.add(frame)
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": sum(one.ru_utime + one.ru_stime for one in used),
        "peak_mib": seen[0] / MIB,
        "digest": hashlib.sha256(json.dumps(digests.digests(), sort_keys=True).encode()).hexdigest(),
    }


def frames(asked, planned, files, store, spine) -> Iterator[pl.DataFrame]:  # noqa: ANN001 - as one_round has them
    """Yield the tags, so many enterprises at a time."""
    if asked.engine == "polars":
        place = open_place(store.root)
        tables = {name: view(place, files.get(name, ()), columns) for name, columns in planned.layouts.items()}
        yield from polars_engine.slices(planned, tables, spine)
        return
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as work:
        spark = Spark(submit=str(SUBMIT) if SUBMIT.exists() else "", master=asked.master, memory=asked.memory)
        yield from SparkEngine(spark, store, Storage(work)).slices(planned, files, spine)


@contextmanager
def peak() -> Iterator[list[int]]:
    """Yield where the most memory is written that this process and all it started held at once."""
    most, ended, own = [0], threading.Event(), psutil.Process()

    def look() -> None:
        while not ended.wait(LOOK):
            held = 0
            for process in (own, *own.children(recursive=True)):
                try:
                    held += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            most[0] = max(most[0], held)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()


def measure(asked: Namespace, city: City) -> dict[str, str | float | int]:
    """Build the city where it is not there, run the rounds, and return the median of each figure."""
    again = [sys.executable, __file__, *sys.argv[1:], "--store", str(asked.store), "--one-round"]
    if not (asked.store / "files.json").exists():
        subprocess.run([*again, "--build"], check=True)
    rounds = [json.loads(subprocess.run(again, check=True, stdout=subprocess.PIPE).stdout) for _ in range(asked.rounds)]
    assert len({one["digest"] for one in rounds}) == 1, "the same city came to different tags"
    figures = {
        name: round(statistics.median(one[name] for one in rounds), 2)
        for name in ("seconds", "cpu_seconds", "peak_mib")
    }
    size = sum(file.row_count for of in built(asked.store).values() for file in of if not file.gone)
    return {
        "engine": asked.engine,
        "subjects": city.subjects,
        "records": size,
        **figures,
        "digest": rounds[0]["digest"],
    }


def main() -> None:
    """Read the command line and do what it asks."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=["polars", "spark"], default="polars")
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--master", default="local[*]", help="where Spark runs")
    parser.add_argument("--memory", default="2g", help="of Spark's driver")
    parser.add_argument("--json", action=BooleanOptionalAction, default=False)
    parser.add_argument("--one-round", action="store_true", help="what a process of a round does")
    parser.add_argument("--build", action="store_true", help="what the process that builds the city does")
    asked = parser.parse_args()
    city = City(asked.subjects, asked.records, asked.seed)
    if asked.build:
        build(asked.store, city, load_tags().sources)
        return
    if asked.one_round:
        print(json.dumps(one_round(asked, city)))
        return
    with nullcontext(asked.store) if asked.store else tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as store:
        asked.store = Path(store)
        told = measure(asked, city)
    print(f"{told['engine']}: {told['subjects']:,} enterprises, {told['records']:,} records: {told['seconds']} s, "
          f"{told['cpu_seconds']} CPU s, {told['peak_mib']} MiB")  # fmt: skip
    if asked.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
