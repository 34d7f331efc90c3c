"""The embedded card's answers about enterprises: loaded from their records, computed without a clock or a database.

The same function answers and replays: what was known at a moment gives the same members, to the byte, whenever it is
computed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property, lru_cache
from typing import Any
from uuid import UUID

from msgspec import Raw
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.personal.sealing import Protector
from connectors.records.portfolio import ShownRecord
from gateway.cards.in_force import card_in_force
from gateway.inquiries.answers import Result
from gateway.inquiries.health import HEALTH_CHECK, health_lines, load_health_sheet, named_sheet
from gateway.inquiries.portrait.adding import Asked, add_portrait
from gateway.inquiries.portrait.dimensions import dimension_lines
from gateway.inquiries.portrait.rules import PORTRAIT
from gateway.inquiries.published import list_published
from gateway.inquiries.records.listing import list_records
from gateway.inquiries.views.values import Subset, compute_view
from gateway.inquiries.watched.reading import read_watched
from gateway.quota.products import PRODUCTS, RISK_WATCH
from gateway.scores.distributions import find_distribution, newest_distribution
from gateway.scores.level_names import level_names, level_names_digest
from gateway.scores.limits import NO_LIMITS, Limits, withhold
from gateway.scores.loading import Feeding, Loaded, load, load_without_contents
from gateway.scores.standing import find_standing
from scoring_adapter.distribution import Distribution
from scoring_adapter.enterprise import compute_tags
from scoring_adapter.health import Standing, standings
from scoring_adapter.improving import improve
from scoring_adapter.improving_rules import load_improving
from scoring_adapter.improving_told import told_improvements
from scoring_adapter.industries import load_industries
from scoring_adapter.percentile import told_industry
from scoring_adapter.portrait import Side, sides_of
from scoring_adapter.scan.one import unpack_parts
from scoring_adapter.score import COMPUTABLE, Score, score
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.shown import member
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.value import TagValue, blocked_by, known_values
from signing.canonical import canonical_digest, written

ASSESSED = 4096  # remembered by each process
EVERY_TAG = frozenset({"health_check", PORTRAIT})  # products of all tags, not only of those the card counts


async def compute_result(
    session: AsyncSession,
    subject_id: UUID,
    product: str,
    moment: datetime,
    *,
    as_then: bool = False,
    limits: Limits = NO_LIMITS,
    compared_on: date | None = None,
    reading: int | None = None,
    card: Scorecard | None = None,
    protector: Protector | None = None,
) -> Result:
    """Score a subject as of a moment's day, by what is known now, or `as_then`, at that moment; of its data, by what
    lies within the limits; by the card in force at that moment, or `as_then` by another that is given. As then, it is
    compared with the scores of the day that is named, a risk is the one of that day, and a portrait's relations are
    those of a reading, None for the newest. With `protector` a portrait names the persons whom the limits permit to.
    """
    if PRODUCTS[product].listing:
        return await _listed(
            session, subject_id, product, moment, limits, as_then=as_then, judged_on=compared_on
        )  # fmt: skip
    if not as_then:
        return (await compute_results(session, [(subject_id, product, limits)], moment, protector))[0]
    card = card or await card_in_force(session, moment)
    asked = Asked(subject_id, moment, limits, as_then=True, reading=reading, protector=protector)
    loaded = await load(session, subject_id, tags_of(card, product), moment, as_then=True, limits=limits)
    distribution = await find_distribution(session, card.card.model(), compared_on) if compared_on else None
    made = answer_from(card, product, loaded, day_of(moment), limits, distribution)
    return await _whole(session, product, asked, made, loaded)


async def compute_results(
    session: AsyncSession, asked: Sequence[tuple[UUID, str, Limits]], moment: datetime,
    protector: Protector | None = None,
) -> list[Result]:  # fmt: skip
    """Score subjects, each for a product and within limits, as of a moment's day, by what is known now.

    Parts that stand since nothing has landed for a subject are read by key: they are what would be computed.
    """
    if not asked:
        return []
    card, as_of = await card_in_force(session, moment), day_of(moment)
    wanted = dict.fromkeys(one for one in asked if not PRODUCTS[one[1]].listing)
    # A portrait tells contents of records, too.
    whole = [
        (one, tags_of(card, product)) for one, product, limits in wanted if limits.are_none and product != PORTRAIT
    ]
    marks = await load_without_contents(session, whole, moment) if whole else {}
    packed = await find_standing(session, {subject for subject, _ in marks}, card.tags, moment)
    distribution = await newest_distribution(session, card.card.model(), moment) if wanted else None
    results: dict[tuple[UUID, str, Limits], Result] = {}
    for subject, product, limits in wanted:
        tags = tags_of(card, product)
        loaded = marks.get((subject, tags)) if limits.are_none and product != PORTRAIT else None
        if loaded is not None and subject in packed:
            assessed = _assessed(card, product, as_of, packed[subject], loaded.feeding, distribution)
            results[subject, product, limits] = answer_of(card, assessed, loaded, as_of, limits)
        else:
            loaded = await load(session, subject, tags, moment, limits=limits)
            made = answer_from(card, product, loaded, as_of, limits, distribution)
            asked_of = Asked(subject, moment, limits, protector=protector)
            results[subject, product, limits] = await _whole(session, product, asked_of, made, loaded)
    for subject, product, limits in dict.fromkeys(asked) - wanted.keys():
        results[subject, product, limits] = await _listed(session, subject, product, moment, limits)
    return [results[one] for one in asked]


async def _whole(session: AsyncSession, product: str, asked: Asked, made: Result, loaded: Loaded) -> Result:
    """Return an answer with what a portrait adds to it."""
    return await add_portrait(session, made, asked, loaded) if product == PORTRAIT else made


async def _listed(
    session: AsyncSession,
    subject_id: UUID,
    product: str,
    moment: datetime,
    limits: Limits,
    *,
    as_then: bool = False,
    judged_on: date | None = None,
) -> Result:
    """List records of a subject, published ones or those that are within the limits of a basis; or its risks."""
    if PRODUCTS[product].public:
        return await list_published(session, subject_id, moment, limits, as_then=as_then)
    if product == RISK_WATCH:
        return await read_watched(session, subject_id, moment, limits, judged_on)
    if isinstance(limits, Subset):
        return await compute_view(session, subject_id, moment, limits, as_then=as_then)
    return await list_records(session, subject_id, moment, limits, as_then=as_then)


def answer_from(
    card: Scorecard,
    product: str,
    loaded: Loaded,
    as_of: date,
    limits: Limits = NO_LIMITS,
    distribution: Distribution | None = None,
) -> Result:
    """Return the answer that records and feeds give, which were loaded within limits, compared with the scores of a
    day. Pure.
    """
    tags = tags_of(card, product)
    values = withhold(compute_tags(tags, loaded.known, as_of), tags, limits, as_of)
    assessed = assess(card, product, values, as_of, distribution, narrowed=not limits.are_none)
    return answer_of(card, assessed, loaded, as_of, limits)


@dataclass(frozen=True)
class Assessed:
    """What the tags' values come to: the score, and the details that rest on nothing else, written once; of a health
    check, how each category stands; of a portrait, each dimension.
    """

    product: str
    points: int | None
    band: str | None
    outcome: str
    details: Mapping[str, Any]
    standing: Mapping[str, Standing] | None = None
    sides: Mapping[str, Side] | None = None

    @cached_property
    def forms(self) -> Mapping[str, tuple[Any, Raw]]:
        """The details in their canonical form, each beside its value."""
        return {name: (value, written(value)) for name, value in self.details.items()}


def assess(
    card: Scorecard,
    product: str,
    values: Mapping[str, TagValue],
    as_of: date,
    distribution: Distribution | None,
    *,
    narrowed: bool = False,
) -> Assessed:
    """Return what the tags' values of a day come to, of a part of the data where it is narrowed. Pure."""
    result = score(card, values)
    details = {
        "card": {"name": card.card.name, "version": card.card.version, "digest": card.card.digest(),
                 "base": card.card.base},
        "tag_catalogue": {"version": card.tags.version, "digest": card.tags.digest()},
        "reasons": result.reasons(level_names()), "missing": _missing(result),
        "not_computable": result.not_computable(),
        "industry": told_industry(load_industries(), result, values, distribution, narrowed=narrowed),
        "improvements": told_improvements(card, improve(result, load_improving(), as_of), level_names()),
    }  # fmt: skip
    standing, sides = None, sides_of(result, values) if product == PORTRAIT else None
    if product == HEALTH_CHECK:
        details |= {"tags": _all_tags(result, tags_of(card, product), values), "sheet": named_sheet()}
        standing = standings(load_health_sheet(), card, values)
    band = result.band.id if result.band else None
    return Assessed(product, result.points, band, result.outcome, details, standing, sides)


@lru_cache(maxsize=ASSESSED)
def _assessed(
    card: Scorecard, product: str, as_of: date, packed: bytes, feeding: Feeding, distribution: Distribution | None
) -> Assessed:
    """Return what packed parts come to: worked out once for the same parts, by the same feeds of a day."""
    tags, planned = tags_of(card, product), plan(card.tags, as_of)
    values = combine(planned, unpack_parts(planned, packed))
    known = known_values(tags, values, blocked_by(tags, feeding.feeds, as_of))
    return assess(card, product, known, as_of, distribution)


def answer_of(card: Scorecard, assessed: Assessed, loaded: Loaded, as_of: date, limits: Limits = NO_LIMITS) -> Result:
    """Return the answer that was worked out, with what it rests on: loaded within limits. Pure."""
    basis = {
        "card": card.card.digest(), "tags": tags_of(card, assessed.product).digest(), "as_of": as_of.isoformat(),
        "feeds": loaded.feeding.said, "records": _digests(loaded.held),
        "beyond": _digests(*loaded.others.values(), loaded.series), "rules": rules_digest(),
    }  # fmt: skip
    details = {**assessed.details, "basis": basis, "objected": dict(loaded.objected)}
    if assessed.standing is not None:
        basis["sheet"] = load_health_sheet().digest
        details["health"] = health_lines(assessed.standing, loaded, limits, as_of)
    if assessed.sides is not None:
        details["dimensions"] = dimension_lines(assessed.sides, loaded)
    forms = {**assessed.forms, "feeds": (loaded.feeding.said, loaded.feeding.form)}
    made = Result(assessed.points, assessed.band, card.card.model(), "", assessed.outcome, details, forms)
    return made.on(basis)


@cache
def rules_digest() -> str:
    """Return a digest of the published rules of what would raise a score, of with whom it is compared, and of what
    levels are called.
    """
    return canonical_digest([load_improving().digest, load_industries().digest, level_names_digest()])


def tags_of(card: Scorecard, product: str) -> TagCatalogue:
    """Return the tags that a product computes: all of them, or those that the card counts."""
    return card.tags if product in EVERY_TAG else card.own_tags


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
