"""How early the watch was: from the first standing at a level, or a higher one, to the first official act after it.

Who was acted upon earlier alone, and upon whom nobody acted yet, are told apart: neither is early nor late.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import text

from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.records.access import demand_overseer
from gateway.risk_analysis.acts import Done, load_acts
from gateway.risk_analysis.period import Period
from gateway.runtime.work import UnitOfWork
from risk_monitor.lead import Spread, first_after, spread_of
from risk_monitor.names import KINDS, LEVELS
from risk_monitor.watch import rank_of

State = Literal["acted", "earlier", "none"]
MOST = 10_000
_FIRST = text("""
    SELECT subject, type, first FROM (
        SELECT subject, type, min(holds_from) AS first FROM risk_standing
        WHERE level = ANY(CAST(:levels AS text[])) GROUP BY 1, 2) AS stood
    WHERE first >= :since AND first < :after ORDER BY first DESC, subject, type LIMIT :most
""")


@dataclass(frozen=True)
class Lead:
    """An enterprise that came to a level, and what was done upon it after that."""

    subject: Subject
    type: str
    first: date
    state: State
    done: Done | None

    @property
    def days(self) -> int | None:
        """How many days lie between."""
        return (self.done.day - self.first).days if self.done else None


@dataclass(frozen=True)
class LeadOfType:
    """Of one type, or of all (""): how the days lie, how many were acted upon earlier alone, upon whom nobody did."""

    type: str
    days: Spread | None
    earlier: int
    none: int


@dataclass(frozen=True)
class Leads:
    """By type, all together first; and each enterprise, the newest first."""

    period: Period
    level: str
    types: Sequence[LeadOfType]
    leads: Sequence[Lead]


async def read_leads(work: UnitOfWork, period: Period, level: str, most: int = MOST) -> Leads:
    """Return how early those were seen who came to a level in a period, and record that it was read.

    Raises DeniedError for whoever does not oversee.
    """
    found = await take_leads(work, period, level, most)
    await work.record("risk.read", {"view": "lead", "found": len(found.leads)}, outcome="read")
    return found


async def take_leads(work: UnitOfWork, period: Period, level: str, most: int = MOST) -> Leads:
    """Return the same, for a view whose opening was recorded. Raises DeniedError as above."""
    demand_overseer(work)
    levels = LEVELS[rank_of(level) - 1 :]
    values: dict[str, Any] = {"levels": list(levels), "since": period.first, "after": period.after, "most": most}
    rows = (await work.session.execute(_FIRST, values)).all()
    subjects = await find_by_numbers(work.session, sorted({row.subject for row in rows}))
    acts = await load_acts(work, {number: one.uscc for number, one in subjects.items()})
    leads = [_lead(row.type, row.first, subjects[row.subject], acts[row.subject]) for row in rows]
    by_type: Mapping[str, list[Lead]] = {kind: [one for one in leads if one.type == kind] for kind in KINDS}
    return Leads(period, level, [_of_type(kind, some) for kind, some in {"": leads, **by_type}.items()], leads)


def _lead(kind: str, first: date, subject: Subject, acts: Sequence[Done]) -> Lead:
    day, earlier = first_after(first, [one.day for one in acts])
    if day is None:
        return Lead(subject, kind, first, "earlier" if earlier else "none", None)
    return Lead(subject, kind, first, "acted", next(one for one in acts if one.day == day))


def _of_type(kind: str, leads: Sequence[Lead]) -> LeadOfType:
    states = [one.state for one in leads]
    days = [one.days for one in leads if one.days is not None]
    return LeadOfType(kind, spread_of(days), states.count("earlier"), states.count("none"))
