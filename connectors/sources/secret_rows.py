"""Secrets of sources in the database, sealed: found, and replaced by the one process that holds the lease on them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_FIND = text("SELECT sealed, version FROM source_secret WHERE name = :name")
_ADD = text("""
    INSERT INTO source_secret (name, version, changed_at) VALUES (:name, 0, now()) ON CONFLICT DO NOTHING
""")
_LEAD = text("""
    UPDATE source_secret SET holder = :holder, lease_until = now() + make_interval(secs => :lease)
    WHERE name = :name AND version = :version AND (lease_until IS NULL OR lease_until < now())
    RETURNING version
""")
_KEEP = text("""
    UPDATE source_secret
    SET sealed = :sealed, version = version + 1, holder = NULL, lease_until = NULL, changed_at = now()
    WHERE name = :name AND holder = :holder RETURNING version
""")
_LEAVE = text("UPDATE source_secret SET holder = NULL, lease_until = NULL WHERE name = :name AND holder = :holder")


async def find_secret(session: AsyncSession, name: str) -> Row[Any] | None:
    """Return a secret as it is kept: sealed (None where there is none yet), version."""
    return (await session.execute(_FIND, {"name": name})).one_or_none()


async def lead_secret(session: AsyncSession, name: str, version: int, holder: UUID, lease_seconds: int) -> bool:
    """Take the lease on a secret of this version; tell whether it was free."""
    await session.execute(_ADD, {"name": name})
    asked = {"name": name, "version": version, "holder": holder, "lease": lease_seconds}
    return (await session.execute(_LEAD, asked)).one_or_none() is not None


async def keep_secret(session: AsyncSession, name: str, holder: UUID, sealed: bytes) -> int | None:
    """Replace a secret and give the lease back; return its version, None where another holds the lease by now."""
    kept = (await session.execute(_KEEP, {"name": name, "holder": holder, "sealed": sealed})).one_or_none()
    return kept.version if kept else None


async def leave_secret(session: AsyncSession, name: str, holder: UUID) -> None:
    """Give the lease back."""
    await session.execute(_LEAVE, {"name": name, "holder": holder})
