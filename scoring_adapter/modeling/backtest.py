"""A card tried as of several past days, day by day: how it would have ordered, and how its scores moved. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.measures import auc, bounds_of, ks, psi, shares_of
from scoring_adapter.modeling.scoring import score_table
from scoring_adapter.modeling.table import LEAST_OF_EACH, PERIOD, Labelled
from scoring_adapter.scorecard import Scorecard

DIGITS = 4


def backtest(card: Scorecard, table: Labelled) -> dict[str, Any]:
    """Return the figures of each day of a table, in their order; PSI is against the first of them.

    A day with too few good or bad ones that have a score is told without AUC and KS. Raises ModelError.
    """
    if PERIOD not in table.frame.columns:
        raise ModelError(f"缺少列 {PERIOD}（截至日）the column {PERIOD} is missing: the day that tags are of")
    scored = score_table(card, table)
    days = table.frame[PERIOD].fill_null("").to_numpy().astype(str)
    bounds: list[int] = []
    first: list[float] = []
    told = []
    for day in sorted(set(days.tolist())):
        rows = scored.known & (days == day)
        bad, scores = table.bad[rows], scored.scores[rows]
        one: dict[str, Any] = {
            "period": day, "rows": int((days == day).sum()), "scored": len(bad), "bad": int(bad.sum()),
            "mean": round(float(scores.mean()), DIGITS) if len(scores) else None,
        }  # fmt: skip
        if len(scores):
            if not bounds:
                bounds = bounds_of(scores)
                first = shares_of(scores, bounds)
            one["psi"] = round(psi(first, shares_of(scores, bounds)), DIGITS)
        if min(int(bad.sum()), int((~bad).sum())) >= LEAST_OF_EACH:
            one |= {"auc": round(auc(-scores, bad), DIGITS), "ks": round(ks(-scores, bad), DIGITS)}
            one |= _in_order(scored.bands[rows], bad, len(card.card.bands))
        told.append(one)
    return {"model": card.card.model(), "periods": told, "worst_auc": _least(told, "auc"), "most_psi": _most(told)}


def _in_order(bands: np.ndarray[Any, Any], bad: np.ndarray[Any, Any], number: int) -> Mapping[str, Any]:
    rates = [float(bad[bands == at].mean()) for at in range(number) if (bands == at).any()]
    return {"bands_in_order": rates == sorted(rates)}


def _least(told: list[dict[str, Any]], name: str) -> float | None:
    return min((one[name] for one in told if name in one), default=None)


def _most(told: list[dict[str, Any]]) -> float | None:
    return max((one["psi"] for one in told if "psi" in one), default=None)
