"""What stands on the wall of the risk watch: the last judging, the funnel, divisions, months, the latest changes.

No enterprise is named: a wall is read by whoever passes. Whoever wants to know who it is goes to the lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text

from gateway.platforms.figures import count_sent
from gateway.records.access import demand_overseer
from gateway.risk.judged import DIVISION, PLACED, SECTION
from gateway.risk.reading import find_day
from gateway.risk.tables import RiskDay
from gateway.risk_analysis.chosen import Chosen, section_letter
from gateway.risk_analysis.funnel import Funnel, take_funnel
from gateway.risk_analysis.period import period_of
from gateway.runtime.work import UnitOfWork
from risk_monitor.names import KINDS, LEVELS

DAYS = 30  # of what platforms were told
MOST_CHANGES = 12
_LEVELS = text("SELECT type, level, count(*) AS number FROM risk_standing WHERE holds_to IS NULL GROUP BY 1, 2")
_ENTERPRISES = text("SELECT count(DISTINCT subject) FROM risk_standing WHERE holds_to IS NULL")
# Who came to a level, the highest score first, and whose last one ended.
_CHANGES = text(f"""
    SELECT r.day, r.type, r.before, r.after, {DIVISION} AS division, {SECTION} AS section FROM (
        (SELECT holds_from AS day, subject, type, before_level AS before, level AS after, score FROM risk_standing
         ORDER BY holds_from DESC, score DESC LIMIT :most)
        UNION ALL
        (SELECT holds_to, subject, type, level, NULL, score FROM risk_standing e
         WHERE holds_to IS NOT NULL AND NOT EXISTS (SELECT FROM risk_standing n
             WHERE (n.subject, n.type, n.holds_from) = (e.subject, e.type, e.holds_to))
         ORDER BY holds_to DESC, score DESC LIMIT :most)
    ) AS r JOIN subject s ON s.number = r.subject {PLACED} ORDER BY r.day DESC, r.score DESC LIMIT :most
""")  # noqa: S608 - our own words


@dataclass(frozen=True)
class Change:
    """Somebody came to another level on a day; None at none."""

    day: date
    type: str
    before: str | None
    after: str | None
    division: str
    section: str


@dataclass(frozen=True)
class Wall:
    """The figures of one moment; `levels` by type, then by level."""

    at: datetime
    day: RiskDay | None
    enterprises: int
    levels: Mapping[str, Mapping[str, int]]
    divisions: Funnel
    months: Funnel
    changes: Sequence[Change]
    sent: int
    receipts: int

    def at_level(self, level: str) -> int:
        """Return how many stand at a level, of all types together."""
        return sum(counts[level] for counts in self.levels.values())


async def read_wall(work: UnitOfWork) -> Wall:
    """Return the figures and record that they were read. Raises DeniedError for whoever does not oversee."""
    found = await take_wall(work)
    await work.record("risk.read", {"view": "wall", "found": found.enterprises}, outcome="read")
    return found


async def take_wall(work: UnitOfWork) -> Wall:
    """Return the figures, for a wall whose opening was recorded. Raises DeniedError as above."""
    demand_overseer(work)
    levels: dict[str, dict[str, int]] = {kind: dict.fromkeys(map(str, LEVELS), 0) for kind in KINDS}
    for row in await work.session.execute(_LEVELS):
        levels[row.type][row.level] = row.number
    chosen = Chosen(period_of(None, None, work.now))
    rows = await work.session.execute(_CHANGES, {"most": MOST_CHANGES})
    platforms = await count_sent(work.session, work.now - timedelta(days=DAYS))
    return Wall(
        work.now, await find_day(work), int((await work.session.execute(_ENTERPRISES)).scalar_one()), levels,
        await take_funnel(work, chosen, "division"), await take_funnel(work, chosen, "month"),
        [Change(row.day, row.type, row.before, row.after, row.division, section_letter(row.section)) for row in rows],
        sum(one.sent for one in platforms), sum(one.receipts for one in platforms),
    )  # fmt: skip
