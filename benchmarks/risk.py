"""Every enterprise of a made-up city judged for risks, from the column store to what would be written; no database.

python benchmarks/risk.py [--subjects 300000] [--records 10000000] [--seed 1] [--store FOLDER] [--rounds 3] [--json]

The city is that of benchmarks/scan.py, kept where --store names a folder. Every round is a process of its own; medians
are told: seconds, CPU seconds, the most memory held, and how many stand at a level. --json ends with one object.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
from scan_city import City, build, built
from scan_round import Figures, measured

from gateway.risk.finding import find_risks
from gateway.risk.measuring import TIES, Stand
from gateway.risk.pieces import judge_pieces
from gateway.sites.signs import SILENCE, SPIKE, SiteSigns
from risk_monitor.contagion import Links
from risk_monitor.load import load_watch
from scoring_adapter.columns.place import open_place
from scoring_adapter.columns.view import view
from scoring_adapter.narrowed import narrowed
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan

NOTHING = np.array([], np.int64)
NO_SITES = SiteSigns(known=False, subjects=NOTHING, counts={SPIKE: NOTHING, SILENCE: NOTHING})


def _links(city: City) -> dict[str, Links]:
    """Two ties of each kind for every enterprise, to anybody."""
    chance, everybody = np.random.default_rng(city.seed), np.arange(1, city.subjects + 1)
    ends = np.repeat(everybody, 2)
    return {name: Links(ends, chance.permutation(ends)) for name in TIES}


def one_round(asked: Namespace) -> Figures:
    """Judge everybody, in this process."""
    city, watch = City(asked.subjects, asked.records, asked.seed), load_watch()
    if not (asked.store / "files.json").exists():
        build(asked.store, city, load_tags().sources)
    tags, place, files = narrowed(load_tags(), watch.tags), open_place(asked.store), built(asked.store)
    layouts = plan(tags, city.last_day).layouts
    with measured("polars") as figures:
        tables = {name: view(place, files.get(name, ()), columns) for name, columns in layouts.items()}
        stand = Stand(city.last_day, tags, {}, tables, city.spine().collect(), _links(city), NO_SITES)
        found = find_risks(watch, judge_pieces(watch, stand))
    return {**figures, "measures": len(watch.measures), "at_a_level": len(found)}


def main() -> None:
    """Read the command line, run the rounds and print the medians."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--round", action="store_true", help="what a process of a round does")
    asked = parser.parse_args()
    if asked.round:
        print(json.dumps(one_round(asked)))
        return
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        again = [sys.executable, __file__, *sys.argv[1:], "--round", *([] if asked.store else ["--store", folder])]
        found = [
            json.loads(subprocess.run(again, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1])
            for _ in range(asked.rounds)
        ]
    told = {
        what: round(statistics.median(one[what] for one in found), 2) if isinstance(value, float) else value
        for what, value in found[-1].items()
    }
    print(json.dumps(told) if asked.json else "\n".join(f"{what}: {value}" for what, value in told.items()))


if __name__ == "__main__":
    main()
