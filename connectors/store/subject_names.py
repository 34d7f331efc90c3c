"""The names of many enterprises at once."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.personal.sealing import is_sealed

_NAMES = text("SELECT uscc, name FROM subject WHERE uscc = ANY(:codes) AND name IS NOT NULL")


async def open_names(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    """Return the names of enterprises by their code (USCC); one that is personal data stays sealed and is left out."""
    if not codes:
        return {}
    rows = await session.execute(_NAMES, {"codes": list(codes)})
    return {row.uscc: row.name for row in rows if not is_sealed(row.name)}
