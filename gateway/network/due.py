"""Whose edges are to be read anew: marked by what the column store takes up (migration 0054), done by their mark."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FIRST = text("SELECT subject, mark FROM network_due ORDER BY mark LIMIT :most")
_BEHIND = text("SELECT count(*), min(since) FROM (SELECT since FROM network_due ORDER BY mark LIMIT :most) AS counted")
# In the order in which marks are made, so that neither waits for the other for ever.
_DONE = text("""
    DELETE FROM network_due WHERE subject IN (
        SELECT d.subject FROM network_due d
        JOIN unnest(CAST(:subjects AS bigint[]), CAST(:marks AS bigint[])) AS done (subject, mark) USING (subject, mark)
        ORDER BY d.subject FOR UPDATE OF d)
""")
# Who named an enterprise before it was known here, by what it alone is known by now.
_NAMED_BEFORE = text("""
    INSERT INTO network_due (subject, mark)
    SELECT said_by, nextval('network_due_mark') FROM (
        SELECT DISTINCT e.said_by FROM subject s JOIN subject_known k USING (subject_id)
        JOIN network_party p ON (p.known_by, p.value) = (k.kind, k.value)
        JOIN network_edge e ON e.dropped IS NULL AND (e.source = -p.number OR e.target = -p.number)
        WHERE s.number = ANY(CAST(:subjects AS bigint[])) AND NOT EXISTS (
            SELECT FROM subject_known o WHERE (o.kind, o.value) = (k.kind, k.value)
              AND o.subject_id <> k.subject_id AND o.confidence >= k.confidence)) AS named ORDER BY said_by
    ON CONFLICT (subject) DO UPDATE SET mark = excluded.mark
""")
MOST_COUNTED = 100_000


async def first_due(session: AsyncSession, most: int) -> dict[int, int]:
    """Return who has waited longest, each with its mark."""
    return {row.subject: row.mark for row in await session.execute(_FIRST, {"most": most})}


async def find_behind(session: AsyncSession) -> tuple[int, datetime | None]:
    """Return how many wait, counted up to a bound, and since when."""
    count, since = (await session.execute(_BEHIND, {"most": MOST_COUNTED})).one()
    return count, since


async def forget(session: AsyncSession, done: Mapping[int, int]) -> None:
    """Take those away that were read anew, by subject and mark; who was marked meanwhile stays."""
    await session.execute(_DONE, {"subjects": list(done), "marks": list(done.values())})


async def mark_named_before(session: AsyncSession, subjects: Sequence[int]) -> None:
    """Have those read anew who named one of these enterprises when it was not known yet."""
    await session.execute(_NAMED_BEFORE, {"subjects": list(subjects)})
