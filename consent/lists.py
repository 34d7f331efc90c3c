"""The consents of one institution, by where they stand: what has run out or is used up stands so without a change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.decision import Consent
from consent.store import COLUMNS, STANDS, Jwks, read_consent

ENDED = ("rejected", "lapsed", "revoked", "expired", "exhausted", "superseded", "invalidated")
STANDINGS: Mapping[str, Sequence[str]] = {
    "requested": ("requested",), "active": ("active",), "paused": ("paused",), "ended": ENDED,
}  # fmt: skip
_OF_GRANTEE = f"""
    SELECT {COLUMNS}, v.now AS standing, h.ends_at
    FROM consent_head h CROSS JOIN LATERAL (
        SELECT *, {STANDS} AS now
        FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE h.institution = :institution
"""  # noqa: S608 - our own words
_LIST = text(f"""
    SELECT s.*, count(*) OVER () AS total FROM ({_OF_GRANTEE}) s
    WHERE (CAST(:id AS uuid) IS NULL OR consent_id = :id)
        AND (CAST(:standings AS text[]) IS NULL OR standing = ANY(:standings))
        AND (CAST(:uscc AS text) IS NULL OR uscc = :uscc)
        AND (CAST(:ends_before AS timestamptz) IS NULL OR ends_at <= :ends_before)
        AND (CAST(:changed_since AS timestamptz) IS NULL OR recorded_at >= :changed_since)
    ORDER BY consent_id DESC OFFSET :offset LIMIT :limit
""")  # noqa: S608 - our own words
_COUNT = text(f"""
    SELECT v.now AS standing, count(*) AS many FROM consent_head h CROSS JOIN LATERAL (
        SELECT {STANDS} AS now
        FROM consent_version n WHERE n.consent_id = h.consent_id ORDER BY n.version DESC LIMIT 1) v
    WHERE h.institution = :institution GROUP BY v.now
""")  # noqa: S608 - our own words


@dataclass(frozen=True)
class ConsentFilter:
    """Which consents, None meaning any: this one, those that stand so, of this enterprise (USCC), that end before a
    moment, that were changed since one.
    """

    id: UUID | None = None
    standings: Sequence[str] | None = None
    uscc: str | None = None
    ends_before: datetime | None = None
    changed_since: datetime | None = None


async def list_of_grantee(
    session: AsyncSession,
    jwks: Jwks,
    now: datetime,
    institution: str,
    wanted: ConsentFilter,
    *,
    limit: int,
    offset: int = 0,
) -> tuple[list[Consent], int]:
    """Return a page of an institution's consents, newest first, and how many there are."""
    values = {
        **vars(wanted), "standings": None if wanted.standings is None else list(wanted.standings),
        "institution": institution, "now": now, "limit": limit, "offset": offset,
    }  # fmt: skip
    rows = (await session.execute(_LIST, values)).all()
    return [read_consent(row, jwks, now) for row in rows], rows[0].total if rows else 0


async def count_of_grantee(session: AsyncSession, now: datetime, institution: str) -> dict[str, int]:
    """Return how many consents of an institution stand how."""
    values = {"institution": institution, "now": now}
    return {row.standing: row.many for row in await session.execute(_COUNT, values)}
