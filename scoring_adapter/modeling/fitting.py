"""A card fitted on a table: optbinning finds bins and weights in a process of its own, integer points are made of them.

What comes back is replayed: our own scorer gives every row the points that the library's bins give it, or there is no
card. Of a family of tags one is taken: one event counts once.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.card import Bin, Card, Entry
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.bounds import said
from scoring_adapter.modeling.framing import card_in
from scoring_adapter.modeling.measures import bounds_of, shares_of
from scoring_adapter.modeling.running import run_job, verify_replay
from scoring_adapter.modeling.scoring import points_in_all, score_table
from scoring_adapter.modeling.table import TRAIN, Labelled
from scoring_adapter.scorecard import SCALES, Scorecard, bind, codes_of
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag

JOB = Path(__file__).with_name("fit_job.py")
TRENDS = {"+": "descending", "-": "ascending"}  # of the share of bad ones, as the value rises
HELD_OUT = 0.3
SEED = 20260101


@dataclass(frozen=True)
class Terms:
    """`odds` good ones to a bad one at a score of `at`, doubled every `pdo` points; what a bin and a tag must have."""

    pdo: int = 40
    at: int = 600
    odds: int = 20
    most_bins: int = 5
    least_share: float = 0.02
    least_value: float = 0.02
    most_tags: int = 30


@dataclass(frozen=True)
class Fit:
    """A card, and what is known of how it was fitted: kept beside it as JSON."""

    card: Scorecard
    told: Mapping[str, Any]


def fit(table: Labelled, frame: Card, catalogue: TagCatalogue, version: int, terms: Terms, python: str = "") -> Fit:
    """Fit a card in the frame of another: its name, bands, dimensions and families. Raises ModelError, CardError."""
    tags = [tag for tag in table.tags if catalogue.by_id[tag].dimension in frame.dimensions]
    if not tags:
        raise ModelError("表中没有可用的标签 the table has no tag of the card's dimensions")
    values, given = table.values(tags)
    train = training_rows(table)
    families = {entry.tag: entry.family for entry in frame.entries}
    trends = {tag: TRENDS.get(catalogue.by_id[tag].direction, "auto_asc_desc") for tag in tags}
    ask = asdict(terms) | {"tags": [{"id": tag, "trend": trends[tag], "family": families.get(tag, "")} for tag in tags]}
    arrays = {"values": np.where(given, values, np.nan), "bad": table.bad, "train": train}
    found, (points,) = run_job(python, JOB, ask, arrays, ["points"])
    card = bind(_card(found, frame, catalogue, version), catalogue)
    own = points_in_all(card, table)
    verify_replay(own, points, own != points)
    scored = score_table(card, table)
    scores = scored.scores[train & scored.known]
    bounds = bounds_of(scores)
    return Fit(card, {
        "model": card.card.model(), "tag_catalogue": catalogue.digest(), "terms": asdict(terms),
        "rows": {"fitted": int(train.sum()), "held_out": int((~train).sum()), "bad": int(table.bad.sum())},
        "auc": found["auc"], "bounds": bounds, "shares": shares_of(scores, bounds), "entries": found["entries"],
    })  # fmt: skip


def training_rows(table: Labelled) -> NDArray[np.bool_]:
    """Return who is fitted on: as the table says, else by lot, the same each time. Raises ModelError."""
    if TRAIN in table.frame.columns:
        train: NDArray[np.bool_] = table.frame[TRAIN].to_numpy() == 1
    else:
        train = np.random.default_rng(SEED).random(len(table.frame)) >= HELD_OUT
    for part in (train, ~train):
        if len(set(table.bad[part].tolist())) < 2:
            raise ModelError("用于拟合与留出的行都须有违约与正常 both parts need good and bad ones: column train")
    return train


def _card(found: Mapping[str, Any], frame: Card, catalogue: TagCatalogue, version: int) -> Card:
    entries = [entry for one in found["entries"] if (entry := _entry(one, catalogue.by_id[one["tag"]], catalogue))]
    return card_in(frame, version, found["base"], entries, catalogue)


def _entry(one: Mapping[str, Any], tag: Tag, catalogue: TagCatalogue) -> Entry | None:
    """Return an entry of the card; None where rounding left nothing that tells values apart."""
    bounds = [ceil(split) for split in one["splits"]]  # a whole number is below a split where it is below the next one
    points, none = one["points"], one["none"]
    if tag.unit == "level":
        codes = codes_of(tag, catalogue)
        levels = {code: points[sum(at >= bound for bound in bounds)] for at, code in enumerate(codes, 1)}
        return Entry(tag.id, levels=levels, none=none) if len({*levels.values(), none}) > 1 else None
    scale = SCALES.get(tag.unit, 1)
    steps = list(zip(points, [*(said(bound, scale) for bound in bounds), None], strict=True))
    kept = [Bin(*step) for step, after in pairwise(steps) if step[0] != after[0]] + [Bin(*steps[-1])]
    return Entry(tag.id, bins=kept, none=none) if len({*(step.points for step in kept), none}) > 1 else None
