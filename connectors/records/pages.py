"""What is held of one subject now, page by page: each record's current version with the acts that concern it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.acts import ACT, RECORD, History, Key, key_of

# The row that a page goes on after is one of the subject's own: of another's not even the place is told.
_PAGE = """
    WHERE subject_id = :subject AND superseded_at IS NULL AND (CAST(:dataset AS text) IS NULL OR dataset = :dataset)
      AND (CAST(:after AS uuid) IS NULL OR (dataset, record_id) > (
          SELECT a.dataset, a.record_id FROM record a WHERE a.record_id = :after AND a.subject_id = :subject))
    ORDER BY dataset, record_id LIMIT :limit
"""
# NULL stands in the text, not in a value, so that every plan uses the index of current records.
_SHOWN = text(f"SELECT {RECORD} FROM record_visible(:as_of, NULL) record {_PAGE}")  # noqa: S608 - our own words
_HELD = text(f"SELECT {RECORD} FROM record {_PAGE}")  # noqa: S608
_HOLDINGS = text("""
    WITH shown AS (SELECT record_id FROM record_visible(:as_of, NULL) WHERE subject_id = :subject)
    SELECT dataset, agency, count(*) AS held, count(s.record_id) AS shown, max(event_date) AS newest
    FROM record r LEFT JOIN shown s USING (record_id) WHERE r.subject_id = :subject AND r.superseded_at IS NULL
    GROUP BY dataset, agency ORDER BY dataset, agency
""")
_ACTS = text(f"""
    SELECT {ACT} FROM record_act WHERE (dataset, agency, business_key) IN (
        SELECT * FROM unnest(CAST(:datasets AS text[]), CAST(:agencies AS text[]), CAST(:keys AS text[])))
    ORDER BY number
""")  # noqa: S608


@dataclass(frozen=True)
class RecordPage:
    """Which records are asked for: of this dataset, of all where none is named; `limit` after record `after`.

    `hidden`: those too that may not be shown any more.
    """

    limit: int
    after: UUID | None = None
    dataset: str | None = None
    hidden: bool = False


@dataclass(frozen=True)
class Holding:
    """What is held of one subject in one dataset of one agency: how many records, how many of them may be shown, and
    the newest event's day.
    """

    dataset: str
    agency: str
    held: int
    shown: int
    newest: date | None


async def load_holdings(session: AsyncSession, subject_id: UUID, as_of: date) -> list[Holding]:
    """Return what is held of a subject, by dataset."""
    rows = await session.execute(_HOLDINGS, {"subject": subject_id, "as_of": as_of})
    return [Holding(row.dataset, row.agency, row.held, row.shown, row.newest) for row in rows]


async def load_page(session: AsyncSession, subject_id: UUID, page: RecordPage, as_of: date) -> Sequence[History]:
    """Return a page of a subject's records by dataset, each as a history of its current version alone."""
    values = {
        "subject": subject_id, "after": page.after, "dataset": page.dataset, "limit": page.limit,
        **({} if page.hidden else {"as_of": as_of}),
    }  # fmt: skip
    rows = (await session.execute(_HELD if page.hidden else _SHOWN, values)).mappings().all()
    keys = [key_of(row) for row in rows]
    columns = {
        "datasets": [key.dataset for key in keys], "agencies": [key.agency for key in keys],
        "keys": [key.key for key in keys],
    }  # fmt: skip
    acts: dict[Key, list[RowMapping]] = {}
    for act in (await session.execute(_ACTS, columns)).mappings():
        acts.setdefault(key_of(act), []).append(act)
    return [History(key, [row], acts.get(key, [])) for key, row in zip(keys, rows, strict=True)]
