"""Salts destroyed: nobody can read what was sealed under them any more, and this is final."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CLOSE = text("""
    INSERT INTO personal_key (ref, salt, created_at, erased_at)
    SELECT ref, NULL, :now, :now FROM unnest(CAST(:refs AS text[])) AS n (ref) ORDER BY ref
    ON CONFLICT (ref) DO UPDATE SET salt = NULL, erased_at = excluded.erased_at WHERE personal_key.salt IS NOT NULL
""")
_HOLD = text("SELECT ref FROM personal_key WHERE ref = ANY(CAST(:refs AS text[])) ORDER BY ref FOR SHARE")
_DESTROY = text("""
    UPDATE personal_key SET salt = NULL, erased_at = :now WHERE ref = ANY(CAST(:refs AS text[])) AND salt IS NOT NULL
    RETURNING ref
""")


async def hold_open(session: AsyncSession, refs: Sequence[str]) -> None:
    """Let nobody erase these parties until the transaction ends, so that what was opened of them is not written after.

    Whoever is erased at this moment is waited for.
    """
    await session.execute(_HOLD, {"refs": list(refs)})


async def close_parties(session: AsyncSession, refs: Sequence[str], now: datetime) -> None:
    """Destroy the salts of parties for good: what arrives about them later is sealed under a key nobody has."""
    await session.execute(_CLOSE, {"refs": list(refs), "now": now})


async def destroy_salts(session: AsyncSession, refs: Sequence[str], now: datetime) -> int:
    """Destroy the salts that there are; return how many there were."""
    return len((await session.execute(_DESTROY, {"refs": list(refs), "now": now})).all())
