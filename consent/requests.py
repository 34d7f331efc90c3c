"""Who has asked an enterprise for a consent, and how each request stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.reading import read_terms
from consent.store import STANDS
from consent.terms import Terms

_FOUND = f"""
    SELECT * FROM (
        SELECT h.consent_id, f.terms, f.actor, f.recorded_at, f.event_id, n.version,
            {STANDS} AS status
        FROM consent_head h JOIN consent_version f ON f.consent_id = h.consent_id AND f.version = 1
        CROSS JOIN LATERAL (
            SELECT version, status, recorded_at FROM consent_version v WHERE v.consent_id = h.consent_id
            ORDER BY version DESC LIMIT 1) n
        WHERE h.uscc = ANY(:codes) AND (CAST(:after AS uuid) IS NULL OR h.consent_id > :after)
            AND (CAST(:institution AS text) IS NULL OR h.institution = :institution)
            AND (CAST(:account AS text) IS NULL OR f.actor = :account)
            AND (CAST(:since AS timestamptz) IS NULL OR f.recorded_at >= :since)
            AND (CAST(:until AS timestamptz) IS NULL OR f.recorded_at < :until)
            AND (CAST(:purpose AS text) IS NULL
                OR convert_from(f.terms, 'UTF8')::jsonb #>> '{{purpose,code}}' = :purpose)) found
    WHERE CAST(:status AS text) IS NULL OR status = :status ORDER BY consent_id
"""  # noqa: S608 - our own words
_CODES = text("""
    SELECT DISTINCT uscc FROM consent_head
    WHERE uscc > :after AND consent_id >= :low AND consent_id < :high ORDER BY uscc LIMIT :most
""")
_OLDEST, _NEWEST = text(f"{_FOUND} LIMIT :most"), text(f"{_FOUND} DESC LIMIT :most")


@dataclass(frozen=True)
class Wanted:
    """Which requests: of these institution, account and purpose, in this half-open period, that stand so now."""

    institution: str | None = None
    account: str | None = None
    purpose: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    status: str | None = None


@dataclass(frozen=True)
class Requested:
    """A request for consent: its terms, who asked when, its entry, and the version and status it has now."""

    terms: Terms
    account: str
    asked_at: datetime
    entry: UUID
    version: int
    status: str


async def find_requests(
    session: AsyncSession,
    codes: Sequence[str],
    wanted: Wanted,
    after: UUID | None,
    limit: int,
    now: datetime,
    *,
    newest: bool = False,
) -> list[Requested]:
    """Return up to `limit` requests put to enterprises of these codes (USCC), by id beyond `after`; `newest` ones first
    where so asked.
    """
    asked = {**vars(wanted), "codes": list(codes), "after": after, "most": limit, "now": now}
    return [
        Requested(read_terms(row.terms), row.actor, row.recorded_at, row.event_id, row.version, row.status)
        for row in await session.execute(_NEWEST if newest else _OLDEST, asked)
    ]


async def codes_requested(session: AsyncSession, low: UUID, high: UUID, after: str, most: int) -> list[str]:
    """Return up to `most` codes beyond `after` of enterprises that were asked for a consent with an id from `low` on
    and below `high`.
    """
    values = {"low": low, "high": high, "after": after, "most": most}
    return list((await session.execute(_CODES, values)).scalars())
