"""Every enterprise of a made-up city scanned: its tags, score, band and what weighed most; seconds, CPU, memory.

python benchmarks/scan.py [--engine polars|spark] [--subjects 300000] [--records 10000000] [--seed 1] [--store FOLDER]
[--rounds 3] [--parts scores tags written] [--changed 0.01] [--json]. The parts:

    scores    all of it, from the column store to packed results, without a database: `seconds`, `cpu_seconds`, …
    tags      the tags alone, as columns: `tags_seconds`, …
    written   the scan as the worker runs it, into PostgreSQL: `first_…` where everybody's row is new, `again_…` where
              nothing differs, `incremental_…` where something landed for the share --changed of the enterprises

The city is built first, in a process of its own, and kept where --store names a folder, which is read again if it is
there. Every round is a process of its own too: what it took is what that process and those it started took, the median
of the rounds; the database's server is told apart. Digests are equal for both engines. --json ends with one object.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from pathlib import Path

from place import place
from scan_city import City, build, built
from scan_round import Figures, scores, tags
from scan_written import change, fill, forget, scanned

from scoring_adapter.tags.load import load_tags

PARTS = ("scores", "tags", "written")
FIRST = {"scores": "", "tags": "tags_"}  # what the part's figures are called


def rounds(asked: Namespace, name: str, home: Path | None = None) -> Figures:
    """Run the rounds of a part, each in a process of its own; return the median of each figure.

    Raises AssertionError where two rounds came to different results.
    """
    again = [sys.executable, __file__, *sys.argv[1:], "--store", str(asked.store), "--round", name]
    again += ["--home", str(home)] if home else []
    found: list[Figures] = []
    for number in range(asked.rounds):
        if home and name == "first":
            asyncio.run(forget(home))
        if home and name == "incremental":
            asyncio.run(change(home, asked.city, asked.changed, number + 1))
        told = subprocess.run(again, check=True, stdout=subprocess.PIPE).stdout
        found.append(json.loads(told.splitlines()[-1]))
    assert len({one.get("digest") for one in found}) == 1, "the same city came to different results"
    return {
        what: round(statistics.median(one[what] for one in found), 2) if isinstance(value, float) else value
        for what, value in found[-1].items()
    }


def one_round(asked: Namespace) -> Figures:
    """Compute what a round computes, in this process."""
    if asked.round in FIRST:
        return (scores if asked.round == "scores" else tags)(asked, asked.city)
    return asyncio.run(scanned(asked.home, incremental=asked.round == "incremental"))


def measure(asked: Namespace) -> Figures:
    """Build the city where it is not there, run the rounds of every part, and return all figures."""
    if not (asked.store / "files.json").exists():
        again = [sys.executable, __file__, *sys.argv[1:], "--store", str(asked.store)]
        subprocess.run([*again, "--round", "build"], check=True)
    size = sum(file.row_count for of in built(asked.store).values() for file in of if not file.gone)
    told: Figures = {"engine": asked.engine, "subjects": asked.subjects, "records": size}
    for name, before in FIRST.items():
        if name in asked.parts:
            told |= {before + what: value for what, value in rounds(asked, name).items()}
    if "written" in asked.parts and asked.engine == "polars":
        with place() as home:
            asyncio.run(fill(home, asked.store, asked.city))
            for name in ("first", "again", "incremental"):
                told |= {f"{name}_{what}": value for what, value in rounds(asked, name, home).items()}
    return told


def main() -> None:
    """Read the command line and do what it asks."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", choices=["polars", "spark"], default="polars")
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument(
        "--changed", type=float, default=0.01, help="for which share of the enterprises something lands"
    )
    parser.add_argument("--master", default="local[*]", help="where Spark runs")
    parser.add_argument("--memory", default="2g", help="of Spark's driver")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--round", default="", help="what a process of a round does")
    parser.add_argument("--home", type=Path, help="the instance that a round scans")
    asked = parser.parse_args()
    asked.city = City(asked.subjects, asked.records, asked.seed)
    if asked.round == "build":
        build(asked.store, asked.city, load_tags().sources)
        return
    if asked.round:
        print(json.dumps(one_round(asked)))
        return
    with nullcontext(asked.store) if asked.store else tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as store:
        asked.store = Path(store)
        told = measure(asked)
    if asked.json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        print(f"{name:<32} {value if isinstance(value, str) else f'{value:,}'}")


if __name__ == "__main__":
    os.environ["XINQIAO_LOG_LEVEL"] = "ERROR"
    main()
