"""The subjects of a piece scored: their parts out of the answers, packed; the card's tags, points, bands, reasons."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring_adapter.scan.answers import Answers, Subjects, gather
from scoring_adapter.scan.combined import value_of
from scoring_adapter.scan.packing import pack
from scoring_adapter.scan.points import score_all
from scoring_adapter.scan.results import Results, pack_reasons, results_of
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.value import Status


@dataclass(frozen=True)
class Scoring:
    """What results stand on besides the rows: the card, the plan of its tags, which of them cannot be computed and
    why, and what a result's digest holds of all that.
    """

    card: Scorecard
    plan: Plan
    blocked: Mapping[str, Status]
    salt: bytes

    def score(self, subjects: Subjects, values: NDArray[np.int64], given: NDArray[np.bool_]) -> Results:
        """Return the results of subjects (rising) by their parts: a column per part, and where there is a value."""
        counts = np.array([part.is_count for part in self.plan.parts.values()], np.bool_)
        packed = pack(values, given & ~(counts & (values == 0)))
        tags, known = self._tags(values, given, counts)
        statuses = [self.blocked.get(one.tag.id, "computed") for one in self.card.counted]
        scored = score_all(self.card, tags, known, statuses)
        reasons = pack_reasons(scored.reasons, scored.points)
        return results_of(self.salt, subjects, scored.scores, scored.bands, packed, reasons)

    def _tags(
        self, values: NDArray[np.int64], given: NDArray[np.bool_], counts: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the values of the card's tags, a column each, and where there is one."""
        by_id = {planned.tag.id: planned for planned in self.plan.tags}
        planned = [by_id[one.tag.id] for one in self.card.counted]
        places = {name: at for at, name in enumerate(self.plan.parts)}
        names = {name for one in planned for name in (one.part, one.over) if name}
        frame = pl.DataFrame(
            [_series(name, values[:, at], None if counts[at] else given[:, at])
             for name in sorted(names) for at in [places[name]]]
        )  # fmt: skip
        tags = frame.select(value_of(one, self.plan.as_of) for one in planned)
        return (
            np.column_stack([column.fill_null(0).to_numpy() for column in tags.get_columns()]),
            np.column_stack([column.is_not_null().to_numpy() for column in tags.get_columns()]),
        )


def score_piece(scoring: Scoring, answers: Answers, low: int, high: int, also: Subjects) -> Results:
    """Return the results of the subjects from `low` to `high` that have rows, and of those in `also`."""
    found = answers.read(low, high)
    subjects = np.unique(np.concatenate([also, *(frame["subject"].to_numpy() for frame in found)]))
    return scoring.score(subjects, *gather(scoring.plan, found, subjects))


def _series(name: str, values: NDArray[np.int64], given: NDArray[np.bool_] | None) -> pl.Series:
    series = pl.Series(name, values)
    return series if given is None else series.set(pl.Series(~given), None)
