"""The newest questions about one enterprise, newest first: inquiries, however they ended, and requests for consent."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent.requests import Wanted, find_requests
from gateway.inquiries.questions import COLUMNS, Question, QuestionFilter, question_of, question_of_request

# By the index (uscc, inquiry_id), from its end.
_NEWEST = text(f"""
    SELECT * FROM (SELECT {COLUMNS} FROM inquiry WHERE uscc = :uscc) told
    WHERE (CAST(:institution AS text) IS NULL OR :institution IN (institution, intermediary))
        AND (CAST(:purpose AS text) IS NULL OR purpose = :purpose)
        AND (CAST(:since AS timestamptz) IS NULL OR created_at >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR created_at < :until)
        AND (CAST(:outcome AS text) IS NULL OR ending = :outcome)
    ORDER BY inquiry_id DESC LIMIT :most
""")  # noqa: S608 - a constant of questions.py


async def list_newest(
    session: AsyncSession, uscc: str, wanted: QuestionFilter, most: int, now: datetime
) -> list[Question]:
    """Return up to `most` of the newest questions that named this code."""
    values = {
        "uscc": uscc, "most": most, "institution": wanted.institution, "purpose": wanted.purpose,
        "since": wanted.since, "until": wanted.until, "outcome": wanted.outcome,
    }  # fmt: skip
    inquiries = [question_of(row) for row in await session.execute(_NEWEST, values)]
    terms = Wanted(wanted.institution, None, wanted.purpose, wanted.since, wanted.until, status=wanted.outcome)
    requests = await find_requests(session, [uscc], terms, None, most, now, newest=True)
    found = [*inquiries, *map(question_of_request, requests)]
    return sorted(found, key=lambda one: one.id, reverse=True)[:most]
