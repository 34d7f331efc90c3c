"""Counts of what was asked in a period: by whom, how it ended, at which hours, about whom by how many.

Each is one pass over the period's inquiries, which their ids lead to (UUIDv7); nothing else is read. Who may see them,
and what counts as much, is decided by whoever asks.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.search import CLOCKS, first_id
from connectors.model.calendar import SHANGHAI
from gateway.inquiries.questions import ENDING

_ASKED = """
    FROM inquiry WHERE inquiry_id >= :low AND inquiry_id < :high AND created_at >= :since AND created_at < :until
"""
# Whole hours since 1970 by the clock in Beijing: its offset is the same in all the period, and this is the fastest way.
HOUR = "((date_part('epoch', created_at)::bigint + :offset) / 3600)"
_ENDINGS = text(f"""
    SELECT institution, account, {ENDING} AS ending, outcome, count(*) AS number {_ASKED} GROUP BY 1, 2, 3, 4
""")
WEEKEND = f"(({HOUR} / 24 + 3) % 7 >= 5)"  # 1970 began on a Thursday: three days after a Monday
OF_DAY = f"({HOUR} % 24)::int"
_HOURS = text(f"""
    SELECT account, {WEEKEND} AS weekend, {OF_DAY} AS hour, count(*) AS number {_ASKED} GROUP BY 1, 2, 3
""")
_SHARED = text(f"""
    SELECT uscc, count(*) AS institutions, sum(number)::int AS asked FROM (
        SELECT uscc, institution, count(*) AS number {_ASKED} GROUP BY 1, 2) told
    GROUP BY uscc HAVING count(*) >= :fewest ORDER BY institutions DESC, asked DESC, uscc LIMIT :most
""")  # noqa: S608
_REPEATED = text(f"""
    SELECT institution, account, uscc, product, date '1970-01-01' + ({HOUR} / 24)::int AS day, count(*) AS asked
    {_ASKED} GROUP BY 1, 2, 3, 4, 5 HAVING count(*) >= :fewest ORDER BY asked DESC, day DESC, account, uscc LIMIT :most
""")


@dataclass(frozen=True)
class Period:
    """A half-open period: since ≤ the moment of the inquiry < until."""

    since: datetime
    until: datetime

    def values(self) -> dict[str, Any]:
        """Return what the statements above ask for."""
        apart = self.until.astimezone(SHANGHAI).utcoffset()
        return {
            "since": self.since, "until": self.until, "low": first_id(self.since, -CLOCKS),
            "high": first_id(self.until, CLOCKS), "offset": int(apart.total_seconds()) if apart else 0,
        }  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """An enterprise, by the code it was asked about, that several institutions asked about, and how often together."""

    uscc: str
    institutions: int
    asked: int


@dataclass(frozen=True)
class Repeated:
    """What one account asked about one enterprise several times on one day (Beijing)."""

    institution: str
    account: str
    uscc: str
    product: str
    day: date
    asked: int


async def count_endings(session: AsyncSession, period: Period) -> dict[tuple[str, str, str, str], int]:
    """Return how many inquiries there were by institution, account, ending and outcome (the reason, where denied)."""
    rows = await session.execute(_ENDINGS, period.values())
    return {(row.institution, row.account, row.ending, row.outcome): row.number for row in rows}


async def count_hours(session: AsyncSession, period: Period) -> dict[tuple[str, bool, int], int]:
    """Return how many inquiries there were by account, whether at a weekend, and hour of the day."""
    rows = await session.execute(_HOURS, period.values())
    return {(row.account, row.weekend, row.hour): row.number for row in rows}


async def find_shared(session: AsyncSession, period: Period, *, fewest: int, most: int) -> list[Shared]:
    """Return up to `most` enterprises that at least `fewest` institutions asked about, the most widely asked first."""
    rows = await session.execute(_SHARED, {**period.values(), "fewest": fewest, "most": most})
    return [Shared(**row) for row in rows.mappings()]


async def find_repeated(session: AsyncSession, period: Period, *, fewest: int, most: int) -> list[Repeated]:
    """Return up to `most` questions that one account put at least `fewest` times on a day, the most often put first."""
    rows = await session.execute(_REPEATED, {**period.values(), "fewest": fewest, "most": most})
    return [Repeated(**row) for row in rows.mappings()]
