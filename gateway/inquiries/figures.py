"""Counts of inquiries: how many, by whom, when, how they ended, and how the newest scores lie."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.search import first_id
from gateway.inquiries.tables import STORED
from signing.jws import payload_of
from signing.packed import unpack

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
_NEWEST = text(f"""
    WITH newest AS (
        SELECT inquiry_id, uscc, {STORED} AS answer FROM inquiry
        WHERE state = 'answered' ORDER BY inquiry_id DESC LIMIT :most)
    SELECT DISTINCT ON (uscc) answer FROM newest ORDER BY uscc, inquiry_id DESC
""")  # noqa: S608 - our own words


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
    answers = (await session.execute(_NEWEST, {"most": NEWEST_SCORES})).scalars()
    bands = Counter(payload_of(unpack(one)).get("band") for one in answers)  # it stands in the answer alone
    return {band: enterprises for band, enterprises in bands.items() if band is not None}
