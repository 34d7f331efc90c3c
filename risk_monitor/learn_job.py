"""Learns a model of risk: a file by itself, run by a Python that has scikit-learn.

    python learn_job.py FOLDER

FOLDER/ask.json    measures (their names, each worse the higher it is), most_trees, leaves, least_rows, seed
FOLDER/values.npy  float64, a row per enterprise, a column per measure, NaN where there is no value
FOLDER/bad.npy, train.npy   booleans per row: it went bad; it is learned from (the others calibrate)

Boosted trees that read one measure each, monotone: what they come to is a sum of steps, one function of each measure.
Writes FOLDER/fit.json, and FOLDER/points.npy and chances.npy: what the library itself answers for each row, so that
whoever asked can replay it.
"""

import json
import sys
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score

Array = NDArray[Any]
DOUBLED = 100  # points that double the odds


@dataclass
class Boosted:
    """Trees that were learned: asked for what one measure counts, everything else unknown."""

    trees: HistGradientBoostingClassifier
    width: int

    @property
    def of_nothing(self) -> float:
        """The logarithm of the odds where no measure has a value."""
        return float(self.trees.decision_function(np.full((1, self.width), np.nan))[0])

    def points(self, at: int, column: Array) -> Array:
        """Return the points of values of a measure, as the library has them."""
        alone = np.full((len(column), self.width), np.nan)
        alone[:, at] = column
        odds = self.trees.decision_function(alone) - self.of_nothing
        # Cut off first: what differs by the last bit of a sum of trees is the same.
        whole: Array = np.rint(np.round(odds * DOUBLED / log(2), 6)).astype(np.int64)
        return whole

    def points_of_all(self, at: int, column: Array) -> Array:
        """Return the same of many rows that have few values."""
        distinct, places = np.unique(column, return_inverse=True, equal_nan=True)
        found: Array = self.points(at, distinct)[places]
        return found

    def steps(self, at: int, column: Array) -> tuple[list[int], list[int]]:
        """Return where the points of a measure change, to the whole number, and what they are before and from there."""
        seen = np.unique(column[np.isfinite(column)])
        if not len(seen):
            return [], [0]
        points = self.points(at, seen)
        changed = np.flatnonzero(points[1:] != points[:-1])
        low, high = seen[changed], seen[changed + 1]
        while len(low) and (high - low).max() > 1:
            middle = np.floor((low + high) / 2)
            same = self.points(at, middle) == points[changed]
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return [int(one) for one in high], [int(one) for one in (points[0], *points[changed + 1])]


def main(folder: Path) -> None:
    """Learn what is asked for in a folder."""
    ask = json.loads((folder / "ask.json").read_text("utf-8"))
    values, bad, train = (np.load(folder / f"{name}.npy") for name in ("values", "bad", "train"))
    width = values.shape[1]
    trees = HistGradientBoostingClassifier(
        max_iter=ask["most_trees"], max_leaf_nodes=ask["leaves"], min_samples_leaf=ask["least_rows"],
        interaction_cst="no_interactions", monotonic_cst=[1] * width, early_stopping=True,
        validation_fraction=0.2, n_iter_no_change=20, l2_regularization=1.0, random_state=ask["seed"],
    ).fit(values[train], bad[train])  # fmt: skip
    boosted = Boosted(trees, width)
    points = np.full(len(values), round(boosted.of_nothing * DOUBLED / log(2)), np.int64)
    base, parts = int(points[0]), []
    for at, measure in enumerate(ask["measures"]):
        own = boosted.points_of_all(at, values[:, at])
        points += own
        # What most have counts nothing: the base has it.
        lowest = int(own.min())
        usual = int(np.bincount(own[train] - lowest).argmax()) + lowest
        base += usual
        if own.min() < own.max():
            bounds, steps = boosted.steps(at, values[:, at])
            none = int(boosted.points(at, np.array([np.nan]))[0])
            parts.append({
                "measure": measure, "bounds": bounds, "points": [one - usual for one in steps], "none": none - usual,
            })  # fmt: skip
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(points[~train], bad[~train])
    knots = zip(isotonic.X_thresholds_, isotonic.y_thresholds_, strict=True)
    np.save(folder / "points.npy", points)
    np.save(folder / "chances.npy", isotonic.predict(points))
    fit = {
        "base": base, "parts": parts, "chances": [[int(at), round(float(one) * 1e6)] for at, one in knots],
        "auc": {name: round(float(roc_auc_score(bad[rows], points[rows])), 6)
                for name, rows in (("learned_from", train), ("held_out", ~train))},
        "trees": int(trees.n_iter_),
    }  # fmt: skip
    (folder / "fit.json").write_text(json.dumps(fit), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
