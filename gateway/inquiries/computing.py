"""The embedded card's answer about one enterprise: loaded from its records, computed without a clock or a database.

The same function answers and replays: what was known at a moment gives the same members, to the byte, whenever it is
computed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from connectors.records.beyond import load_others, load_series
from connectors.records.portfolio import ShownRecord, find_feeds, load_records
from gateway.inquiries.answers import Result
from scoring_adapter.enterprise import Known, compute_tags, wanted_others, wanted_series
from scoring_adapter.score import COMPUTABLE, Score, score
from scoring_adapter.scorecard import Scorecard, load_scorecard
from scoring_adapter.shown import member
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.value import Feed, TagValue
from signing.canonical import canonical_bytes, sha256_hex

EVERY_TAG = "health_check"  # the product that tells of all tags, not only of those the card counts


@dataclass(frozen=True)
class Loaded:
    """What is loaded for one enterprise: its records that count, how many others are objected to, when datasets
    came last, and what lies beyond.
    """

    held: Sequence[ShownRecord]
    objected: Mapping[str, int]
    delivered: Mapping[str, datetime]
    series: Sequence[ShownRecord] = ()
    others: Mapping[str, Sequence[ShownRecord]] = field(default_factory=dict)


async def compute_result(
    session: AsyncSession, subject_id: UUID, product: str, moment: datetime, *, as_then: bool = False
) -> Result:
    """Score a subject by the embedded card as of a moment's day, by what is known now, or `as_then`, at that moment."""
    card, as_of = load_scorecard(), day_of(moment)
    tags, known_at = tags_of(card, product), moment if as_then else None
    shown = await load_records(session, subject_id, as_of, known_at)
    objected = Counter(item.dataset for item in shown if item.objected)
    loaded = Loaded(_counting(shown), objected, await find_feeds(session, moment))
    others = wanted_others(tags, as_of, loaded.held)
    if others.codes:
        found = await load_others(session, others.codes, others.datasets, as_of, known_at)
        loaded = replace(loaded, others={code: _counting(records) for code, records in found.items()})
    read = {item.dataset for records in (loaded.held, *loaded.others.values()) for item in records}
    if wanted := wanted_series(tags, as_of, read):
        loaded = replace(loaded, series=_counting(await load_series(session, wanted, as_of, known_at)))
    return answer_from(card, product, loaded, as_of)


def answer_from(card: Scorecard, product: str, loaded: Loaded, as_of: date) -> Result:
    """Return the answer that records and feeds give. Pure."""
    tags, known = tags_of(card, product), datasets()
    feeds = {
        name: Feed(day_of(at), known[name].freshness_days, known[name].granularity)
        for name, at in loaded.delivered.items()
    }
    values = compute_tags(tags, Known(loaded.held, feeds, loaded.series, loaded.others), as_of)
    result = score(card, values)
    basis = {
        "card": card.card.digest(), "tags": tags.digest(), "as_of": as_of.isoformat(),
        "feeds": {name: feed.delivered.isoformat() for name, feed in feeds.items() if feed.delivered},
        "records": _digests(loaded.held), "beyond": _digests(*loaded.others.values(), loaded.series),
    }  # fmt: skip
    details = {
        "card": {"name": card.card.name, "version": card.card.version, "digest": card.card.digest()},
        "tag_catalogue": {"version": card.tags.version, "digest": card.tags.digest()},
        "reasons": result.reasons(), "missing": _missing(result), "not_computable": result.not_computable(),
        "basis": basis, "objected": dict(loaded.objected),
    }  # fmt: skip
    if product == EVERY_TAG:
        details["tags"] = _all_tags(result, tags, values)
    band = result.band.id if result.band else None
    inputs_digest = sha256_hex(canonical_bytes(basis))
    return Result(result.points, band, card.card.model(), inputs_digest, result.outcome, details)


def tags_of(card: Scorecard, product: str) -> TagCatalogue:
    """Return the tags that a product computes: all of them, or those that the card counts."""
    return card.tags if product == EVERY_TAG else card.own_tags


def _counting(records: Sequence[ShownRecord]) -> list[ShownRecord]:
    """Return the records that count: what is objected to does not."""
    return [item for item in records if not item.objected]


def _digests(*several: Sequence[ShownRecord]) -> list[str]:
    return sorted([item.digest.hex() for records in several for item in records])


def _missing(result: Score) -> list[dict[str, Any]]:
    names = result.card.card.dimensions
    return [
        {
            "dimension": one.dimension, "name": {"zh": names[one.dimension].zh, "en": names[one.dimension].en},
            "known": one.known, "needed": one.needed, "datasets": dict(one.datasets),
        }
        for one in result.missing
    ]  # fmt: skip


def _all_tags(result: Score, tags: TagCatalogue, values: Mapping[str, TagValue]) -> list[dict[str, Any]]:
    """Return every tag by dimension, in the card's order of dimensions; points are None for those it does not count."""
    brought = {finding.counted.tag.id: finding.points for finding in result.findings}
    order = list(result.card.card.dimensions)
    return [
        {
            "tag": tag.id, "dimension": tag.dimension, "name": {"zh": tag.name.zh, "en": tag.name.en},
            "value": member(tag, values[tag.id].value, tags), "unit": tag.unit, "status": values[tag.id].status,
            "points": brought.get(tag.id) if values[tag.id].status in COMPUTABLE else None,
        }
        for tag in sorted(tags.tags, key=lambda tag: order.index(tag.dimension))
    ]  # fmt: skip
