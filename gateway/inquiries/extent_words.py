"""How much an answer rests on, and what is withheld of it, as people read it. Pure."""

from collections.abc import Iterable

from connectors.catalogue.load import agencies, datasets
from gateway.console.words import Words
from gateway.inquiries.extent import Extent

NAMED = frozenset({"categories", "sources", "data_from", "data_to"})


def scope_in_words(extent: Extent, words: Words) -> str:
    """Return which data an answer rests on, in one line."""
    said = [*map(words.titles.category, extent.categories), *map(words.titles.agency, extent.sources)]
    if extent.data_from:
        said.append(words("answer-scope-from", day=words.day(extent.data_from)))
    if extent.data_to:
        said.append(words("answer-scope-to", day=words.day(extent.data_to)))
    return words.listed(said) if said else words("answer-scope-all")


def withheld_in_words(withheld: Iterable[str], words: Words) -> list[str]:
    """Return what a consent or a duty did not permit: depth, kinds of data, agencies, datasets, days."""
    return [_said(one, words) for one in withheld]


def _said(one: str, words: Words) -> str:
    if ":" in one:
        return words("withheld-tier")
    if one in NAMED:
        return words(f"withheld-{one}")  # texts of NAMED
    if one in datasets():
        return words.titles.dataset(one)
    return words.titles.agency(one) if one in agencies() else words.titles.category(one)
