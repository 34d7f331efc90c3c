"""What pages call tags, their categories and values, in the visitor's language."""

from functools import cache

from connectors.catalogue.load import datasets
from gateway.console.render import PageError
from gateway.console.table import Filter, Tone
from gateway.console.words import Words
from gateway.scores.level_names import level_names
from gateway.scores.tag_names import CatalogueNames
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.shown import named
from scoring_adapter.tags.declaration import Tag
from scoring_adapter.tags.in_words import meaning as meaning_of

DIMENSIONS = (  # of the card, in its order; named here, since nothing is read before it is asked for
    "asset", "operation", "litigation_violation", "finance_tax", "social_responsibility", "market",
)  # fmt: skip
STATUSES: dict[str, Tone] = {  # by what is known of a tag (scoring_adapter/tags/value.py)
    "computed": "ok", "none": "quiet", "no-feed": "quiet", "stale": "warn", "granularity": "quiet",
}  # fmt: skip
NAMED = Filter("name", "named", "text")
DIMENSION = Filter("dimension", "tag-dimension", options=DIMENSIONS, prefix="tag-dimension-")


def get_tag(name: str) -> Tag:
    """Return a tag. Raises PageError where there is none of that name."""
    found = load_scorecard().tags.by_id.get(name)
    if found is None:
        raise PageError("not-found", 404)
    return found


def name_of(words: Words, tag: Tag) -> str:
    """Return what a tag is called."""
    return words.either(tag.name.zh, tag.name.en)


def value_of(words: Words, tag: Tag, value: int | None) -> str:
    """Return a tag's value with its unit."""
    told = named(tag, value, load_scorecard().tags, level_names())
    return words.either(told.zh, told.en)


def meaning(words: Words, tag: Tag) -> str:
    """Return what a tag means, in a sentence."""
    tags = load_scorecard().tags
    told = meaning_of(tag, tags.sources, tags.by_id, names())
    return words.either(told.zh, told.en)


def category(tag: Tag) -> tuple[str, str]:
    """Return the name of a tag's category, in Chinese and in English."""
    return _categories()[tag.id]


def category_of(words: Words, tag: Tag) -> str:
    """Return the name of a tag's category."""
    return words.either(*category(tag))


def is_meant(word: str, *known: str) -> bool:
    """Tell whether a word stands in one of these names."""
    return not word or any(word.lower() in name.lower() for name in known)


@cache
def names() -> CatalogueNames:
    """Return what datasets, fields and codes are called."""
    return CatalogueNames(datasets())


@cache
def _categories() -> dict[str, tuple[str, str]]:
    return {tag.id: (file.name.zh, file.name.en) for file in load_scorecard().tags.files for tag in file.tags}
