"""Subjects by the numbers that the column store and what is computed from it know them by."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.personal.sealing import is_sealed
from connectors.store.subjects import Subject

_BY_NUMBER = text("SELECT number, subject_id, uscc, name FROM subject WHERE number = ANY(CAST(:numbers AS bigint[]))")
_NUMBER = text("SELECT number FROM subject WHERE subject_id = :subject")
_NUMBERS = text("SELECT subject_id, number FROM subject WHERE subject_id = ANY(CAST(:subjects AS uuid[]))")
_CODES = text("""
    SELECT coalesce(string_agg(number::text, ' ' ORDER BY number), ''),
           coalesce(string_agg(uscc, ' ' ORDER BY number), '')
    FROM subject WHERE number > :low AND number <= :high AND uscc IS NOT NULL
""")
_FIRST = text("SELECT created_at FROM subject ORDER BY number LIMIT 1")
_GREATEST = text("SELECT coalesce(max(number), 0) FROM subject")


async def find_by_numbers(session: AsyncSession, numbers: Sequence[int]) -> dict[int, Subject]:
    """Return the subjects of these numbers; a name that is personal data is left out."""
    rows = await session.execute(_BY_NUMBER, {"numbers": list(numbers)})
    return {
        row.number: Subject(row.subject_id, row.uscc, None if row.name and is_sealed(row.name) else row.name)
        for row in rows
    }


async def find_number(session: AsyncSession, subject_id: UUID) -> int | None:
    """Return a subject's number, None where there is no such subject."""
    found: int | None = (await session.execute(_NUMBER, {"subject": subject_id})).scalar_one_or_none()
    return found


async def find_numbers(session: AsyncSession, subjects: Iterable[UUID]) -> dict[UUID, int]:
    """Return the numbers of subjects."""
    rows = await session.execute(_NUMBERS, {"subjects": list(subjects)})
    return {row.subject_id: row.number for row in rows}


async def greatest_number(session: AsyncSession) -> int:
    """Return the greatest number there is, 0 where there is no subject."""
    return int((await session.execute(_GREATEST)).scalar_one())


async def first_created(session: AsyncSession) -> datetime | None:
    """Return when the first subject came to be known, None where there is none."""
    created: datetime | None = (await session.execute(_FIRST)).scalar_one_or_none()
    return created


async def codes_between(session: AsyncSession, low: int, high: int) -> tuple[list[int], list[str]]:
    """Return the subjects with a unified code above one number and up to another, rising: their numbers, their codes.

    They come as two texts: a row for each takes several times as long.
    """
    numbers, codes = (await session.execute(_CODES, {"low": low, "high": high})).one()
    return list(map(int, numbers.split())), codes.split()
