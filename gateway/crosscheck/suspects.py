"""Who stands at a level of risk or above now, each enterprise once, by its code."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from risk_monitor.names import LEVELS

_STANDING = text("""
    SELECT s.uscc AS code, s.number AS subject, array_agg(r.type ORDER BY r.type) AS types,
           max(array_position(CAST(:levels AS text[]), r.level)) AS rank
    FROM risk_standing r JOIN subject s ON s.number = r.subject
    WHERE r.holds_to IS NULL AND s.uscc IS NOT NULL AND r.level = ANY(CAST(:wanted AS text[]))
      AND (CAST(:type AS text) IS NULL OR r.type = :type)
    GROUP BY s.uscc, s.number ORDER BY s.uscc
""")


@dataclass(frozen=True)
class Suspect:
    """An enterprise at a level: its highest, and of which types of risk."""

    code: str
    subject: int
    level: str
    types: list[str]


async def read_suspects(session: AsyncSession, level: str, kind: str | None) -> list[Suspect]:
    """Return who stands at this level or above, of a type or of any, in the order of their codes."""
    wanted = list(LEVELS[LEVELS.index(level) :])
    rows = await session.execute(_STANDING, {"levels": list(LEVELS), "wanted": wanted, "type": kind})
    return [Suspect(row.code, row.subject, LEVELS[row.rank - 1], list(row.types)) for row in rows]
