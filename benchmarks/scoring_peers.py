"""The other side of benchmarks/scoring_step.py, run in the environment of optbinning and scorecardpy.

python benchmarks/scoring_peers.py FOLDER ROUNDS. FOLDER has values.npy (a column per tag), bounds.json and, to fit on,
labels.npy. optbinning fits a card of whole points on the first rows, with the bounds as its bins; the points are left
in points.json, and both score all rows by them: what they come to in NAME.npy, what it took on standard output.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import scorecardpy
from optbinning import BinningProcess, Scorecard
from sklearn.linear_model import LogisticRegression


def fitted(frame: pd.DataFrame, labels: np.ndarray, bounds: dict[str, list[int]]) -> Scorecard:
    """Return a card with these bins and whole points, 0 to 1000."""
    bins = {
        name: {"user_splits": own, "user_splits_fixed": [True] * len(own), "monotonic_trend": None}
        for name, own in bounds.items()
    }
    card = Scorecard(
        BinningProcess(list(frame.columns), binning_fit_params=bins), LogisticRegression(),
        scaling_method="min_max", scaling_method_params={"min": 0, "max": 1000}, rounding=True,
    )  # fmt: skip
    return card.fit(frame, labels)


def points_of(card: Scorecard, bounds: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return the points of each tag's bins."""
    table = card.table(style="summary")
    return {
        name: [int(points) for points in table[table["Variable"] == name]["Points"][: len(own) + 1]]
        for name, own in bounds.items()
    }


def as_scorecardpy(points: dict[str, list[int]], bounds: dict[str, list[int]]) -> dict[str, pd.DataFrame]:
    """Return the card in the form of scorecardpy."""
    card = {"basepoints": pd.DataFrame({"variable": ["basepoints"], "bin": [np.nan], "points": [0.0]})}
    for name, own in bounds.items():
        edges = ["-inf", *(f"{float(bound)}" for bound in own), "inf"]
        bins = [f"[{low},{high})" for low, high in pairwise(edges)]
        card[name] = pd.DataFrame({"variable": name, "bin": bins, "points": [float(one) for one in points[name]]})
    return card


def timed(score: Callable[[], object], rounds: int) -> tuple[object, list[tuple[float, float]]]:
    """Return the scores, and the seconds and CPU seconds of each round."""
    took, found = [], None
    for _ in range(rounds):
        started, cpu = time.perf_counter(), time.process_time()
        found = score()
        took.append((time.perf_counter() - started, time.process_time() - cpu))
    return found, took


def main(folder: Path, rounds: int) -> None:
    """Fit, score and tell."""
    bounds, labels = json.loads((folder / "bounds.json").read_text()), np.load(folder / "labels.npy")
    frame = pd.DataFrame(np.load(folder / "values.npy"), columns=list(bounds))
    card = fitted(frame.iloc[: len(labels)], labels, bounds)
    points = points_of(card, bounds)
    (folder / "points.json").write_text(json.dumps(points))
    table = as_scorecardpy(points, bounds)
    peers = {
        "optbinning": lambda: card.score(frame),
        "scorecardpy": lambda: scorecardpy.scorecard_ply(frame, table, print_step=0)["score"],
    }
    told = {}
    for name, score in peers.items():
        found, told[name] = timed(score, rounds)
        np.save(folder / f"{name}.npy", np.asarray(found))
    print(json.dumps(told))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(Path(sys.argv[1]), int(sys.argv[2]))
