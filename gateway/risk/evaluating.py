"""The watch tried on enterprises whose outcome is known: how many it finds where people look at so many."""

from pathlib import Path
from typing import Any

import numpy as np

from risk_monitor.evaluation import Found, evaluate, hard
from risk_monitor.judging import Judged, Measures, judge
from risk_monitor.watch import Watch
from scoring_adapter.modeling.table import Labelled, read_table
from scoring_adapter.tags.load import load_tags

INDUSTRY = "industry"


def evaluate_watch(watch: Watch, path: Path) -> dict[str, Any]:
    """Return what each budget finds of a table's bad ones, of all and of the industries that do not decide by
    themselves (None where the table has no industries).

    The table is as for cards (scoring_adapter/modeling/table.py). Raises ModelError that says what is wrong with it.
    """
    table = read_table(path, load_tags())
    judged = _judged(watch, table)
    told = {
        "watch": {"version": watch.version, "digest": watch.digest}, "rows": len(table.frame),
        "bad": int(table.bad.sum()), "without_measures": [one for one in watch.measures if one not in table.tags],
        "all": _told(judged, table, np.ones(len(table.frame), np.bool_)), "hard": None,
    }  # fmt: skip
    if INDUSTRY in table.frame.columns:
        chosen = hard(table.frame[INDUSTRY].to_list(), table.bad)
        told["hard"] = {
            "rows": int(chosen.sum()),
            "bad": int(table.bad[chosen].sum()),
            "found": _told(judged, table, chosen),
        }
    return told


def _judged(watch: Watch, table: Labelled) -> Judged:
    values, given = table.values(watch.measures)
    return judge(
        watch,
        Measures(
            {name: values[:, at] for at, name in enumerate(watch.measures)},
            {name: given[:, at] for at, name in enumerate(watch.measures)},
        ),
    )


def _told(judged: Judged, table: Labelled, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> list[dict[str, Any]]:
    order = judged.order(np.arange(len(table.frame)))
    kept = np.flatnonzero(chosen)
    places = np.searchsorted(kept, order[chosen[order]])  # the chosen ones in their order, by their place among them
    return [_one(found) for found in evaluate(places, table.bad[kept])]


def _one(found: Found) -> dict[str, Any]:
    return {
        "budget_ppm": found.budget_ppm, "looked_at": found.looked_at, "found": found.found,
        "precision_ppm": found.precision_ppm, "recall_ppm": found.recall_ppm,
    }  # fmt: skip
