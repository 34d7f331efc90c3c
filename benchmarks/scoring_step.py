"""The scoring step alone, from tags' values to score and band: ours against optbinning's and scorecardpy's.

python benchmarks/scoring_step.py [--subjects 300000] [--tags 150] [--rounds 3] [--peers FOLDER] [--json]. All three
score the same values by the same card, bins and points, and must come to the same scores. The peers live in an
environment of their own: FOLDER, made with PEERS from the package registry where it is not there (300 MB). Ours is
scoring_adapter/scan/points.py, as the scan runs it; what weighed most, which the peers do not tell, is timed apart.
Medians, seconds and CPU seconds; ends with 1 where the peers take less than LEAST times as long.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from scoring_adapter.card import Bin, Card, Entry, load_card
from scoring_adapter.scan.points import Scored, score_all, weightiest
from scoring_adapter.scorecard import Counted, Scorecard
from scoring_adapter.tags.load import load_tags

PEERS = ("optbinning==1.0.0", "scorecardpy==0.1.9.7")
LEAST = {"optbinning": 5, "scorecardpy": 20}
FIT_ON, BOUNDS, LARGEST = 5_000, 4, 1_000_000
Figures = list[tuple[float, float]]


def environment(folder: Path) -> Path:
    """Return the Python of the peers' environment, made where it is not there."""
    python = folder / "bin/python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return python


def prepare(folder: Path, names: list[str], subjects: int) -> tuple[np.ndarray, dict[str, list[int]]]:
    """Write what the peers read; return the values, a column per tag, and the bounds of each tag's bins."""
    chance = np.random.default_rng(1)
    part = LARGEST // (BOUNDS + 1)  # a bound near the end of each part but the last, so that every bin has rows
    bounds = {
        name: (np.arange(1, BOUNDS + 1) * part - chance.integers(0, part // 2, BOUNDS)).tolist() for name in names
    }
    values = np.asfortranarray(chance.integers(0, LARGEST, (subjects, len(names))))
    np.save(folder / "values.npy", values)
    np.save(folder / "labels.npy", (chance.random(min(FIT_ON, subjects)) < 0.2).astype(int))
    (folder / "bounds.json").write_text(json.dumps(bounds))
    return values, bounds


def card_of(points: dict[str, list[int]], bounds: dict[str, list[int]]) -> Scorecard:
    """Return our card with these bins, and the shipped card's bands."""
    tags, counted = load_tags(), []
    for name, own in bounds.items():
        bins = [Bin(brought, below) for brought, below in zip(points[name], [*own, None], strict=True)]
        counted.append(Counted(Entry(name, bins), tags.by_id[name], frozenset(), tuple(own), tuple(points[name]), {}))
    return Scorecard(Card("bench", 1, 0, load_card().bands, {}, {}, [one.entry for one in counted]), tags, counted)


def timed(step: Callable[[], object], rounds: int) -> Figures:
    """Return the seconds and CPU seconds of each round, after one that is not counted."""
    took = []
    for _ in range(rounds + 1):
        started, cpu = time.perf_counter(), time.process_time()
        step()
        took.append((time.perf_counter() - started, time.process_time() - cpu))
    return took[1:]


def measure(subjects: int, count: int, rounds: int, python: Path, folder: Path) -> dict[str, Figures]:
    """Score by all three. Raises AssertionError where they differ."""
    values, bounds = prepare(folder, [tag.id for tag in load_tags().tags if tag.unit != "level"][:count], subjects)
    peers = [str(python), str(Path(__file__).with_name("scoring_peers.py")), str(folder), str(rounds)]
    told = subprocess.run(peers, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]
    card = card_of(json.loads((folder / "points.json").read_text()), bounds)
    given, statuses = np.ones(values.shape, np.bool_, order="F"), ["computed"] * len(card.counted)

    def ours() -> Scored:
        return score_all(card, values, given, statuses)

    scored = ours()
    for name in LEAST:
        assert np.array_equal(np.load(folder / f"{name}.npy"), scored.scores), f"{name} came to other scores"
    return json.loads(told) | {"ours": timed(ours, rounds), "reasons": timed(lambda: weightiest(card, scored), rounds)}


def main() -> None:
    """Measure and tell."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=300_000)
    parser.add_argument("--tags", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "xinqiao-peers")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        found = measure(asked.subjects, asked.tags, asked.rounds, environment(asked.peers), Path(folder))
    told: dict[str, float] = {"subjects": asked.subjects, "tags": asked.tags}
    for name, took in found.items():
        told[f"{name}_seconds"], told[f"{name}_cpu_seconds"] = (
            round(statistics.median(one[which] for one in took), 3) for which in (0, 1)
        )
    for name in LEAST:
        told[f"{name}_times"] = round(told[f"{name}_seconds"] / told["ours_seconds"], 1)
        told[f"{name}_cpu_times"] = round(told[f"{name}_cpu_seconds"] / told["ours_cpu_seconds"], 1)
    print(json.dumps(told) if asked.json else "\n".join(f"{name:<24} {value:>12,}" for name, value in told.items()))
    sys.exit(int(any(told[f"{name}_times"] < least for name, least in LEAST.items())))


if __name__ == "__main__":
    main()
