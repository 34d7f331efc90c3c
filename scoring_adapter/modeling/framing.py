"""A card of other entries in the frame of one that is published: its name, bands and dimensions. Pure."""

from collections.abc import Sequence

import msgspec

from scoring_adapter.card import Card, Entry
from scoring_adapter.tags.catalogue import TagCatalogue


def card_in(frame: Card, version: int, base: int, entries: Sequence[Entry], catalogue: TagCatalogue) -> Card:
    """Return the card; a dimension asks for no more evidence than out of as many datasets as its tags are made of."""
    dimensions = {}
    for code, of in frame.dimensions.items():
        tags = [catalogue.by_id[entry.tag] for entry in entries]
        fed = frozenset[str]().union(*(catalogue.sources_of(tag) for tag in tags if tag.dimension == code))
        dimensions[code] = msgspec.structs.replace(of, evidence=min(of.evidence, len(fed)))
    return Card(frame.name, version, base, frame.bands, dimensions, {}, list(entries))
