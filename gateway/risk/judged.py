"""How many were judged on a day, by where they are registered and what they do.

The division is that of the registering authority, which the 3rd to 8th places of the unified code name (GB 32100-2015,
5.3); the section is that of the last scan.
"""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

DIVISION = "coalesce(substr(s.uscc, 3, 6), '')"  # of `subject s`
SECTION = "coalesce(c.section, 0)"  # of `subject_score c`
PLACED = "LEFT JOIN subject_score c ON c.subject = s.number AND c.holds_to IS NULL"
_CLEAR = text("DELETE FROM risk_judged WHERE as_of = :day")
_COUNT = text(f"""
    INSERT INTO risk_judged (as_of, division, section, subjects)
    SELECT :day, {DIVISION}, {SECTION}, count(*) FROM subject s {PLACED} WHERE s.number <= :last GROUP BY 2, 3
""")  # noqa: S608 - our own words


async def count_judged(session: AsyncSession, day: date, last: int) -> None:
    """Keep how many of the enterprises up to the number `last` are where, as the day's."""
    await session.execute(_CLEAR, {"day": day})
    await session.execute(_COUNT, {"day": day, "last": last})
