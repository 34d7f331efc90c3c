"""What an act that says a record was wrong, or is to be used no more, takes back: every version under its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.life import ActKind

TAKEN_BACK = (ActKind.WITHDRAW, ActKind.REPAIR, ActKind.UPHOLD)
_KINDS = ", ".join(f"'{kind.value}'" for kind in TAKEN_BACK)
# By the index record_act_taken_back; the versions by those that any history is found by.
_OF_ACT = text(f"""
    WITH act AS (
        SELECT dataset, agency, business_key, record_id FROM record_act
        WHERE event_id = :entry AND kind IN ({_KINDS})
    )
    SELECT r.subject_id, r.digest FROM act a JOIN record r ON r.record_id = a.record_id
    UNION
    SELECT r.subject_id, r.digest FROM act a JOIN record r USING (dataset, agency, business_key)
    WHERE r.superseded_at IS NOT NULL
""")  # noqa: S608 - our own words


@dataclass(frozen=True)
class TakenBack:
    """Versions of a record about one subject, by their digests in hex."""

    subject_id: UUID
    digests: frozenset[str]


async def find_taken_back(session: AsyncSession, entry: UUID) -> Sequence[TakenBack]:
    """Return what the act of this entry takes back, by subject; nothing where it takes nothing back, or of nobody."""
    found: dict[UUID, set[str]] = {}
    for row in await session.execute(_OF_ACT, {"entry": entry}):
        if row.subject_id is not None:
            found.setdefault(row.subject_id, set()).add(row.digest.hex())
    return [TakenBack(subject, frozenset(digests)) for subject, digests in sorted(found.items())]
