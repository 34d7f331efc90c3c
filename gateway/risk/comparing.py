"""Rules and a learned model on enterprises whose outcome is known: what each finds where people look at so many.

Both together are looked at in turn: the first by the rules, the first by the model, the second by the rules … A table
of several days (`period`) is told of day by day: this is the back-test that a release asks for.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gateway.risk.labelled import INDUSTRY, leads_of, measures_of
from risk_monitor.evaluation import Found, evaluate, hard
from risk_monitor.judging import judge
from risk_monitor.learned import Learned, in_turn, order_of, points_of, read_by
from risk_monitor.watch import Watch
from scoring_adapter.modeling.table import PERIOD, Labelled

Orders = Mapping[str, NDArray[np.int64]]
Rows = NDArray[np.bool_]


def compare(watch: Watch, model: Learned | None, table: Labelled) -> dict[str, Any]:
    """Return what each budget finds: by rules, and by the model and both where there is one; of all, of those whose
    industry does not decide (None without industries), and of each day (without days, of none).
    """
    everybody = np.ones(len(table.frame), np.bool_)
    told: dict[str, Any] = {
        "watch": {"version": watch.version, "digest": watch.digest},
        "model": {"version": model.version, "digest": model.digest} if model else None,
        "rows": len(table.frame), "bad": int(table.bad.sum()),
        "without_measures": [one for one in read_by(watch, model) if one not in table.tags],
        "all": _told(watch, model, table, everybody), "hard": None, "periods": [],
    }  # fmt: skip
    if INDUSTRY in table.frame.columns:
        chosen = hard(table.frame[INDUSTRY].to_list(), table.bad)
        found = _told(watch, model, table, chosen)
        told["hard"] = {**_counted(table, chosen), "found": found}
    if PERIOD in table.frame.columns:
        days = table.frame[PERIOD].fill_null("").to_numpy().astype(str)
        told["periods"] = [
            {"period": day, **_counted(table, days == day), "found": _told(watch, model, table, days == day)}
            for day in sorted(set(days.tolist()))
        ]
    return told


def orders_of(watch: Watch, model: Learned | None, table: Labelled) -> Orders:
    """Return in which order each way looks at a table's enterprises: their places, the first one first."""
    measures, subjects = measures_of(read_by(watch, model), table), np.arange(len(table.frame))
    rules = judge(watch, measures).order(subjects)
    if model is None:
        return {"rules": rules}
    learned = order_of(points_of(model, measures)[0], subjects)
    return {"rules": rules, "model": learned, "both": in_turn([rules, learned])}


def _told(watch: Watch, model: Learned | None, table: Labelled, chosen: Rows) -> dict[str, list[dict[str, Any]]]:
    part = Labelled(table.frame.filter(chosen), table.tags)
    leads = leads_of(part)
    return {
        way: [_one(found, order, part.bad, leads) for found in evaluate(order, part.bad)]
        for way, order in orders_of(watch, model, part).items()
    }


def _counted(table: Labelled, chosen: Rows) -> dict[str, int]:
    return {"rows": int(chosen.sum()), "bad": int(table.bad[chosen].sum())}


def _one(found: Found, order: NDArray[np.int64], bad: Rows, leads: NDArray[np.int64] | None) -> dict[str, Any]:
    told = {
        "budget_ppm": found.budget_ppm, "looked_at": found.looked_at, "found": found.found,
        "precision_ppm": found.precision_ppm, "recall_ppm": found.recall_ppm,
    }  # fmt: skip
    if leads is None:
        return told
    own = order[: found.looked_at][bad[order[: found.looked_at]]]
    return {**told, "lead_days": int(np.median(leads[own])) if len(own) else None}
