"""Inquiries of a period by whatever a count was made of: the rows behind each figure, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.inquiries.questions import COLUMNS, Question, question_of
from gateway.inquiries.statistics import OF_DAY, WEEKEND, Period

_FOUND = text(f"""
    SELECT * FROM (
        SELECT {COLUMNS}, uscc FROM inquiry
        WHERE inquiry_id >= :low AND inquiry_id < least(:high, CAST(:before AS uuid))
            AND created_at >= :since AND created_at < :until
            AND (CAST(:institution AS text) IS NULL OR institution = :institution)
            AND (CAST(:account AS text) IS NULL OR account = :account)
            AND (CAST(:uscc AS text) IS NULL OR uscc = :uscc)
            AND (CAST(:product AS text) IS NULL OR product = :product)) told
    WHERE (CAST(:outcome AS text) IS NULL OR :outcome IN (ending, reason))
        AND (CAST(:weekend AS boolean) IS NULL OR {WEEKEND} = :weekend)
        AND (CAST(:hours AS int[]) IS NULL OR {OF_DAY} = ANY(CAST(:hours AS int[])))
    ORDER BY inquiry_id DESC LIMIT :most
""")  # noqa: S608 - our own words


@dataclass(frozen=True)
class AskedFilter:
    """Which inquiries, None meaning any. `hours` are those of the day in Beijing, `weekend` its Saturdays and Sundays.

    `outcome` is one of OUTCOMES, or a reason; `uscc` the code that was asked about.
    """

    period: Period
    institution: str | None = None
    account: str | None = None
    uscc: str | None = None
    product: str | None = None
    outcome: str | None = None
    weekend: bool | None = None
    hours: Sequence[int] | None = None


async def list_asked(
    session: AsyncSession, wanted: AskedFilter, before: UUID | None, limit: int
) -> list[tuple[Question, str]]:
    """Return up to `limit` inquiries with ids below `before`, newest first, each with the code it was about."""
    values = {**vars(wanted), **wanted.period.values(), "before": before, "most": limit}
    values["hours"] = list(wanted.hours) if wanted.hours is not None else None
    del values["period"]
    return [(question_of(row), row.uscc) for row in await session.execute(_FOUND, values)]
