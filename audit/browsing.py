"""Turning the pages of the log, newest first, with the same bounded work for a page however large the log is.

A page looks at LOOKED_AT entries at most: those that one index leads to. Where that was not far enough, it says how far
it came, and the next page goes on from there: nothing is counted, and nothing is passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from audit.search import CLOCKS, Filter, FoundEvent, first_id
from audit.stored import SEARCHED, differing, leaf_members, searched

LOOKED_AT = 20_000
LATEST = UUID(int=(1 << 128) - 1)
LATE = timedelta(hours=1)  # how long after its time an event may have been written
_LED_BY = ("subject", "institution", "actor", "type")  # each has an index; the one that finds the fewest comes first
_COLUMNS = ", ".join(SEARCHED)
_LOOKED = """
    SELECT event_id, leaf, {columns} FROM audit_event
    WHERE log_id = :log AND event_id > :low AND event_id < :high AND {led} ORDER BY event_id {order} LIMIT :looked
"""
_PAGE = """
    SELECT e.*, l.leaf_index FROM ({looked}) e LEFT JOIN audit_leaf l USING (event_id)
    WHERE {wanted} ORDER BY event_id {order} LIMIT :most
"""
_EDGE = """
    SELECT count(*) AS number, (array_agg(event_id))[count(*)::int] AS last FROM ({looked}) e
"""


@dataclass(frozen=True)
class Turn:
    """Which page: the entries older than an id, or those newer than one; the newest of all where neither is named."""

    before: UUID | None = None
    after: UUID | None = None


@dataclass(frozen=True)
class LogPage:
    """Entries, newest first; where to go on for older and newer ones, None where there are none of them.

    `stopped` where the page came no further than LOOKED_AT entries: there may be older ones that are wanted.
    """

    found: Sequence[FoundEvent]
    older: UUID | None
    newer: UUID | None
    stopped: bool = False


async def turn_pages(session: AsyncSession, log_id: int, wanted: Filter, turn: Turn, limit: int) -> LogPage:
    """Return a page of up to `limit` entries."""
    back = turn.after is None
    low, high = _period(wanted, turn)
    led = next((name for name in _LED_BY if getattr(wanted, name) is not None), None)
    looked = _LOOKED.format(
        columns=_COLUMNS, led=f"{led} = :{led}" if led else "TRUE", order="DESC" if back else "ASC"
    )  # fmt: skip
    others = [f"{name} = :{name}" for name in ("account", "outcome", *_LED_BY) if getattr(wanted, name) is not None]
    period = [f"ts {sign} :{name}" for name, sign in (("since", ">="), ("until", "<")) if getattr(wanted, name)]
    query = _PAGE.format(
        looked=looked, wanted=" AND ".join([*others, *period]) or "TRUE", order="DESC" if back else "ASC"
    )  # fmt: skip
    values = {**vars(wanted), "log": log_id, "low": low, "high": high, "looked": LOOKED_AT, "most": limit + 1}
    rows = (await session.execute(text(query), values)).all()
    edge, stopped = rows[limit - 1].event_id if len(rows) > limit else None, False
    if edge is None:
        found = (await session.execute(text(_EDGE.format(looked=looked)), values)).one()
        stopped = found.number == LOOKED_AT
        edge = found.last if stopped else None
    page = [_found(row) for row in rows[:limit]]
    if back:
        first = page[0].event_id if page else turn.before and UUID(int=turn.before.int - 1)
        return LogPage(page, edge, first if turn.before else None, stopped)
    page.reverse()
    last = page[-1].event_id if page else turn.after and UUID(int=turn.after.int + 1)
    return LogPage(page, last, edge, stopped)


def _period(wanted: Filter, turn: Turn) -> tuple[UUID, UUID]:
    """Return between which ids a page lies: ids begin with the time at which they were made."""
    low = first_id(wanted.since, -CLOCKS) if wanted.since else UUID(int=0)
    high = first_id(wanted.until, LATE) if wanted.until else LATEST
    return max(low, turn.after or low), min(high, turn.before or high)


def _found(row: Row[Any]) -> FoundEvent:
    return FoundEvent(
        row.event_id, row.leaf, row.leaf_index, differing(leaf_members(row.leaf), row.event_id, searched(row))
    )
