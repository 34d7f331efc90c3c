"""How the scores of a day lie in each industry section and size: written when a scan ends, read when a score is told.

1. The first scan of a day that finishes writes the day's distribution, of what stands then; the log has its digest.
2. Each process remembers the newest one and looks at most once a minute whether there is a newer: an answer costs no
   statement. Each answer names the day that it compares with.
3. Nothing is ever deleted: an answer is computed again by the distribution that it names.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.scores.scan_tables import ScoreDistribution
from scoring_adapter.distribution import Distribution, Group
from scoring_adapter.industries import UNPLACED, Industries, load_industries

LOOKED_FOR = timedelta(minutes=1)  # how long what is remembered is taken for the newest
_COUNTED = text("""
    WITH counted AS (
        SELECT section, CASE WHEN grouping(size) = 1 THEN :unplaced ELSE size END AS size, score,
               count(*) AS enterprises
        FROM subject_score WHERE holds_to IS NULL AND score IS NOT NULL AND section > :unplaced
        GROUP BY GROUPING SETS ((section, size, score), (section, score))
        HAVING grouping(size) = 1 OR size > :unplaced)
    SELECT section, size, array_agg(score ORDER BY score) AS scores, array_agg(enterprises ORDER BY score) AS counts
    FROM counted GROUP BY section, size HAVING sum(enterprises) >= :least
""")
_THERE = text("SELECT EXISTS (SELECT FROM score_distribution WHERE (model, day) = (:model, :day))")
_GROUPS = text("SELECT section, size, scores, counts FROM score_distribution WHERE (model, day) = (:model, :day)")
_NEWEST = text("SELECT max(day) FROM score_distribution WHERE model = :model AND day <= :day")


@dataclass(frozen=True)
class _Remembered:
    looked_at: datetime
    newest: Distribution | None


# By database, then by model.
_REMEMBERED: WeakKeyDictionary[Any, dict[str, _Remembered]] = WeakKeyDictionary()


async def write_distribution(session: AsyncSession, model: str, day: date, run_id: UUID) -> str | None:
    """Write how the scores that stand lie, as those of a day; return the digest, None where the day has one already."""
    if (await session.execute(_THERE, {"model": model, "day": day})).scalar_one():
        return None
    rules = load_industries()
    rows = await session.execute(_COUNTED, {"least": rules.least, "unplaced": UNPLACED})
    groups = [_group(rules, row.section, row.size, row.scores, row.counts) for row in rows]
    session.add_all(
        ScoreDistribution(
            day=day, model=model, section=one.section, size=one.size, scores=list(one.scores), counts=list(one.counts),
            run_id=run_id,
        )
        for one in groups
    )  # fmt: skip
    await session.flush()
    return _of(day, groups).digest()


async def newest_distribution(session: AsyncSession, model: str, moment: datetime) -> Distribution | None:
    """Return the newest distribution of a model up to a moment, as far as this process knows; None where there is none.

    `moment` is the database's.
    """
    known = _REMEMBERED.setdefault(session.get_bind(), {})
    held = known.get(model)
    if held is None or not timedelta(0) <= moment - held.looked_at < LOOKED_FOR:
        day = (await session.execute(_NEWEST, {"model": model, "day": day_of(moment)})).scalar_one()
        newest = held.newest if held else None
        if day is None:
            newest = None
        elif newest is None or newest.day != day:
            newest = await find_distribution(session, model, day)
        held = known[model] = _Remembered(moment, newest)
    return held.newest


async def find_distribution(session: AsyncSession, model: str, day: date) -> Distribution | None:
    """Return the distribution of a day; None where there is none."""
    rows = await session.execute(_GROUPS, {"model": model, "day": day})
    groups = [Group(row.section, row.size, tuple(row.scores), tuple(row.counts)) for row in rows]
    return _of(day, groups) if groups else None


def forget_newest(session: AsyncSession) -> None:
    """Look anew the next time: for a process that has just written one."""
    _REMEMBERED.pop(session.get_bind(), None)


def _group(rules: Industries, section: int, size: int, scores: list[int], counts: list[int]) -> Group:
    named = rules.sizes[size - 1].id if size else ""
    return Group(rules.sections[section - 1].id, named, tuple(scores), tuple(counts))


def _of(day: date, groups: list[Group]) -> Distribution:
    return Distribution(day, {(one.section, one.size): one for one in groups})
