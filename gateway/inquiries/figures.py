"""Counts of inquiries: how many, by whom, when, how they ended, and how the newest scores lie."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.search import first_id

NEWEST_SCORES = 2000
_ASKED = text("""
    SELECT i.institution, extract(hour FROM i.created_at AT TIME ZONE 'Asia/Shanghai')::integer AS hour,
           i.state, CASE WHEN i.state IN ('denied', 'failed', 'expired') THEN i.outcome END AS reason, count(*) AS asked
    FROM inquiry i WHERE i.inquiry_id >= :since AND i.inquiry_id < :until GROUP BY 1, 2, 3, 4
""")
_DAYS = text("""
    SELECT (created_at AT TIME ZONE 'Asia/Shanghai')::date AS day, count(*) AS asked,
           count(*) FILTER (WHERE state = 'denied') AS denied
    FROM inquiry WHERE inquiry_id >= :since AND inquiry_id < :until AND institution = :institution
        AND (:account = '' OR account = :account) GROUP BY 1
""")
# The band stands in the answer alone: a JWS, whose second part is JSON in base64url.
_BANDS = text("""
    WITH newest AS (
        SELECT inquiry_id, uscc, translate(split_part(answer, '.', 2), '-_', '+/') AS payload FROM inquiry
        WHERE state = 'answered' AND answer IS NOT NULL ORDER BY inquiry_id DESC LIMIT :most
    ), last AS (
        SELECT DISTINCT ON (uscc) convert_from(decode(
            rpad(payload, (length(payload) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb ->> 'band' AS band
        FROM newest ORDER BY uscc, inquiry_id DESC
    )
    SELECT band, count(*) AS enterprises FROM last WHERE band IS NOT NULL GROUP BY band
""")


async def count_asked(session: AsyncSession, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Return institution, hour of the day in China, state, reason (None where answered) and asked, of a period."""
    return (await session.execute(_ASKED, {"since": first_id(since), "until": first_id(until)})).all()


async def count_days(
    session: AsyncSession, since: datetime, until: datetime, *, institution: str, account: str = ""
) -> Sequence[Row[Any]]:
    """Return day (in China), asked and denied of an institution's inquiries, or of one account's, in a period."""
    values = {"since": first_id(since), "until": first_id(until), "institution": institution, "account": account}
    return (await session.execute(_DAYS, values)).all()


async def count_bands(session: AsyncSession) -> dict[str, int]:
    """Return, of the enterprises in the newest answers, how many had each band last."""
    return {row.band: row.enterprises for row in await session.execute(_BANDS, {"most": NEWEST_SCORES})}
