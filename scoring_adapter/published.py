"""What the published cards call things, of every version: answers outlive the card that computed them. Pure.

Version 1 had tags of its own, each over one dataset. It computes nothing any more: what stood wrong in it stands in
docs/scores.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from scoring_adapter.card import NAME, Band, read_card
from scoring_adapter.errors import CardError
from scoring_adapter.scorecard import MOST_REMEMBERED, Scorecard, bind_source, load_scorecard
from scoring_adapter.tags.declaration import Words

FIRST_MODEL = "enterprise/1+71c6846257c6"
_RELEASED: dict[str, str] = {}  # by model, the cards of releases that this process has read of


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
    shipped = load_scorecard()
    if model == shipped.card.model():
        return _published(shipped)
    try:
        return _published(bind_source(_RELEASED[model])) if model in _RELEASED else None
    except CardError:  # a tag that it counts is declared no more
        return None


def publish(source: str) -> str:
    """Have the names of a released card known in this process; return its model. Raises CardError for no card."""
    model = read_card(source).model()
    _RELEASED[model] = source
    return model


@lru_cache(maxsize=MOST_REMEMBERED)
def _published(card: Scorecard) -> Published:
    return Published(
        card.card.bands,
        {code: Words(of.zh, of.en) for code, of in card.card.dimensions.items()},
        {one.tag.id: (one.tag.name, sorted(one.datasets)) for one in card.counted},
    )


@cache
def _first() -> Published:
    card = yaml.safe_load((files("scoring_adapter") / f"cards/{NAME}-1.yaml").read_text("utf-8"))
    return Published(
        [Band(one["id"], Words(**one["name"]), one["from"]) for one in card["bands"]],
        {code: Words(**name) for code, name in card["dimensions"].items()},
        {tag["id"]: (Words(**tag["name"]), [tag["dataset"]]) for tag in card["tags"]},
    )
