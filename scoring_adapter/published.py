"""What the published cards call things, of every version: answers outlive the card that computed them. Pure.

Version 1 had tags of its own, each over one dataset. It computes nothing any more: what stood wrong in it stands in
docs/scores.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from scoring_adapter.card import NAME, Band
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.declaration import Words

FIRST_MODEL = "enterprise/1+71c6846257c6"


@dataclass(frozen=True)
class Published:
    """A card's bands from the best down, the names of its dimensions, and of its tags with their datasets."""

    bands: Sequence[Band]
    dimensions: Mapping[str, Words]
    tags: Mapping[str, tuple[Words, Sequence[str]]]


def find_published(model: str) -> Published | None:
    """Return what the card of a model calls things; None of a provider's model, or of a card that is not ours."""
    if model == FIRST_MODEL:
        return _first()
    newest = load_scorecard()
    if model != newest.card.model():
        return None
    return Published(
        newest.card.bands,
        {code: Words(of.zh, of.en) for code, of in newest.card.dimensions.items()},
        {one.tag.id: (one.tag.name, sorted(one.datasets)) for one in newest.counted},
    )


@cache
def _first() -> Published:
    card = yaml.safe_load((files("scoring_adapter") / f"cards/{NAME}-1.yaml").read_text("utf-8"))
    return Published(
        [Band(one["id"], Words(**one["name"]), one["from"]) for one in card["bands"]],
        {code: Words(**name) for code, name in card["dimensions"].items()},
        {tag["id"]: (Words(**tag["name"]), [tag["dataset"]]) for tag in card["tags"]},
    )
