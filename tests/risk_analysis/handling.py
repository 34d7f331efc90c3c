"""What tests of the analysis need: cases and days of standing, written as other rooms write them."""

from uuid import uuid4

from sqlalchemy import text

from connectors.store.numbers import find_number
from connectors.store.subjects import find_subject
from tests.enterprises import uscc

CASE = text("""
    INSERT INTO disposal_case (id, subject, type, level, score, version, points, found_on, opened_at, opened_by, office,
        state, confirmed_at, due_on, outcome, closed_at, steps, event_id)
    VALUES (:id, :subject, :type, 'warning', 60, 1, '{}', CAST(:opened AS timestamptz)::date, :opened, 'person:reg',
        '330304', CASE WHEN CAST(:closed AS timestamptz) IS NOT NULL THEN 'closed'
        WHEN CAST(:confirmed AS timestamptz) IS NOT NULL THEN 'confirmed' ELSE 'opened' END,
        :confirmed, CAST(:opened AS timestamptz)::date + 30, :outcome, :closed, 1, :id)
""")
STANDING = text("""
    INSERT INTO risk_standing
        (subject, type, holds_from, holds_to, seen_on, level, before_level, score, version, points)
    VALUES (:subject, :type, :first, :until, coalesce(:until, :first), :level, :before, 30, 1, '{}')
""")


async def number_of(gateway, number):
    """The number by which an enterprise of tests is known in the column store."""
    async with gateway.database.begin("test.number") as session:
        subject = await find_subject(session, "uscc", uscc(number))
        return await find_number(session, subject.subject_id)


async def open_case(gateway, number, kind, opened, *, confirmed=None, closed=None, outcome=None):
    """A case of an enterprise."""
    values = {
        "id": uuid4(), "subject": await number_of(gateway, number), "type": kind, "opened": opened,
        "confirmed": confirmed, "closed": closed, "outcome": outcome or ("rectified" if closed else None),
    }  # fmt: skip
    async with gateway.database.begin("test.case") as session:
        await session.execute(CASE, values)


async def stand(gateway, number, kind, first, until=None, level="notice", before=None):
    """An enterprise at a level from a day on."""
    values = {
        "subject": await number_of(gateway, number), "type": kind, "first": first, "until": until, "level": level,
        "before": before,
    }  # fmt: skip
    async with gateway.database.begin("test.standing") as session:
        await session.execute(STANDING, values)
