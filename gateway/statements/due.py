"""The statements of the month that has ended, made by the worker: for every enterprise that was asked about in it."""

from contextlib import suppress
from itertools import islice

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from audit.search import first_id
from connectors.store.subjects import find_subject
from consent.requests import codes_requested
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.statements.making import make_statement
from gateway.statements.months import Month, month_of
from gateway.statements.tables import StatementMonth

AT_ONCE = 50
# One step down the index per code, however often it was asked about.
_CODES = text("""
    WITH RECURSIVE asked AS (
        (SELECT uscc FROM inquiry WHERE uscc > :after AND inquiry_id >= :low AND inquiry_id < :high
         ORDER BY uscc LIMIT 1)
        UNION ALL
        SELECT (SELECT i.uscc FROM inquiry i WHERE i.uscc > a.uscc AND i.inquiry_id >= :low AND i.inquiry_id < :high
                ORDER BY i.uscc LIMIT 1)
        FROM asked a WHERE a.uscc IS NOT NULL)
    SELECT uscc FROM asked WHERE uscc IS NOT NULL LIMIT :most
""")
_HOLD = text("SELECT after FROM statement_month WHERE month = :month AND NOT done FOR UPDATE SKIP LOCKED")
_MOVE = text("UPDATE statement_month SET after = :after, done = :done WHERE month = :month")


async def make_due(work: UnitOfWork, month: Month | None = None) -> bool:
    """Make the next statements of a month, the last one where none is named; tell whether there may be more.

    Codes that no enterprise is known by are passed over, and months of more questions than a statement holds. While
    another worker is at it, nothing is done.
    """
    month = month or month_of(work.now).stepped(-1)
    named = {"month": str(month)}
    started = insert(StatementMonth).values(month=str(month), after="", done=False).on_conflict_do_nothing()
    await work.session.execute(started)
    after: str | None = (await work.session.execute(_HOLD, named)).scalar_one_or_none()
    if after is None:
        return False
    low, high = first_id(month.since), first_id(month.until)
    window = {"low": low, "high": high, "after": after, "most": AT_ONCE}
    asked = (await work.session.execute(_CODES, window)).scalars().all()
    requested = await codes_requested(work.session, low, high, after, AT_ONCE)
    codes = list(islice(sorted({*asked, *requested}), AT_ONCE))
    for code in codes:
        if await find_subject(work.session, "uscc", code) is not None:
            with suppress(DeniedError):
                await make_statement(work, code, month)
    await work.session.execute(_MOVE, {**named, "after": codes[-1] if codes else after, "done": len(codes) < AT_ONCE})
    return len(codes) == AT_ONCE
