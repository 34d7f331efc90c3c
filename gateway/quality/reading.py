"""The quality of agencies' data, read by those who may see it; each read is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import agencies
from connectors.store.timeline import load_open_batches, load_reasons, load_weeks
from gateway.intake.admission import agency_seen, sees
from gateway.intake.held import list_held
from gateway.intake.tables import HeldSubmission
from gateway.quality.alerts import list_alerts
from gateway.quality.index import Score, ranked, share
from gateway.quality.scores import WINDOW, load_months, load_scores
from gateway.quality.tables import Alert
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

WEEKS = 12
MOST_SHOWN = 50
MOST_REASONS = 10


@dataclass(frozen=True)
class Week:
    """One dataset in one week."""

    deliveries: int = 0
    error_rate: Decimal | None = None
    completeness: Decimal | None = None


@dataclass(frozen=True)
class OpenBatch:
    """A batch with refused rows that were not corrected."""

    batch_id: UUID
    dataset: str
    sender_batch: str
    received_at: datetime
    rejected: int
    corrected: int


@dataclass(frozen=True)
class AgencyQuality:
    """One agency: its scores, now and of the last months, its datasets week by week, what it can do about them."""

    scores: Sequence[Score]
    months: Sequence[tuple[datetime, Score]]
    weeks: dict[str, list[Week]]
    reasons: Sequence[tuple[str, str, int]]
    open_batches: Sequence[OpenBatch]
    held: Sequence[HeldSubmission]
    alerts: Sequence[Alert]


async def read_agency(work: UnitOfWork, agency: str) -> AgencyQuality:
    """Return an agency's quality. Raises DeniedError where there is no such agency, or it is not the actor's to see."""
    if agency not in agencies() or not sees(work.actor, agency):
        raise DeniedError("agency-not-found", "没有这个部门。You see no such agency.")
    session, now, since = work.session, work.now, work.now - WINDOW
    found = AgencyQuality(
        await load_scores(session, now, agency),
        await load_months(session, now, agency),
        await _weeks(session, agency, now),
        await load_reasons(session, agency, since, now, MOST_REASONS),
        [OpenBatch(**row) for row in await load_open_batches(session, agency, since, MOST_SHOWN)],
        await list_held(session, agency, "waiting"),
        await list_alerts(session, agency),
    )
    await work.record("quality.read", {"agency": agency, "count": 1}, outcome="read")
    return found


async def read_scores(work: UnitOfWork, agency: str | None = None) -> list[Score]:
    """Return the scores of every agency that the actor sees, or of one of them, best first."""
    only = agency_seen(work.actor) or agency
    scores = ranked(await load_scores(work.session, work.now, only))
    await work.record("quality.read", {"agency": only, "count": len(scores)}, outcome="read")
    return scores


async def _weeks(session: AsyncSession, agency: str, now: datetime) -> dict[str, list[Week]]:
    """Return the last twelve weeks of every dataset that was handed in in them, oldest first."""
    weeks: dict[str, list[Week]] = {}
    for row in await load_weeks(session, agency, now - WINDOW, now, WEEKS):
        known = weeks.setdefault(row.dataset, [Week()] * WEEKS)
        errors = share(int(row.rejected), int(row.rows))
        known[row.week] = Week(row.deliveries, errors, share(int(row.filled or 0), int(row.looked_at or 0)))
    return weeks
