"""Institutions and clients by what somebody typed: their id, or a part of the institution's name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

_INSTITUTIONS = text("""
    SELECT institution_id, name, status FROM institution
    WHERE strpos(lower(institution_id), :said) > 0 OR strpos(lower(name), :said) > 0
    ORDER BY (institution_id = :said OR lower(name) = :said) DESC, name LIMIT :most
""")
_ALL = text("SELECT institution_id, name, class AS kind, status FROM institution ORDER BY institution_id")
_CLIENTS = text("""
    SELECT client_id, kind, institution_id, status FROM client WHERE strpos(lower(client_id), :said) > 0
    ORDER BY (client_id = :said) DESC, client_id LIMIT :most
""")


async def institutions_named(session: AsyncSession, said: str, most: int) -> Sequence[Row[Any]]:
    """Return institution_id, name and status of those whose id or name holds this (lower-case), the same one first."""
    return (await session.execute(_INSTITUTIONS, {"said": said, "most": most})).all()


async def all_institutions(session: AsyncSession) -> Sequence[Row[Any]]:
    """Return institution_id, name, kind and status of every institution."""
    return (await session.execute(_ALL)).all()


async def clients_named(session: AsyncSession, said: str, most: int) -> Sequence[Row[Any]]:
    """Return client_id, kind, institution_id and status of those whose id holds this (lower-case), the same first."""
    return (await session.execute(_CLIENTS, {"said": said, "most": most})).all()
