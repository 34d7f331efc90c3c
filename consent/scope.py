"""Whether what is asked for lies within what is permitted, and what of it does where less is enough. Pure.

No two objects of the permission are put together: a product of the one is not asked for over the data of the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product as each_with_each
from typing import Protocol

from consent.parts import Detail


class Permission(Protocol):
    """What permits: which products go with which data, and the first and last day of the data; None where open."""

    @property
    def data_from(self) -> date | None:
        """The first day."""

    @property
    def data_to(self) -> date | None:
        """The last day."""

    def granted(self) -> tuple[Detail, ...]:
        """Return the objects that it is made of."""


@dataclass(frozen=True)
class Wish:
    """What is asked for: a product, how deep, over which categories of which agencies' data (none: all), of which days.

    `persons` are those whose data the answer would hold.
    """

    product: str
    tier: str = "detail"
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    data_from: date | None = None
    data_to: date | None = None
    persons: tuple[str, ...] = ()


def find_missing(terms: Permission, wish: Wish) -> list[str]:
    """Return what of a wish is not permitted, each as product, tier, category or source; nothing where all of it is."""
    of_product = [one for one in terms.granted() if wish.product in one.products]
    if not of_product:
        return [wish.product]
    deep = [one for one in of_product if _reaches(one, wish.tier)]
    if not deep:
        return [f"{wish.product}:{wish.tier}"]
    cells = each_with_each(wish.categories or (None,), wish.sources or (None,))
    missing = [
        "/".join((category or "*", source or "*"))
        for category, source in cells
        if not any(_holds(one.categories, category) and _holds(one.sources, source) for one in deep)
    ]
    return sorted(set(missing))


def is_within_range(terms: Permission, wish: Wish) -> bool:
    """Tell whether no day is asked for that is not permitted."""
    begins = terms.data_from is None or (wish.data_from is not None and wish.data_from >= terms.data_from)
    ends = terms.data_to is None or (wish.data_to is not None and wish.data_to <= terms.data_to)
    return begins and ends


def without_consent(wish: Wish, consented: Sequence[str]) -> list[str]:
    """Return the persons whose data would be shown without a consent of their own."""
    return sorted(set(wish.persons) - set(consented))


def narrow(terms: Permission, wish: Wish, consented: Sequence[str]) -> tuple[Wish, list[str]]:
    """Return as much of a wish as one object permits, and what is withheld; only where the product is permitted.

    Of several objects it is the deepest, and of those the one that withholds least.
    """
    of_product = [one for one in terms.granted() if wish.product in one.products]
    tried = [_narrowed(one, terms, wish, consented) for one in of_product]
    possible = [one for one in tried if one is not None] or [(wish, find_missing(terms, wish))]
    return min(possible, key=lambda one: (one[0].tier != wish.tier, len(one[1])))


def _narrowed(detail: Detail, terms: Permission, wish: Wish, consented: Sequence[str]) -> tuple[Wish, list[str]] | None:
    categories, sources = _common(detail.categories, wish.categories), _common(detail.sources, wish.sources)
    if categories is None or sources is None:
        return None
    tier = wish.tier if _reaches(detail, wish.tier) else "basic"
    data_from = max((one for one in (terms.data_from, wish.data_from) if one), default=None)
    data_to = min((one for one in (terms.data_to, wish.data_to) if one), default=None)
    if data_from and data_to and data_from > data_to:
        return None
    refused = without_consent(wish, consented)
    kept = Wish(
        wish.product, tier, categories, sources, data_from, data_to,
        tuple(one for one in wish.persons if one not in refused),
    )  # fmt: skip
    withheld = [
        *([f"{wish.product}:{wish.tier}"] if tier != wish.tier else []),
        *_left_out("categories", wish.categories, categories), *_left_out("sources", wish.sources, sources),
        *(["data_from"] if data_from != wish.data_from else []), *(["data_to"] if data_to != wish.data_to else []),
        *(f"person:{one}" for one in refused),
    ]  # fmt: skip
    return kept, withheld


def _reaches(detail: Detail, tier: str) -> bool:
    return detail.tier in ("detail", tier)


def _holds(permitted: tuple[str, ...], one: str | None) -> bool:
    return not permitted or one in permitted


def _common(permitted: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return what is both permitted and wanted, empty for all; None where nothing is."""
    if not permitted or not wanted:
        return permitted or wanted
    return tuple(one for one in wanted if one in permitted) or None


def _left_out(name: str, wanted: tuple[str, ...], kept: tuple[str, ...]) -> list[str]:
    """Return what was wanted and is left out; where all was wanted and some is kept, the name of what is narrower."""
    if not wanted:
        return [name] if kept else []
    return [one for one in wanted if one not in kept]
