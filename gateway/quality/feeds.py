"""Today's feeds: what each dataset of an agency promised, when it last came, what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from connectors.catalogue.load import datasets
from connectors.store.refused_batches import count_refused_batches
from connectors.store.timeline import load_latest_batches
from gateway.intake.admission import agency_seen
from gateway.intake.held import list_held
from gateway.intake.preview_rows import list_previews
from gateway.intake.tables import HeldSubmission, Preview
from gateway.quality.alerts import list_alerts
from gateway.quality.index import Feed
from gateway.quality.scores import load_scores
from gateway.quality.tables import Alert
from gateway.runtime.work import UnitOfWork

NEVER, SILENT, LATE, FINE = "never", "silent", "late", "fine"


@dataclass(frozen=True)
class LastBatch:
    """The newest batch of a dataset."""

    batch_id: UUID
    received_at: datetime
    rows: int
    rejected: int


@dataclass(frozen=True)
class FeedToday:
    """A dataset today. `state`: never came; silent, since its promise ran out; came last, but late; or fine."""

    feed: Feed
    last: LastBatch | None
    late: bool

    @property
    def due_at(self) -> datetime | None:
        """When the next one is due; None where none ever came."""
        return self.last.received_at + timedelta(days=self.feed.promise_days) if self.last else None

    @property
    def state(self) -> str:
        """How it stands."""
        if self.last is None:
            return NEVER
        return SILENT if self.feed.silent else LATE if self.late else FINE


@dataclass(frozen=True)
class FeedsToday:
    """The feeds that the actor sees, those in trouble first, and what waits: held, previewed, to be corrected."""

    feeds: Sequence[FeedToday]
    held: Sequence[HeldSubmission]
    previews: Sequence[Preview]
    open_batches: int
    open_rows: int

    def count(self, state: str) -> int:
        """Return how many feeds stand so."""
        return sum(feed.state == state for feed in self.feeds)


async def read_feeds(work: UnitOfWork) -> FeedsToday:
    """Return today's feeds of the agency that the actor acts for, of all agencies to those who run the instance."""
    session, agency = work.session, agency_seen(work.actor)
    wanted = [dataset for dataset in datasets().values() if agency in {None, dataset.agency}]
    last = {
        (row.agency, row.dataset): LastBatch(row.batch_id, row.received_at, row.row_count, row.rejected)
        for row in await load_latest_batches(session, wanted)
    }
    late = {(alert.agency, alert.dataset) for alert in await list_alerts(session, agency) if _is_late(alert)}
    feeds = [
        FeedToday(feed, last.get((feed.agency, feed.dataset)), (feed.agency, feed.dataset) in late)
        for score in await load_scores(session, work.now, agency)
        for feed in score.feeds
    ]
    batches, rows = await count_refused_batches(session, agency, "", "open")
    found = FeedsToday(
        sorted(feeds, key=_urgency), await list_held(session, agency, "waiting"), await list_previews(work), batches,
        rows,
    )  # fmt: skip
    await work.record("quality.read", {"agency": agency, "count": len(feeds)}, outcome="read")
    return found


def _is_late(alert: Alert) -> bool:
    return alert.kind == "late"


def _urgency(feed: FeedToday) -> tuple[int, float]:
    """Order what is silent longest first, then what came late, what is fine by when it is due, and what never came."""
    order = (SILENT, LATE, FINE, NEVER).index(feed.state)
    return order, feed.due_at.timestamp() if feed.due_at else 0.0
