"""Which kinds of data a product needs, where a question names none."""

from functools import cache

from connectors.catalogue.load import datasets
from gateway.inquiries.computing import tags_of
from gateway.inquiries.providers import EMBEDDED
from gateway.quota.products import PRODUCTS
from scoring_adapter.scorecard import load_scorecard


@cache
def categories_needed(product: str, provider: str) -> tuple[str, ...]:
    """Return the categories of all data that the embedded card's tags of a product are computed from.

    None for another provider, which may look at all there is, and for a product that there is not.
    """
    if provider != EMBEDDED or product not in PRODUCTS:
        return ()
    tags, known = tags_of(load_scorecard(), product), datasets()
    read = {name for tag in tags.tags for name in tags.sources_of(tag)}
    return tuple(sorted({known[name].category for name in read if name in known}))
