"""Who a record or a question is about: the subject behind an identifier."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_BY_USCC = text("SELECT subject_id, uscc, name FROM subject WHERE uscc = :value")
_FIND = text("""
    SELECT DISTINCT s.subject_id, s.uscc, s.name FROM (
        SELECT subject_id, confidence, max(confidence) OVER () AS best FROM subject_known
        WHERE kind = :kind AND value = :value
    ) k JOIN subject s USING (subject_id) WHERE confidence = best LIMIT 2
""")


@dataclass(frozen=True)
class Subject:
    """An enterprise: its id here, its unified social credit code and its registered name, where known."""

    subject_id: UUID
    uscc: str | None
    name: str | None


async def find_subject(session: AsyncSession, kind: str, value: str) -> Subject | None:
    """Return the one subject known by this identifier, None where there is none or more than one."""
    statement = _BY_USCC if kind == "uscc" else _FIND
    rows = (await session.execute(statement, {"kind": kind, "value": value})).all()
    return Subject(*rows[0]) if len(rows) == 1 else None
