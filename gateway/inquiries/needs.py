"""Which data a product needs, where a question names none."""

from functools import cache

from connectors.catalogue.load import datasets
from gateway.inquiries.computing import tags_of
from gateway.inquiries.portrait.rules import PORTRAIT, READ
from gateway.providers.registered import EMBEDDED
from gateway.quota.products import PRODUCTS, RISK_WATCH
from risk_monitor.load import load_watch
from scoring_adapter.narrowed import narrowed
from scoring_adapter.scorecard import load_scorecard
from scoring_adapter.tags.load import load_tags


@cache
def datasets_needed(product: str) -> frozenset[str]:
    """Return the datasets that the embedded card's tags of a product are computed from, and what a portrait tells
    beside; of the risk watch, the tags of the shipped rules; of records all, of published ones those that are public.
    """
    known = datasets()
    if product == RISK_WATCH:
        watched = narrowed(load_tags(), load_watch().tags)
        return frozenset(name for tag in watched.tags for name in watched.sources_of(tag) if name in known)
    if PRODUCTS[product].listing:
        return frozenset(name for name, one in known.items() if one.sharing == "public" or not PRODUCTS[product].public)
    tags = tags_of(load_scorecard(), product)
    told = READ if product == PORTRAIT else frozenset()
    return frozenset(name for tag in tags.tags for name in tags.sources_of(tag) if name in known) | told


@cache
def categories_needed(product: str, provider: str) -> tuple[str, ...]:
    """Return the categories of all data that a product is made of.

    None for another provider, which may look at all there is, and for a product that there is not.
    """
    if provider != EMBEDDED or product not in PRODUCTS:
        return ()
    known = datasets()
    return tuple(sorted({known[name].category for name in datasets_needed(product)}))
