"""Objections to a subject's records, and what became of each: open, or what the next act upon the record did.

`superseded`: nobody decided, and a correction has made the record another's, so that nobody can any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from connectors.records.objection_rules import FORMER_DAYS, Term, read_term

ObjectionState = Literal["open", "upheld", "rejected", "withdrawn", "repaired", "superseded"]
_OBJECTIONS = """
    WITH own AS (
        SELECT record_id FROM record WHERE subject_id = :subject AND superseded_at IS NULL
        UNION ALL SELECT record_id FROM record WHERE subject_id = :subject AND superseded_at IS NOT NULL
    ), told AS (
        SELECT o.act_id, o.record_id, o.dataset, o.agency, o.reason, o.document, o.actor, o.hides, o.recorded_at,
               o.event_id, o.term, d.reason AS decision, d.document AS decision_document, d.recorded_at AS decided_at,
               CASE d.kind WHEN 'uphold' THEN 'upheld' WHEN 'reject' THEN 'rejected' WHEN 'withdraw' THEN 'withdrawn'
                           WHEN 'repair' THEN 'repaired' ELSE CASE WHEN EXISTS (
                   SELECT FROM record c WHERE c.subject_id = :subject AND c.superseded_at IS NULL
                     AND c.dataset = o.dataset AND c.agency = o.agency AND c.business_key = o.business_key)
                   THEN 'open' ELSE 'superseded' END END AS state
        FROM own JOIN record_act o ON o.record_id = own.record_id AND o.kind = 'object'
        LEFT JOIN LATERAL (
            SELECT n.kind, n.reason, n.document, n.recorded_at FROM record_act n
            WHERE n.business_key = o.business_key AND n.dataset = o.dataset AND n.agency = o.agency
              AND n.number > o.number
              AND NOT EXISTS (SELECT FROM record x WHERE x.record_id = n.record_id AND x.subject_id <> :subject)
            ORDER BY n.number LIMIT 1) d ON true)
"""
_PAGE = text(f"""
    {_OBJECTIONS} SELECT * FROM told
    WHERE (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:record AS uuid) IS NULL OR record_id = :record)
      AND (CAST(:after AS uuid) IS NULL OR act_id > :after)
    ORDER BY act_id LIMIT :limit
""")  # noqa: S608 - our own words
# What no later act upon the same key has decided, and a correction has not made another's; of one agency, or of all.
_DAY_FILED = "(o.recorded_at AT TIME ZONE 'Asia/Shanghai')::date"
_ANSWER_BY = f"coalesce(CAST(o.term ->> 'answer_by' AS date), {_DAY_FILED} + {FORMER_DAYS})"
_CLOSE_BY = f"coalesce(CAST(o.term ->> 'close_by' AS date), {_DAY_FILED} + {FORMER_DAYS})"
_OPEN_ONES = """
    FROM record_act o
    WHERE (CAST(:agency AS text) IS NULL OR o.agency = :agency) AND o.kind = 'object' AND NOT EXISTS (
        SELECT FROM record_act n WHERE n.business_key = o.business_key AND n.dataset = o.dataset
            AND n.agency = o.agency AND n.number > o.number)
        AND EXISTS (
            SELECT FROM record c JOIN record r ON r.record_id = o.record_id AND r.subject_id = c.subject_id
            WHERE c.dataset = o.dataset AND c.agency = o.agency AND c.business_key = o.business_key
                AND c.superseded_at IS NULL)
"""
_TO_DECIDE = text(f"""
    SELECT o.act_id, o.record_id, o.dataset, o.agency, o.reason, o.document, o.hides, o.recorded_at, o.term
    {_OPEN_ONES} AND (CAST(:past AS date) IS NULL OR {_ANSWER_BY} < :past)
        AND (CAST(:after AS uuid) IS NULL OR o.act_id > :after)
    ORDER BY o.act_id LIMIT :limit
""")
_STANDING = text(f"""
    SELECT count(*) FILTER (WHERE {_ANSWER_BY} >= :today) AS in_time,
           count(*) FILTER (WHERE {_ANSWER_BY} < :today AND {_CLOSE_BY} >= :today) AS late,
           count(*) FILTER (WHERE {_CLOSE_BY} < :today) AS overdue
    {_OPEN_ONES}
""")
_OPEN = text(f"{_OBJECTIONS} SELECT count(*) FROM told WHERE state = 'open'")  # noqa: S608


def told_term(row: RowMapping) -> Term:
    """Return by when an objection is seen to, as it was told."""
    return read_term(row["term"], day_of(row["recorded_at"]))


@dataclass(frozen=True)
class ObjectionPage:
    """Which objections are asked for: those in this state, to this record; `limit` after objection `after`."""

    limit: int
    after: UUID | None = None
    state: ObjectionState | None = None
    record: UUID | None = None


async def load_objections(session: AsyncSession, subject_id: UUID, page: ObjectionPage) -> Sequence[RowMapping]:
    """Return objections to a subject's records, whoever noted them, oldest first."""
    return (await session.execute(_PAGE, {"subject": subject_id, **vars(page)})).mappings().all()


@dataclass(frozen=True)
class OpenPage:
    """Which open objections are asked for: an agency's or all; those whose answer was due before `past`."""

    limit: int
    agency: str | None = None
    past: date | None = None
    after: UUID | None = None


async def find_open(session: AsyncSession, page: OpenPage) -> Sequence[RowMapping]:
    """Return objections that agencies have to decide, oldest first."""
    return (await session.execute(_TO_DECIDE, vars(page))).mappings().all()


async def count_by_due(session: AsyncSession, today: date) -> dict[str, int]:
    """Return how many open objections are in time, past their answer (late), past the last day to close (overdue)."""
    return dict((await session.execute(_STANDING, {"agency": None, "today": today})).mappings().one())


async def count_open(session: AsyncSession, subject_id: UUID) -> int:
    """Return how many objections to a subject's records nobody has decided on."""
    count: int = (await session.execute(_OPEN, {"subject": subject_id})).scalar_one()
    return count
