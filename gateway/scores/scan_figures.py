"""How scans and scores do, in a few short look-ups: for health and for monitoring."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MOST_DUE = 100_000  # counting further tells nobody more
_RUNS = text("""
    SELECT f.as_of, f.finished_at, f.subjects, f.finished_at - f.started_at AS took, r.started_at AS running_since,
           (SELECT n.started_at FROM scan_run n WHERE n.state <> 'running' AND n.kind <> 'as-of'
            ORDER BY n.run_id DESC LIMIT 1) > coalesce(f.started_at, '-infinity') AS failed
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (SELECT * FROM scan_run WHERE state = 'finished' AND kind <> 'as-of'
                       ORDER BY run_id DESC LIMIT 1) f ON true
    LEFT JOIN LATERAL (SELECT * FROM scan_run WHERE state = 'running' LIMIT 1) r ON true
""")
_DUE = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM score_due LIMIT :most) AS counted) AS due,
           (SELECT since FROM score_due ORDER BY mark LIMIT 1) AS since
""")


@dataclass(frozen=True)
class ScanFacts:
    """The newest scan that finished (None: there is none yet), since when one is under way, whether the newest one
    that ended was given up, and how many subjects wait to be scored again, since when.
    """

    as_of: date | None
    finished_at: datetime | None
    subjects: int
    seconds: float
    running_since: datetime | None
    failed: bool
    due: int
    due_since: datetime | None


async def read_scan_facts(session: AsyncSession) -> ScanFacts:
    """Read them."""
    run = (await session.execute(_RUNS)).one()
    due = (await session.execute(_DUE, {"most": MOST_DUE})).one()
    seconds = run.took.total_seconds() if run.took else 0.0
    return ScanFacts(
        run.as_of, run.finished_at, run.subjects or 0, seconds, run.running_since, bool(run.failed), due.due, due.since
    )


class ScanGauges:
    """Gauges of the newest scan and of what waits to be scored again."""

    def __init__(self, facts: ScanFacts) -> None:
        self._facts = facts

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges; of a scan there are none until one has finished."""
        facts = self._facts
        yield GaugeMetricFamily("xinqiao_scores_due", "Subjects that wait to be scored again", value=facts.due)
        if facts.finished_at is not None:
            finished = facts.finished_at.timestamp()
            yield GaugeMetricFamily("xinqiao_scan_finished_seconds", "When the newest scan finished", value=finished)
            yield GaugeMetricFamily("xinqiao_scan_seconds", "How long the newest scan took", value=facts.seconds)
            yield GaugeMetricFamily("xinqiao_scan_subjects", "Subjects of the newest scan", value=facts.subjects)


async def gauge_scans(session: AsyncSession) -> ScanGauges:
    """Look at the scans now."""
    return ScanGauges(await read_scan_facts(session))
