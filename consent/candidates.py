"""The consents that questions could rest on, found or locked in one statement for all that are asked together."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Another institution's consent is neither locked nor read: it takes as long as one that is not there.
_WANTED = """
    WITH asked AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:institutions AS text[]), CAST(:codes AS text[]))
            WITH ORDINALITY AS m (id, institution, uscc, place)),
    wanted AS MATERIALIZED (
        SELECT m.place, h.consent_id FROM asked m
        JOIN consent_head h ON h.consent_id = m.id AND h.institution = m.institution
        UNION ALL
        SELECT m.place, h.consent_id FROM asked m JOIN consent_head h USING (institution, uscc) WHERE m.id IS NULL)
"""
# In the order of their ids, whoever asks for which of them.
_LOCK = f"""{_WANTED}, locked AS MATERIALIZED (
        SELECT consent_id FROM consent_head WHERE consent_id IN (SELECT consent_id FROM wanted)
        ORDER BY consent_id FOR UPDATE {{skip}})
    SELECT w.place, w.consent_id, l.consent_id IS NOT NULL AS held FROM wanted w LEFT JOIN locked l USING (consent_id)
    ORDER BY w.place, w.consent_id
"""  # noqa: S608 - our own words
_LOCK_WAITING, _LOCK_FREE = text(_LOCK.format(skip="")), text(_LOCK.format(skip="SKIP LOCKED"))
_FIND = text(f"{_WANTED} SELECT consent_id FROM wanted ORDER BY consent_id")  # noqa: S608 - our own words


@dataclass(frozen=True)
class Wanted:
    """Which consents of an institution a question could rest on: the one it names, or all of the enterprise's."""

    consent_id: UUID | None
    institution: str
    uscc: str


async def lock_candidates(
    session: AsyncSession, wanted: Sequence[Wanted], *, waits: bool = True
) -> list[list[UUID] | None]:
    """Lock the consents that each question could rest on; return their ids, oldest first.

    Where somebody else has locked one, this waits; or, without `waits`, the answer is None for that question.
    """
    found: list[list[UUID]] = [[] for _ in wanted]
    held = [True] * len(wanted)
    for row in await session.execute(_LOCK_WAITING if waits else _LOCK_FREE, _values_of(wanted)):
        found[row.place - 1].append(row.consent_id)
        held[row.place - 1] &= row.held
    return [ids if ours else None for ids, ours in zip(found, held, strict=True)]


async def find_candidates(session: AsyncSession, wanted: Wanted) -> list[UUID]:
    """Return the ids of the consents that a question could rest on, oldest first, without a lock."""
    return list((await session.execute(_FIND, _values_of([wanted]))).scalars())


def _values_of(wanted: Sequence[Wanted]) -> dict[str, object]:
    return {
        "ids": [one.consent_id for one in wanted], "institutions": [one.institution for one in wanted],
        "codes": [one.uscc for one in wanted],
    }  # fmt: skip
