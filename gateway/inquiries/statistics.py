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

# The hours and days of a period are those of the clock in Beijing.
_ASKED = f"""
    SELECT institution, account, uscc, product, outcome, {ENDING} AS ending, created_at AT TIME ZONE :zone AS at
    FROM inquiry
    WHERE inquiry_id >= :low AND inquiry_id < :high AND created_at >= :since AND created_at < :until
"""  # noqa: S608 - a constant of questions.py
_COUNTS = text(f"""
    SELECT institution, account, ending, outcome, weekend, hour, count(*) AS number,
        grouping(institution, account, ending, outcome, weekend, hour) AS without
    FROM (
        SELECT institution, account, ending, outcome, extract(isodow FROM at) >= 6 AS weekend,
            extract(hour FROM at)::int AS hour
        FROM ({_ASKED}) asked) told
    GROUP BY GROUPING SETS ((institution, account, ending), (ending, outcome), (weekend, hour), (account, hour))
""")  # noqa: S608
# Which columns each of these sets is without, as grouping() tells it.
_WITHOUT = {"account": 0b000111, "outcome": 0b110011, "time": 0b111100, "hour": 0b101110}
_SHARED = text(f"""
    SELECT uscc, count(*) AS institutions, sum(number)::int AS asked FROM (
        SELECT uscc, institution, count(*) AS number FROM ({_ASKED}) asked GROUP BY 1, 2) told
    GROUP BY uscc HAVING count(*) >= :fewest ORDER BY institutions DESC, asked DESC, uscc LIMIT :most
""")  # noqa: S608
_REPEATED = text(f"""
    SELECT institution, account, uscc, product, at::date AS day, count(*) AS asked FROM ({_ASKED}) asked
    GROUP BY 1, 2, 3, 4, 5 HAVING count(*) >= :fewest ORDER BY asked DESC, day DESC, account, uscc LIMIT :most
""")  # noqa: S608


@dataclass(frozen=True)
class Period:
    """A half-open period: since ≤ the moment of the inquiry < until."""

    since: datetime
    until: datetime

    def values(self) -> dict[str, Any]:
        """Return what the statements above ask for."""
        return {
            "since": self.since, "until": self.until, "low": first_id(self.since, -CLOCKS),
            "high": first_id(self.until, CLOCKS), "zone": SHANGHAI.key,
        }  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """How often: by institution, account, ending; by ending, outcome; by weekend, hour; by account, hour."""

    by_account: dict[tuple[str, str, str], int]
    by_outcome: dict[tuple[str, str], int]
    by_time: dict[tuple[bool, int], int]
    by_hour: dict[tuple[str, int], int]


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


async def count_asked(session: AsyncSession, period: Period) -> Counts:
    """Return the counts of a period."""
    rows = (await session.execute(_COUNTS, period.values())).all()

    def of(kind: str, *names: str) -> dict[Any, int]:
        without = _WITHOUT[kind]
        return {tuple(getattr(row, name) for name in names): row.number for row in rows if row.without == without}

    return Counts(
        of("account", "institution", "account", "ending"), of("outcome", "ending", "outcome"),
        of("time", "weekend", "hour"), of("hour", "account", "hour"),
    )  # fmt: skip


async def find_shared(session: AsyncSession, period: Period, *, fewest: int, most: int) -> list[Shared]:
    """Return up to `most` enterprises that at least `fewest` institutions asked about, the most widely asked first."""
    rows = await session.execute(_SHARED, {**period.values(), "fewest": fewest, "most": most})
    return [Shared(**row) for row in rows.mappings()]


async def find_repeated(session: AsyncSession, period: Period, *, fewest: int, most: int) -> list[Repeated]:
    """Return up to `most` questions that one account put at least `fewest` times on a day, the most often put first."""
    rows = await session.execute(_REPEATED, {**period.values(), "fewest": fewest, "most": most})
    return [Repeated(**row) for row in rows.mappings()]
