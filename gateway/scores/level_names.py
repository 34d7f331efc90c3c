"""What the levels of tags are called: by the agencies' catalogue, which scorecards do not know. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache

from connectors.catalogue.load import datasets
from gateway.scores.tag_names import CatalogueNames
from scoring_adapter.scorecard import codes_of, load_scorecard
from scoring_adapter.tags.declaration import Tag, Words
from scoring_adapter.tags.in_words import levels
from signing.canonical import canonical_digest


@cache
def level_names() -> Mapping[str, Sequence[Words]]:
    """Return, by tag, what its levels 1, 2 and so on are called."""
    return {tag.id: _named(tag) for tag in load_scorecard().tags.tags if tag.unit == "level"}


@cache
def level_names_digest() -> str:
    """Return a digest of them: they stand in answers, and a city's own catalogue may call them otherwise."""
    return canonical_digest({tag: [[one.zh, one.en] for one in named] for tag, named in level_names().items()})


def _named(tag: Tag) -> list[Words]:
    """Return a tag's names; in English a numbered level goes by its number, where the catalogue has Chinese alone."""
    tags = load_scorecard().tags
    named = levels(tag, tags.sources, CatalogueNames(datasets()))
    return [
        Words(one.zh, f"level {code}" if code.isdecimal() else one.en)
        for one, code in zip(named, codes_of(tag, tags), strict=True)
    ]
