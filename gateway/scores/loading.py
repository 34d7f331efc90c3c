"""What the tags of one enterprise are computed from, loaded: its records, the feeds, what lies beyond its records."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from msgspec import Raw
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from connectors.records.beyond import load_others, load_series
from connectors.records.marks import load_marks, load_series_marks
from connectors.records.portfolio import ShownRecord, find_feeds, load_records
from gateway.scores.fitting import unfed
from gateway.scores.limits import NO_LIMITS, Limits
from scoring_adapter.enterprise import Known, names_others, wanted_others, wanted_series
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.value import Feed
from signing.canonical import written


@dataclass(frozen=True)
class Feeding:
    """On which days datasets came last: the same for every enterprise of a moment."""

    days: tuple[tuple[str, date], ...]

    @cached_property
    def feeds(self) -> dict[str, Feed]:
        """What is known of the datasets that were ever delivered; one that tags cannot read feeds nothing."""
        known, unread = datasets(), unfed()
        return {
            name: Feed(day, known[name].freshness_days, known[name].granularity)
            for name, day in self.days
            if name not in unread
        }

    @cached_property
    def said(self) -> dict[str, str]:
        """The days of the feeds, as answers name them."""
        return {name: feed.delivered.isoformat() for name, feed in self.feeds.items() if feed.delivered}

    @cached_property
    def form(self) -> Raw:
        """The same in its canonical form, written once for all answers that tell of it."""
        return written(self.said)


def feeding_of(delivered: Mapping[str, datetime]) -> Feeding:
    """Return the days of when datasets came last."""
    return Feeding(tuple((name, day_of(at)) for name, at in delivered.items()))


@dataclass(frozen=True)
class Loaded:
    """What is loaded for one enterprise: its records that count, how many others are objected to, when datasets
    came last, and what lies beyond.
    """

    held: Sequence[ShownRecord]
    objected: Mapping[str, int]
    feeding: Feeding
    series: Sequence[ShownRecord] = ()
    others: Mapping[str, Sequence[ShownRecord]] = field(default_factory=dict)

    @cached_property
    def known(self) -> Known:
        """What tags are computed from."""
        return Known(self.held, self.feeding.feeds, self.series, self.others)


@dataclass
class Common:
    """What is the same for every enterprise, loaded once for several: the feeds, and series by what is asked for."""

    feeding: Feeding
    series: dict[frozenset[str], Sequence[ShownRecord]] = field(default_factory=dict)


async def load(
    session: AsyncSession,
    subject_id: UUID,
    tags: TagCatalogue,
    moment: datetime,
    *,
    as_then: bool = False,
    common: Common | None = None,
    limits: Limits = NO_LIMITS,
) -> Loaded:
    """Load what tags of an enterprise are computed from as of a moment's day: what is known now or, `as_then`, then;
    nothing that lies outside of `limits`. Series are about nobody: their days are not limited.
    """
    as_of, known_at = day_of(moment), moment if as_then else None
    shown = limits.held(await load_records(session, subject_id, as_of, known_at))
    common = common or Common(feeding_of(await find_feeds(session, moment)))
    objected = Counter(item.dataset for item in shown if item.objected)
    feeding = Feeding(tuple((name, day) for name, day in common.feeding.days if limits.reads(name)))
    loaded = Loaded(counting(shown), objected, feeding)
    others = wanted_others(tags, as_of, loaded.held)
    if others.codes:
        found = await load_others(session, others.codes, others.datasets, as_of, known_at)
        loaded = replace(loaded, others={code: counting(limits.held(records)) for code, records in found.items()})
    read = {item.dataset for records in (loaded.held, *loaded.others.values()) for item in records}
    if wanted := frozenset(filter(limits.reads, wanted_series(tags, as_of, read))):
        if wanted not in common.series:
            common.series[wanted] = counting(await load_series(session, wanted, as_of, known_at))
        loaded = replace(loaded, series=common.series[wanted])
    return loaded


async def load_without_contents(
    session: AsyncSession, asked: Collection[tuple[UUID, TagCatalogue]], moment: datetime
) -> dict[tuple[UUID, TagCatalogue], Loaded]:
    """Load what answers tell of what they rest on, where the values are known already: no record's contents.

    Without those where tags of other enterprises may be read: which, only the contents tell.
    """
    as_of, common = day_of(moment), Common(feeding_of(await find_feeds(session, moment)))
    shown = await load_marks(session, {subject for subject, _ in asked}, as_of)
    found = {}
    for subject, tags in asked:
        held = counting(shown[subject])
        datasets_held = {item.dataset for item in held}
        if names_others(tags, as_of, datasets_held):
            continue
        wanted = frozenset(wanted_series(tags, as_of, datasets_held))
        if wanted and wanted not in common.series:
            common.series[wanted] = counting(await load_series_marks(session, wanted, as_of))
        objected = Counter(item.dataset for item in shown[subject] if item.objected)
        found[subject, tags] = Loaded(held, objected, common.feeding, common.series.get(wanted, ()))
    return found


def counting(records: Sequence[ShownRecord]) -> list[ShownRecord]:
    """Return the records that count: what is objected to counts for nothing."""
    return [item for item in records if not item.objected]
