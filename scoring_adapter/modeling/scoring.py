"""A table's rows scored by a card, by the scorer that the nightly scan has."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.table import Labelled
from scoring_adapter.scan.points import score_all
from scoring_adapter.scan.results import NOT_SCORED
from scoring_adapter.scorecard import Scorecard


@dataclass(frozen=True)
class ScoredTable:
    """A table with its scores; `known` tells which rows have one, `bands` are places on the card."""

    table: Labelled
    card: Scorecard
    scores: NDArray[np.int64]
    bands: NDArray[np.int64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have a score: of the others too little is known."""
        known: NDArray[np.bool_] = self.scores != NOT_SCORED
        return known


def score_table(card: Scorecard, table: Labelled) -> ScoredTable:
    """Score every row. Raises ModelError where the table has none of the card's tags, or no row can be scored."""
    tags = [one.tag.id for one in card.counted]
    if not set(tags) & set(table.tags):
        raise ModelError("表中没有评分卡的标签 the table has none of the card's tags")
    scored = score_all(card, *table.values(tags), ["computed"] * len(tags))
    found = ScoredTable(table, card, scored.scores.astype(np.int64), scored.bands.astype(np.int64))
    if len(set(table.bad[found.known].tolist())) < 2:
        raise ModelError("有分数的行须有违约与正常 the rows that have a score need good and bad ones")
    return found


def points_in_all(card: Scorecard, table: Labelled) -> NDArray[np.int64]:
    """Return the base and the points of every row, before they are kept between 0 and 1000."""
    tags = [one.tag.id for one in card.counted]
    scored = score_all(card, *table.values(tags), ["computed"] * len(tags))
    points: NDArray[np.int64] = card.card.base + scored.points.sum(axis=1, dtype=np.int64)
    return points
