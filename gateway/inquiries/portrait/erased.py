"""Whether relations that a portrait told went with an erasure since: it cannot be made again then."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Of the enterprise itself, or of one that the portrait names by its code.
_ERASED = text("""
    SELECT EXISTS (
        SELECT FROM network_erasure e JOIN subject s ON s.number = e.said_by
        WHERE e.erased_at > :since AND (s.subject_id = :subject OR s.uscc = ANY(CAST(:codes AS text[]))))
""")


async def relations_erased(session: AsyncSession, subject_id: UUID, told: Mapping[str, Any], since: datetime) -> str:
    """Return in words that it was so, "" where it was not."""
    parties = (told.get("network") or {}).get("parties", ())
    values = {"since": since, "subject": subject_id, "codes": [one["id"] for one in parties]}
    if "reading" not in told["basis"] or not (await session.execute(_ERASED, values)).scalar_one():
        return ""
    return "画像中的关系此后有随个人信息删除的 relations of this portrait went with personal data that was erased since"
