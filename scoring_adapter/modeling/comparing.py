"""Champion and challenger on one table: which orders better, and whom either would admit. Pure."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.measures import auc, ks
from scoring_adapter.modeling.scoring import score_table
from scoring_adapter.modeling.table import Labelled
from scoring_adapter.scorecard import Scorecard

ROUNDS, SEED = 500, 20260101  # of drawing the rows anew
DIGITS = 4


def compare(champion: Scorecard, challenger: Scorecard, table: Labelled, at_least: int) -> dict[str, Any]:
    """Return the figures of both over the rows that both can score, and of the difference.

    `at_least`: the score from which the champion admits; the challenger admits as many of its own best. Raises
    ModelError.
    """
    one, other = score_table(champion, table), score_table(challenger, table)
    both = one.known & other.known
    bad, old, new = table.bad[both], one.scores[both], other.scores[both]
    if len(set(bad.tolist())) < 2:
        raise ModelError("两张卡都能评分的行须有违约与正常 the rows that both can score need good and bad ones")
    admitted = old >= at_least
    instead = _best(new, int(admitted.sum()))
    differences = _drawn(bad, old, new)
    low, high = (float(one) for one in np.quantile(differences, [0.025, 0.975]))
    return {
        "rows": len(bad), "bad": int(bad.sum()), "only_one_scores": int((one.known ^ other.known).sum()),
        "champion": _figures(champion, bad, old, admitted), "challenger": _figures(challenger, bad, new, instead),
        "auc_difference": round(auc(-new, bad) - auc(-old, bad), DIGITS),
        "auc_difference_95": [round(low, DIGITS), round(high, DIGITS)],
        "better": "challenger" if low > 0 else "champion" if high < 0 else "not-told-apart",
        "swapped_in": _swapped(bad, instead & ~admitted), "swapped_out": _swapped(bad, admitted & ~instead),
    }  # fmt: skip


def _figures(
    card: Scorecard, bad: NDArray[np.bool_], scores: NDArray[np.int64], admitted: NDArray[np.bool_]
) -> dict[str, Any]:
    return {
        "model": card.card.model(), "auc": round(auc(-scores, bad), DIGITS), "ks": round(ks(-scores, bad), DIGITS),
        "admitted": int(admitted.sum()), "bad_among_them": int(bad[admitted].sum()),
    }  # fmt: skip


def _best(scores: NDArray[np.int64], most: int) -> NDArray[np.bool_]:
    """Return the best so many; of those with the same score the first rows."""
    found = np.zeros(len(scores), np.bool_)
    found[np.argsort(-scores, kind="stable")[:most]] = True
    return found


def _drawn(bad: NDArray[np.bool_], old: NDArray[np.int64], new: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return differences of AUC over good and bad rows drawn anew, each as many as there are (the bootstrap)."""
    chance, places = np.random.default_rng(SEED), (np.flatnonzero(bad), np.flatnonzero(~bad))
    found = []
    for _ in range(ROUNDS):
        rows = np.concatenate([chance.choice(part, len(part)) for part in places])
        found.append(auc(-new[rows], bad[rows]) - auc(-old[rows], bad[rows]))
    return np.array(found)


def _swapped(bad: NDArray[np.bool_], rows: NDArray[np.bool_]) -> dict[str, int]:
    return {"rows": int(rows.sum()), "bad": int(bad[rows].sum())}
