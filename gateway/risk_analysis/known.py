"""Whose outcome is known: of enterprises whose cases are closed, whether the suspicion was confirmed.

Outcomes are known of those alone that people looked at; what a watch finds of others nobody knows yet.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from risk_monitor.trial import Key

_CLOSED = text("""
    SELECT subject, type, bool_or(confirmed_at IS NOT NULL AND outcome <> 'false-alarm') AS confirmed FROM disposal_case
    WHERE closed_at IS NOT NULL GROUP BY 1, 2
""")


@dataclass(frozen=True)
class Known:
    """Enterprises and types whose suspicion was confirmed (`bad`), or was not (`sound`)."""

    bad: AbstractSet[Key]
    sound: AbstractSet[Key]


async def load_known(session: AsyncSession) -> Known:
    """Return whose outcome is known."""
    rows = (await session.execute(_CLOSED)).all()
    bad = {(row.subject, row.type) for row in rows if row.confirmed}
    return Known(bad, {(row.subject, row.type) for row in rows} - bad)
