"""Whose score is to be computed again: marked by what the column store takes up (migration 0037), done by their mark.

A mark is another one whenever something more has come for a subject, so that nothing that came meanwhile is taken for
done. Marks are made under the store's lock: whoever holds it sees all that were.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FIRST = text("SELECT subject, mark FROM score_due ORDER BY mark LIMIT :most")
_NEWEST = text("SELECT coalesce(max(mark), 0) FROM score_due")
_UP_TO = text("SELECT subject FROM score_due WHERE mark <= :mark ORDER BY subject")
_IS_DUE = text("SELECT EXISTS (SELECT FROM score_due WHERE subject = :subject)")
_COUNT = text("SELECT count(*) FROM (SELECT FROM score_due LIMIT :most) AS counted")
# In the order in which marks are made, so that neither waits for the other for ever.
_DONE = text("""
    DELETE FROM score_due WHERE subject IN (
        SELECT d.subject FROM score_due d
        JOIN unnest(CAST(:subjects AS bigint[]), CAST(:marks AS bigint[])) AS done (subject, mark) USING (subject, mark)
        ORDER BY d.subject FOR UPDATE OF d)
""")
_DONE_UP_TO = text("""
    DELETE FROM score_due WHERE subject IN (
        SELECT subject FROM score_due WHERE mark <= :mark ORDER BY subject FOR UPDATE) AND mark <= :mark
""")


class Due(NamedTuple):
    """A subject that waits, and by which mark."""

    subject: int
    mark: int


async def first_due(session: AsyncSession, most: int) -> list[Due]:
    """Return who has waited longest."""
    return [Due(*row) for row in await session.execute(_FIRST, {"most": most})]


async def count_due(session: AsyncSession, most: int) -> int:
    """Return how many wait, counted up to `most`."""
    return int((await session.execute(_COUNT, {"most": most})).scalar_one())


async def newest_mark(session: AsyncSession) -> int:
    """Return the newest mark, 0 where nobody waits."""
    return int((await session.execute(_NEWEST)).scalar_one())


async def due_up_to(session: AsyncSession, mark: int) -> Sequence[int]:
    """Return the subjects that wait by this mark or an earlier one, rising."""
    return (await session.execute(_UP_TO, {"mark": mark})).scalars().all()


async def is_due(session: AsyncSession, subject: int) -> bool:
    """Tell whether a subject waits."""
    return bool((await session.execute(_IS_DUE, {"subject": subject})).scalar_one())


async def forget(session: AsyncSession, done: Mapping[int, int]) -> None:
    """Take those away that were computed again, by subject and mark; who was marked anew meanwhile stays."""
    await session.execute(_DONE, {"subjects": list(done), "marks": list(done.values())})


async def forget_up_to(session: AsyncSession, mark: int) -> None:
    """Take all away that waited by this mark or an earlier one."""
    await session.execute(_DONE_UP_TO, {"mark": mark})
