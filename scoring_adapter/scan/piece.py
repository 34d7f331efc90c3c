"""The subjects of a piece scored: their parts out of the answers, packed; the card's tags, points, bands, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scoring_adapter.industries import load_industries
from scoring_adapter.scan.answers import Answers, Subjects, gather
from scoring_adapter.scan.combined import value_of
from scoring_adapter.scan.packing import pack
from scoring_adapter.scan.placing import place_all
from scoring_adapter.scan.points import Scored, score_all, weightiest
from scoring_adapter.scan.results import Results, pack_reasons, results_of
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.planned import Plan
from scoring_adapter.tags.value import Status

FAR_APART = 1 << 24


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
        kept = given.copy("K")
        for at in np.flatnonzero(counts):
            kept[:, at] &= values[:, at] != 0
        packed = pack(values, kept)
        scored = self.points(values, given)
        reasons = pack_reasons(weightiest(self.card, scored), scored.points)
        return results_of(
            self.salt, subjects, scored.scores, scored.bands, packed, reasons, self._places(values, given, counts)
        )

    def _places(
        self, values: NDArray[np.int64], given: NDArray[np.bool_], counts: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return the section and the size of each; nobody has any where their tags are not computed."""
        rules = load_industries()
        if not set(rules.tags) <= {planned.tag.id for planned in self.plan.tags}:
            return np.zeros(len(values), np.int8), np.zeros(len(values), np.int8)
        return place_all(rules, *self._tags(rules.tags, values, given, counts))

    def points(self, values: NDArray[np.int64], given: NDArray[np.bool_]) -> Scored:
        """Return the points, scores and bands that subjects have by their parts, laid out as for `score`."""
        counts = np.array([part.is_count for part in self.plan.parts.values()], np.bool_)
        statuses = [self.blocked.get(one.tag.id, "computed") for one in self.card.counted]
        own = [one.tag.id for one in self.card.counted]
        return score_all(self.card, *self._tags(own, values, given, counts), statuses)

    def _tags(
        self, tags: Sequence[str], values: NDArray[np.int64], given: NDArray[np.bool_], counts: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the values of tags, a column each, and where there is one."""
        by_id = {planned.tag.id: planned for planned in self.plan.tags}
        planned = [by_id[tag] for tag in tags]
        places = {name: at for at, name in enumerate(self.plan.parts)}
        names = sorted({name for one in planned for name in (one.part, one.over) if name})
        always = {name for name in names if counts[places[name]]}
        told = {f"{name}?": given[:, places[name]] for name in names if name not in always}
        frame = pl.DataFrame({name: values[:, places[name]] for name in names} | told).select(
            name if name in always else pl.when(f"{name}?").then(name).alias(name) for name in names
        )
        columns = frame.select(value_of(one, self.plan.as_of) for one in planned).get_columns()
        found = np.empty((len(values), len(columns)), np.int64, order="F")
        known = np.empty(found.shape, np.bool_, order="F")
        for at, column in enumerate(columns):
            found[:, at], known[:, at] = column.fill_null(0).to_numpy(), column.is_not_null().to_numpy()
        return found, known


def score_piece(scoring: Scoring, answers: Answers, low: int, high: int, also: Subjects) -> Results:
    """Return the results of the subjects from `low` to `high` that have rows, and of those in `also`."""
    found = answers.read(low, high)
    subjects = _rising(low, high, [also, *(frame["subject"].to_numpy() for frame in found)])
    return scoring.score(subjects, *gather(scoring.plan, found, subjects))


def _rising(low: int, high: int, found: Sequence[Subjects]) -> Subjects:
    """Return the subjects of several columns, each once, rising: by ticking them off, unless they lie far apart."""
    if high - low > FAR_APART:
        return np.unique(np.concatenate(found))
    seen = np.zeros(high - low + 1, np.bool_)
    for column in found:
        seen[column - low] = True
    return np.flatnonzero(seen) + low
