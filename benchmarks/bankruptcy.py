"""A card fitted on the Polish bankruptcy data, beside gradient boosting on the same rows: AUC, calibration, bins.

python benchmarks/bankruptcy.py FOLDER [--seed 0] [--python .venv-modeling/bin/python] [--json]
FOLDER holds 5year.csv (UCI 365): 64 ratios of 5,910 companies, 410 of which went bankrupt within a year. A fifth is
held out, stratified. Beside the card: what sums of one function of each ratio can reach, with and without one direction
each, and what boosting can with one direction each. With --derived the table has ratios of ratios as well (`derived`),
which the fitter takes as any others; they were chosen by cross-validation within the rows that are fitted on. Ends with
one object where --json is given.
"""

import csv
import json
import subprocess
import tempfile
from argparse import ArgumentParser
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.modeling.fitting import JOB, Terms

FLOORS = """
import json, sys
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier as Boosting
from sklearn.metrics import roc_auc_score
folder = sys.argv[1]
values, bad, train = (np.load(f"{folder}/{name}.npy") for name in ("values", "bad", "train"))
signs = []
for column in values[train].T:
    known = np.isfinite(column)
    ranks = np.argsort(np.argsort(column[known]))
    signs.append(1 if np.corrcoef(ranks, bad[train][known])[0, 1] > 0 else -1)
alone = dict(max_depth=1, max_leaf_nodes=2, learning_rate=0.1, max_iter=2000, early_stopping=False)
told = {}
for name, more in {"boosting": {}, "boosting_one_way": {"monotonic_cst": signs}, "sum": alone,
                   "sum_one_way": {**alone, "monotonic_cst": signs}}.items():
    model = Boosting(random_state=0, **more).fit(values[train], bad[train])
    told[name] = float(roc_auc_score(bad[~train], model.predict_proba(values[~train])[:, 1]))
print(json.dumps(told))
"""


def derived(values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the ratios of ratios that finance knows, by name: what they are made of stands in UCI 365."""

    def ratio(number: int) -> NDArray[np.float64]:
        return values[:, number - 1]

    with np.errstate(all="ignore"):
        financing, sales_before = ratio(22) / ratio(27), ratio(9) / ratio(21)  # both over all assets
        found = {
            "sales_share": ratio(9) / ratio(36), "sales_before": sales_before,
            "margin_on_sales_before": ratio(35) / sales_before, "financing_cost": financing,
            "cost_of_debt": financing / ratio(2), "financing_to_sales": financing / ratio(9),
            "financing_to_sales_before": financing / sales_before, "ebitda_cover": ratio(48) / financing,
            "cash_cover": ratio(26) * ratio(2) / financing, "profit_of_three_years": ratio(18) / ratio(24),
            "ebit_of_three_years": ratio(7) / ratio(24), "sales_profit_of_three_years": ratio(35) / ratio(24),
            "operating_share_of_costs": ratio(33) * ratio(51) / (ratio(58) * ratio(36)),
            "equity_to_sales_before": ratio(10) / sales_before,
            "financing_to_operating_costs": financing / (ratio(33) * ratio(51)),
            "working_capital_to_sales_before": ratio(3) / sales_before, "operating_return": ratio(22) / ratio(10),
            "retained_to_operating": ratio(6) / ratio(22),
        }  # fmt: skip
    return {name: np.where(np.isfinite(column), column, np.nan) for name, column in found.items()}


def table(folder: Path) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the ratios, NaN where there is none, and who went bankrupt."""
    with (folder / "5year.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    values = np.array([[float(cell) if cell else np.nan for cell in row[:-1]] for row in rows])
    return values, np.array([row[-1] == "1" for row in rows])


def held_out(bad: NDArray[np.bool_], seed: int) -> NDArray[np.bool_]:
    """Return a fifth of the bad and of the good ones."""
    chance, held = np.random.default_rng(seed), np.zeros(len(bad), np.bool_)
    for group in (np.flatnonzero(bad), np.flatnonzero(~bad)):
        held[chance.permutation(group)[: round(len(group) / 5)]] = True
    return held


def calibration_error(chance: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """Return how far foretold and real shares are apart, of tenths by the foretold, weighted."""
    tenths = np.array_split(np.argsort(chance), 10)
    return float(sum(abs(chance[one].mean() - bad[one].mean()) * len(one) for one in tenths) / len(bad))


def one_way(points: list[int]) -> bool:
    """Tell whether points only rise, or only fall."""
    steps = [after - before for before, after in pairwise(points)]
    return all(step >= 0 for step in steps) or all(step <= 0 for step in steps)


def main() -> None:
    """Fit, and print the figures."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--python", default=str(JOB.parents[2] / ".venv-modeling/bin/python"))
    parser.add_argument("--derived", action="store_true", help="with ratios of ratios, too")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    values, bad = table(asked.folder)
    names = [f"Attr{at + 1}" for at in range(values.shape[1])]
    if asked.derived:
        more = derived(values)
        values, names = np.column_stack([values, *more.values()]), [*names, *more]
    train, terms = ~held_out(bad, asked.seed), Terms(most_bins=8, least_share=0.01, most_tags=64)
    tags = [{"id": name, "trend": "auto_asc_desc", "family": ""} for name in names]
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as name:
        folder = Path(name)
        (folder / "ask.json").write_text(json.dumps({**vars(terms), "tags": tags}), "utf-8")
        for part, array in {"values": values, "bad": bad, "train": train}.items():
            np.save(folder / f"{part}.npy", array)
        subprocess.run([asked.python, str(JOB), name], check=True)
        floors = json.loads(subprocess.run([asked.python, "-c", FLOORS, name], check=True, capture_output=True).stdout)
        fit, points = json.loads((folder / "fit.json").read_text("utf-8")), np.load(folder / "points.npy")
    chance = 1 / (1 + terms.odds * 2.0 ** ((points - terms.at) / terms.pdo))
    card = fit["auc"]["held_out"]
    told = {
        "rows": len(bad), "held_out": int((~train).sum()), "ratios_in_the_card": len(fit["entries"]), "auc": card,
        **{f"auc_{kind}": round(auc, 4) for kind, auc in floors.items()},
        "share_of_boosting": round(card / floors["boosting"], 4),
        "calibration_error": round(calibration_error(chance[~train], bad[~train]), 4),
        "monotone": all(one_way(entry["points"]) for entry in fit["entries"]),
    }  # fmt: skip
    print(json.dumps(told) if asked.json else "\n".join(f"{what}: {value}" for what, value in told.items()))


if __name__ == "__main__":
    main()
