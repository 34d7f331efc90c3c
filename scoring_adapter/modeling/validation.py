"""What a card is worth on a table: how well it orders and foretells, how stable it is, how even among groups. Pure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.modeling.measures import auc, bounds_of, calibration_error, ks, psi, shares_of
from scoring_adapter.modeling.scoring import ScoredTable, points_in_all, score_table
from scoring_adapter.modeling.table import Labelled
from scoring_adapter.scorecard import Scorecard

LEAST = 30  # rows of a group, good and bad ones among them: of fewer only the number is told
DIGITS = 4


def validate(
    card: Scorecard, table: Labelled, fitted: Mapping[str, Any], at_least: int, alone: Scorecard | None = None
) -> dict[str, Any]:
    """Return the figures; `fitted` is what was told of the fit, empty where nothing is known of it.

    `at_least`: the score from which an enterprise would be admitted; `alone`: a card that was fitted beside this one on
    what the registration tells, and nothing else. Raises ModelError.
    """
    scored = score_table(card, table)
    known, bad = scored.known, table.bad
    told: dict[str, Any] = {
        "model": card.card.model(), "rows": len(bad), "without_score": int((~known).sum()),
        **_figures(scored, known, fitted, at_least), "bands": _bands(scored),
    }  # fmt: skip
    rates = [band["rate"] for band in told["bands"] if band["rate"] is not None]
    told["bands_in_order"] = rates == sorted(rates)
    if alone is not None:
        told["registration_alone"] = registration_alone(card, alone, table)
    for column in table.apart:
        told[f"by_{column}"] = _by(column, scored, fitted, at_least)
    return told


def registration_alone(card: Scorecard, alone: Scorecard, table: Labelled) -> dict[str, Any]:
    """Return how a card of registration alone orders the rows, beside the whole card, and which tags it counts.

    Both by the points that they add up, of every row: how much has to be known for a score does not enter.
    """
    bad = table.bad
    told: dict[str, Any] = {"tags": sorted(one.tag for one in alone.card.entries)}
    for name, one in (("auc", alone), ("whole_auc", card)):
        points = points_in_all(one, table)
        told |= {name: _rounded(auc(-points, bad)), name.replace("auc", "ks"): _rounded(ks(-points, bad))}
    return told


def _figures(scored: ScoredTable, rows: NDArray[np.bool_], fitted: Mapping[str, Any], at_least: int) -> dict[str, Any]:
    bad, scores = scored.table.bad[rows], scored.scores[rows]
    told: dict[str, Any] = {
        "scored": len(bad), "bad": int(bad.sum()), "rate": _share(bad), "mean": _rounded(float(scores.mean())),
        "admitted": _share(scores >= at_least),
    }  # fmt: skip
    if min(told["bad"], len(bad) - told["bad"]) > 0:
        told |= {"auc": _rounded(auc(-scores, bad)), "ks": _rounded(ks(-scores, bad))}
        told["gini"] = _rounded(2 * told["auc"] - 1)
    if fitted:
        told["psi"] = _rounded(psi(fitted["shares"], shares_of(scores, fitted["bounds"])))
        chance = chance_of(scores, fitted["terms"])
        groups = np.searchsorted(bounds_of(scores), scores, side="right")
        told |= {
            "foretold": _rounded(float(chance.mean())),
            "calibration_error": _rounded(calibration_error(chance, bad, groups)),
        }
    return told


def chance_of(scores: NDArray[np.int64], terms: Mapping[str, int]) -> NDArray[np.float64]:
    """Return the chance to go bad that scores stand for, by the terms on which the card was fitted."""
    odds = terms["odds"] * np.exp2((scores - terms["at"]) / terms["pdo"])
    chance: NDArray[np.float64] = 1 / (1 + odds)
    return chance


def _bands(scored: ScoredTable) -> list[dict[str, Any]]:
    """Return each band from the best down: how many, how many of them went bad."""
    told = []
    for place, band in enumerate(scored.card.card.bands):
        bad = scored.table.bad[scored.bands == place]
        told.append({"band": band.id, "rows": len(bad), "bad": int(bad.sum()), "rate": _share(bad)})
    return told


def _by(column: str, scored: ScoredTable, fitted: Mapping[str, Any], at_least: int) -> dict[str, Any]:
    """Return the figures of each group that has enough rows, and how many rows each of the others has."""
    groups, told = scored.table.frame[column].to_numpy(), {}
    for group in sorted({str(one) for one in groups}):
        rows = scored.known & (groups.astype(str) == group)
        bad = int(scored.table.bad[rows].sum())
        enough = min(bad, int(rows.sum()) - bad) >= LEAST
        told[group] = _figures(scored, rows, fitted, at_least) if enough else {"scored": int(rows.sum())}
    return told


def _share(rows: NDArray[np.bool_]) -> float | None:
    return _rounded(float(rows.mean())) if len(rows) else None


def _rounded(value: float) -> float:
    return round(value, DIGITS)
