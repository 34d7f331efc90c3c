"""How the whole stands, for those who oversee it: enterprises, feeds, inquiries of today, scores, deliveries.

No enterprise is named and none can be told from a number (protection.py). Figures of today are those of the day in
China; of feeds and deliveries, those of the last DAYS. That they were read is recorded.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.search import first_id
from connectors.catalogue.load import datasets
from connectors.model.calendar import SHANGHAI
from connectors.store.batches import count_taken_in
from connectors.store.subjects import count_subjects
from connectors.store.timeline import load_last_batches
from gateway.identity.clients.finding import all_institutions
from gateway.inquiries.figures import count_asked, count_bands
from gateway.overview.protection import protect
from gateway.platforms.figures import count_sent
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from scoring_adapter.card import load_card

DAYS = 30
HOURS = 24
READERS = frozenset({"auditor", "machine"})  # regulators act as auditors do (people/acting.py)


@dataclass(frozen=True)
class Feed:
    """One dataset: its category, when it last came, what is promised; `late_days` None where it has never come."""

    agency: str
    dataset: str
    category: str
    promise_days: int
    last: datetime | None
    late_days: int | None
    records: int


@dataclass(frozen=True)
class Asking:
    """What one institution asked today."""

    institution: str
    name: str
    kind: str
    asked: int
    answered: int
    denied: int


@dataclass(frozen=True)
class Platform:
    """What one platform was told in the last DAYS, and what came back."""

    platform: str
    role: str
    sent: int
    waiting: int
    refused: int
    receipts: int


@dataclass(frozen=True)
class Overview:
    """The figures of one moment. `asked` and `denied` have a number for each hour of the day."""

    at: datetime
    subjects: int
    new_subjects: int
    feeds: Sequence[Feed]
    institutions: Sequence[Asking]
    asked: Sequence[int]
    denied: Sequence[int]
    denials: Mapping[str, int]
    bands: Mapping[str, int | None]
    platforms: Sequence[Platform]

    @property
    def alive(self) -> Sequence[Feed]:
        """The feeds that came as promised."""
        return [feed for feed in self.feeds if feed.late_days == 0]

    @property
    def late(self) -> Sequence[Feed]:
        """The feeds that did not, the latest first; those that never came are neither."""
        return sorted((feed for feed in self.feeds if feed.late_days), key=lambda feed: -(feed.late_days or 0))

    @property
    def newest(self) -> Sequence[Feed]:
        """The feeds that are as fresh as promised, the newest first."""
        return sorted(self.alive, key=lambda feed: feed.last or self.at, reverse=True)


async def read_overview(work: UnitOfWork, view: str) -> Overview:
    """Return the figures and record that they were read, on which view. Raises DeniedError for whoever is no reader."""
    found = await take_figures(work)
    await work.record("overview.read", {"view": view}, outcome="read")
    return found


async def take_figures(work: UnitOfWork) -> Overview:
    """Return the figures, for a view whose opening was recorded. Raises DeniedError as above."""
    if work.actor.kind not in READERS:
        raise DeniedError("insufficient-scope", "只有监管和审计人员可以查看总览。Regulators and auditors alone see it.")
    today = work.now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    subjects, new = await count_subjects(work.session, first_id(today))
    rows = await count_asked(work.session, today, today + timedelta(days=1))
    hours, refused, denials = Counter[int](), Counter[int](), Counter[str]()
    asking: dict[str, Counter[str]] = {}
    for row in rows:
        hours[row.hour] += row.asked
        asking.setdefault(row.institution, Counter())[row.state] += row.asked
        if row.state == "denied":
            refused[row.hour] += row.asked
            denials[row.reason] += row.asked
    bands = await count_bands(work.session)
    return Overview(
        at=work.now, subjects=subjects, new_subjects=new, feeds=await _feeds(work),
        institutions=await _institutions(work, asking),
        asked=[hours[hour] for hour in range(HOURS)], denied=[refused[hour] for hour in range(HOURS)],
        denials=dict(denials.most_common()),
        bands=protect({band.id: bands.get(band.id, 0) for band in load_card().bands}),
        platforms=await _platforms(work),
    )  # fmt: skip


async def _feeds(work: UnitOfWork) -> list[Feed]:
    known = datasets()
    since = work.now - timedelta(days=DAYS)
    taken_in = await count_taken_in(work.session, first_id(since))
    feeds = []
    for row in await load_last_batches(work.session, list(known.values()), since):
        overdue = work.now - row.last - timedelta(days=row.days) if row.last else None
        late = None if overdue is None else max(0, -(-overdue // timedelta(days=1)))  # a day begun is a day
        records = taken_in.get((row.agency, row.dataset), 0)
        category = known[row.dataset].category
        feeds.append(Feed(row.agency, row.dataset, category, row.days, row.last, late, records))
    return feeds


async def _platforms(work: UnitOfWork) -> list[Platform]:
    return [
        Platform(row.peer_id, row.role, row.sent, row.waiting, row.refused, row.receipts)
        for row in await count_sent(work.session, work.now - timedelta(days=DAYS))
    ]


async def _institutions(work: UnitOfWork, asking: Mapping[str, Counter[str]]) -> list[Asking]:
    """Return those that asked today, who asked most first, and those that could have."""
    rows = [
        Asking(row.institution_id, row.name, row.kind, states.total(), states["answered"], states["denied"])
        for row in await all_institutions(work.session)
        if (states := asking.get(row.institution_id, Counter())) or row.status == "active"
    ]
    return sorted(rows, key=lambda one: (-one.asked, one.institution))
