"""Fits a scorecard: a file by itself, run by a Python that has optbinning (and with it NumPy and scikit-learn).

    python fit_job.py FOLDER

FOLDER/ask.json    tags (id, trend, family), pdo, at, odds, most_bins, least_share, least_value, most_tags
FOLDER/values.npy  float64, a row per enterprise, a column per tag, NaN where there is nothing
FOLDER/bad.npy, train.npy   booleans per row: it went bad; it is fitted on (the others are held out)

Writes FOLDER/fit.json, and FOLDER/points.npy: each row's points as the library's own bins have it, so that whoever
asked can replay them with another scorer.
"""

import json
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optbinning import OptimalBinning
from scipy.optimize import minimize
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

Array = NDArray[Any]
MISSING = -1  # the bin of missing values: the last one
WEAK = 1e2  # how little the regression is held back
LEAST_WEIGHT = 1e-3  # less than that moves no point


@dataclass
class Binned:
    """A tag's bins; `woe` and `rows` are of each bin and, last, of missing values. No `binning`: all are the same."""

    tag: str
    family: str
    binning: Any = None
    iv: float = 0.0
    woe: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    @property
    def splits(self) -> list[float]:
        """Where each bin but the first begins."""
        return [] if self.binning is None else [float(one) for one in self.binning.splits]

    def places(self, values: Array) -> Array:
        """Return each value's bin, as the library finds it."""
        found: Array = self.binning.transform(values, metric="indices", metric_missing=MISSING).astype(int)
        return found

    def told(self) -> dict[str, Any]:
        """Return what whoever asked wants to know."""
        return {
            "tag": self.tag, "iv": round(self.iv, 6), "splits": self.splits, "rows": self.rows,
            "woe": [round(one, 6) for one in self.woe],
        }  # fmt: skip


def main(folder: Path) -> None:
    """Fit what is asked for in a folder."""
    ask = json.loads((folder / "ask.json").read_text("utf-8"))
    values, bad, train = (np.load(folder / f"{name}.npy") for name in ("values", "bad", "train"))
    binned = [_bin(tag, values[train, at], bad[train], ask) for at, tag in enumerate(ask["tags"])]
    chosen = _choose(ask, binned)
    places = {at: binned[at].places(values[:, at]) for at in chosen}
    chosen, weights, intercept = _regress(chosen, binned, places, bad, train)
    factor = ask["pdo"] / np.log(2)
    base = round(ask["at"] - factor * (np.log(ask["odds"]) + intercept))
    total, entries = np.full(len(values), base, np.int64), []
    for at, weight in zip(chosen, weights, strict=True):
        points = [round(-factor * weight * woe) for woe in binned[at].woe]
        total += np.array(points)[places[at]]
        entries.append({**binned[at].told(), "points": points[:-1], "none": points[-1], "weight": round(weight, 6)})
    np.save(folder / "points.npy", total)
    fit = {"base": base, "entries": entries, "auc": _aucs(values, bad, train, -total, ask)}
    (folder / "fit.json").write_text(json.dumps(fit), "utf-8")


def _bin(tag: dict[str, str], values: Array, bad: Array, ask: dict[str, Any]) -> Binned:
    """Return a tag's bins."""
    known = values[np.isfinite(values)]
    if not len(known) or known.min() == known.max():
        return Binned(tag["id"], tag["family"])
    binning = OptimalBinning(
        tag["id"], monotonic_trend=tag["trend"], max_n_bins=ask["most_bins"], min_bin_size=ask["least_share"],
        min_prebin_size=min(ask["least_share"], 0.05),
    ).fit(values, bad.astype(int))  # fmt: skip
    table = binning.binning_table.build(add_totals=False)
    # The last two rows are of special values, of which there are none, and of missing ones.
    woe = [float(one) if np.isfinite(float(one)) else 0.0 for one in table["WoE"]]
    rows = [int(one) for one in table["Count"]]
    worth = float(table["IV"].sum())
    return Binned(tag["id"], tag["family"], binning, worth, [*woe[:-2], woe[-1]], [*rows[:-2], rows[-1]])


def _choose(ask: dict[str, Any], binned: list[Binned]) -> list[int]:
    """Return the tags that tell most, of each family one."""
    families: set[str] = set()
    chosen: list[int] = []
    for at in sorted(range(len(binned)), key=lambda at: (-binned[at].iv, binned[at].tag)):
        one = binned[at]
        if one.splits and one.iv >= ask["least_value"] and one.family not in families:
            families |= {one.family} - {""}
            chosen.append(at)
    return sorted(chosen[: ask["most_tags"]])


def _regress(
    chosen: list[int], binned: list[Binned], places: dict[int, Array], bad: Array, train: Array
) -> tuple[list[int], list[float], float]:
    """Return the tags, their weights, and the intercept: the likeliest that turn no tag's evidence round.

    A tag whose weight would have to turn round to tell more has none, and is left out.
    """
    if not chosen:
        raise SystemExit("没有标签能区分好坏 no tag tells the good from the bad")
    evidence = np.column_stack([np.array(binned[at].woe)[places[at]] for at in chosen])[train]
    went_bad = bad[train].astype(float)

    def loss(parameters: Array) -> tuple[float, Array]:
        odds = parameters[0] + evidence @ parameters[1:]
        missed = 1 / (1 + np.exp(-odds)) - went_bad
        held = np.concatenate([[0.0], parameters[1:]]) / WEAK
        slope = np.concatenate([[missed.sum()], evidence.T @ missed])
        return float((np.logaddexp(0, odds) - went_bad * odds).sum() + parameters @ held / 2), slope + held

    start = np.concatenate([[np.log(went_bad.mean() / (1 - went_bad.mean()))], np.full(len(chosen), -0.5)])
    bounds = [(None, None), *[(None, 0.0)] * len(chosen)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 5000}).x
    kept = [(at, float(weight)) for at, weight in zip(chosen, found[1:], strict=True) if weight < -LEAST_WEIGHT]
    if not kept:
        raise SystemExit("没有标签能区分好坏 no tag tells the good from the bad")
    return [at for at, _ in kept], [weight for _, weight in kept], float(found[0])


def _aucs(values: Array, bad: Array, train: Array, risk: Array, ask: dict[str, Any]) -> dict[str, float]:
    """Return how well the card orders those held out, and how well gradient boosting does that may turn no sign."""
    signs = [{"ascending": 1, "descending": -1}.get(tag["trend"], 0) for tag in ask["tags"]]
    boosting = HistGradientBoostingClassifier(monotonic_cst=signs, random_state=0).fit(values[train], bad[train])
    held = ~train
    told = {"held_out": risk[held], "boosting": boosting.predict_proba(values[held])[:, 1]}
    return {name: round(float(roc_auc_score(bad[held], by)), 6) for name, by in told.items()}


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=FutureWarning)
    main(Path(sys.argv[1]))
