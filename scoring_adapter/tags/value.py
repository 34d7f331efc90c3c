"""What is known of a tag: its value, or why there is none. Never 0 for what is not known. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from scoring_adapter.tags.catalogue import TagCatalogue, parts_of
from scoring_adapter.tags.declaration import Tag

Status = Literal["computed", "none", "no-feed", "stale", "granularity", "withheld"]
_MONTHS = {"day": 0, "month": 1, "year": 12}  # the shortest window that a dataset's rows can fill


@dataclass(frozen=True)
class TagValue:
    """A tag's value; `status` says why there is none.

    none: delivered, but nothing to compute it from. no-feed: a dataset was never delivered. stale: its promise of
    freshness is over. granularity: its rows stand for longer than the window. withheld: it needs data that may not be
    looked at.
    """

    value: int | None
    status: Status


@dataclass(frozen=True)
class Feed:
    """What is known of a dataset: when it was last delivered (None: never), its promise, what a row stands for."""

    delivered: date | None
    freshness_days: int
    granularity: Literal["day", "month", "year"] = "day"


def tag_values(
    catalogue: TagCatalogue, values: Mapping[str, int | None], feeds: Mapping[str, Feed], as_of: date
) -> dict[str, TagValue]:
    """Return what is known of every tag, in their order."""
    return known_values(catalogue, values, blocked_by(catalogue, feeds, as_of))


def known_values(
    catalogue: TagCatalogue, values: Mapping[str, int | None], blocked: Mapping[str, Status]
) -> dict[str, TagValue]:
    """Return what is known of every tag, in their order, where these cannot be computed for anybody."""
    return {tag.id: _known(values[tag.id], blocked.get(tag.id)) for tag in catalogue.tags}


def blocked_by(catalogue: TagCatalogue, feeds: Mapping[str, Feed], as_of: date) -> Mapping[str, Status]:
    """Return the tags that cannot be computed for anybody, and why; worked out once for the same feeds of a day."""
    return _blocked_by(catalogue, tuple(feeds.items()), as_of)


@lru_cache(maxsize=16)
def _blocked_by(catalogue: TagCatalogue, feeds: tuple[tuple[str, Feed], ...], as_of: date) -> Mapping[str, Status]:
    found = ((tag.id, reasons_of(tag, catalogue, dict(feeds), as_of)) for tag in catalogue.tags)
    return {tag: next(iter(why.values())) for tag, why in found if why}


def reasons_of(tag: Tag, catalogue: TagCatalogue, feeds: Mapping[str, Feed], as_of: date) -> dict[str, Status]:
    """Return the datasets that keep a tag from being computed, and why; of several, the first weighs most."""
    found = dict(_found(tag, catalogue, feeds, as_of))
    return dict(sorted(found.items(), key=lambda reason: ("no-feed", "granularity", "stale").index(reason[1])))


def _known(value: int | None, blocked: Status | None) -> TagValue:
    if blocked is not None:
        return TagValue(None, blocked)
    return TagValue(value, "none" if value is None else "computed")


def _found(tag: Tag, catalogue: TagCatalogue, feeds: Mapping[str, Feed], as_of: date) -> Iterator[tuple[str, Status]]:
    for name in catalogue.sources_of(tag):
        feed = feeds.get(name)
        if feed is None or feed.delivered is None:
            yield name, "no-feed"
        elif (as_of - feed.delivered).days > feed.freshness_days:
            yield name, "stale"
    for part in parts_of(tag):
        for name in catalogue.members(part.source):
            feed = feeds.get(name)
            if feed and feed.delivered and part.months is not None and part.months < _MONTHS[feed.granularity]:
                yield name, "granularity"
