"""The public keys a client signs with now."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_NOW = text("""
    SELECT public FROM client_key WHERE client_id = :client AND status = 'active'
        AND (not_after IS NULL OR not_after > clock_timestamp()) ORDER BY created_at, kid
""")


async def current_keys(session: AsyncSession, client_id: str) -> list[dict[str, Any]]:
    """Return a client's active public JWKs, oldest first; two while one takes over from the other."""
    return await session.run_sync(read_keys, client_id)


def read_keys(session: Session, client_id: str) -> list[dict[str, Any]]:
    """Do the same within a synchronous session."""
    return list(session.execute(_NOW, {"client": client_id}).scalars())
