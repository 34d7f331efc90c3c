"""What the column store reads of the records: what is due, and current versions as they were sealed.

Rows are asked for by batch and leaf, so that the index of leaves finds them in the order in which they lie. All of one
reading stand in one snapshot (read_one_moment begins it).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.records.life import PastAct, State
from connectors.store.arrays import text_array
from connectors.store.reading import fetch

_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# Each part asks for some thousand rows of a table of millions: no plan that reads all of it for every part will do, and
# before the table was first analysed the planner would choose one.
_BY_INDEX = text("SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)")
_DUE = text("""
    SELECT d.due_id, d.dataset, d.batch_id, coalesce(cardinality(d.leaves), b.accepted + b.unresolved + b.corrections),
           d.leaves IS NULL, b.number, (b.received_at AT TIME ZONE 'Asia/Shanghai')::date
    FROM column_due d JOIN batch b USING (batch_id) WHERE CAST(:dataset AS text) IS NULL OR d.dataset = :dataset
    ORDER BY d.leaves IS NOT NULL, d.due_id LIMIT :most
""")
_FORGET = text("DELETE FROM column_due WHERE due_id = ANY(CAST(:ids AS bigint[]))")
_WAITING = text("""
    SELECT dataset, count(*), min(since) FROM column_due WHERE dataset = ANY(CAST(:datasets AS text[])) GROUP BY 1
""")
_BEHIND = text("SELECT count(*), min(since) FROM column_due")
_DELIVERED = text("""
    SELECT d.dataset FROM unnest(CAST(:datasets AS text[]), CAST(:agencies AS text[])) AS d (dataset, agency)
    WHERE EXISTS (SELECT FROM batch b WHERE b.agency = d.agency AND b.dataset = d.dataset)
""")
_BATCHES = text("""
    SELECT batch_id, number, (received_at AT TIME ZONE 'Asia/Shanghai')::date, accepted + unresolved + corrections
    FROM batch WHERE agency = :agency AND dataset = :dataset AND accepted + unresolved + corrections > 0
      AND (CAST(:day AS date) IS NULL OR (received_at AT TIME ZONE 'Asia/Shanghai')::date = :day)
    ORDER BY 3, number
""")
# Records that something happened to, and what stands under their keys now: an act upon a version concerns the next too.
_TOUCHED = """
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT r.key_id, r.batch_id, r.leaf_index
        FROM column_due d CROSS JOIN LATERAL unnest(d.leaves) AS l (leaf)
        JOIN record r ON r.batch_id = d.batch_id AND r.leaf_index = l.leaf WHERE d.due_id = ANY($1::bigint[])
    ), concerned AS (
        SELECT batch_id, leaf_index FROM touched
        UNION SELECT r.batch_id, r.leaf_index FROM touched t JOIN record r USING (key_id) WHERE r.superseded_at IS NULL
    )
    SELECT b.batch_id, b.number, b.dataset, (b.received_at AT TIME ZONE 'Asia/Shanghai')::date, c.leaf_index
    FROM concerned c JOIN batch b USING (batch_id) ORDER BY 2, 5
"""
_ROW = """
    SELECT coalesce(s.number, 0), b.number, r.leaf_index, r.event_date - DATE '1970-01-01',
           r.publish_until - DATE '1970-01-01', (b.received_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01',
           r.version, r.canonical
"""
_CURRENT = """
    JOIN batch b ON b.batch_id = r.batch_id LEFT JOIN subject s ON s.subject_id = r.subject_id
    WHERE r.superseded_at IS NULL AND r.canonical IS NOT NULL AND (r.subject_id IS NOT NULL OR $1::boolean)
"""
_BROUGHT = "r.batch_id = ANY({}::uuid[]) AND r.leaf_index >= {}::int AND r.leaf_index < {}::int"
_OF_BATCHES = f"{_ROW} FROM record r {_CURRENT} AND {_BROUGHT.format('$2', '$3', '$4')}"
_ASKED = "FROM unnest({}::uuid[], {}::int[]) AS p (batch_id, leaf_index) JOIN record r USING (batch_id, leaf_index)"
_OF_PAIRS = f"{_ROW} {_ASKED.format('$2', '$3')} {_CURRENT}"
_ACT = """
    SELECT b.number, r.leaf_index, a.number, a.version, a.state, a.hides, a.lasting, a.effective_on, a.recorded_at
"""
# As acts_concerning (acts.py) tells: not those upon another enterprise's record under the same key.
_ACTS = """
    JOIN batch b ON b.batch_id = r.batch_id
    JOIN record_act a ON a.business_key = r.business_key AND a.dataset = r.dataset AND a.agency = r.agency
    LEFT JOIN record o ON o.record_id = a.record_id
    WHERE r.superseded_at IS NULL AND (r.subject_id IS NULL OR o.subject_id IS NULL OR o.subject_id = r.subject_id)
"""
_ACTS_OF_BATCHES = f"""
    {_ACT} FROM record r {_ACTS} AND {_BROUGHT.format("$1", "$2", "$3")} ORDER BY a.number
"""
_ACTS_OF_PAIRS = f"{_ACT} {_ASKED.format('$1', '$2')} {_ACTS} ORDER BY a.number"
Pair = tuple[UUID, int]  # a batch's id and a leaf
# A current version whose subject is known (0: of nobody): subject, batch, leaf, event date and last day of disclosure
# where it has them, day of landing, version, canonical text. Days are days since 1970-01-01.
ColumnRow = tuple[int, int, int, int | None, int | None, int, int, bytes]
Acts = Mapping[tuple[int, int], Sequence[PastAct]]  # by batch number and leaf


class Due(NamedTuple):
    """Something that is due: so many records of a batch, or the `whole` batch."""

    due_id: int
    dataset: str
    batch_id: UUID
    records: int
    whole: bool
    batch: int
    day: date


class SealedBatch(NamedTuple):
    """A batch, by its id and number, its day of landing, and how many leaves it has."""

    batch_id: UUID
    batch: int
    day: date
    records: int


class Touched(NamedTuple):
    """A record that something happened to."""

    batch_id: UUID
    batch: int
    dataset: str
    day: date
    leaf: int


class Waiting(NamedTuple):
    """How much is due of a dataset, and since when."""

    dataset: str
    entries: int
    since: datetime


async def read_one_moment(session: AsyncSession) -> None:
    """Have all that this transaction reads be of one moment, found by indexes. It is the transaction's first word."""
    await session.execute(_ONE_MOMENT)
    await session.execute(_BY_INDEX)


async def find_due(session: AsyncSession, most: int, dataset: str | None = None) -> list[Due]:
    """Return what is due, of a dataset or of all: whole batches first, then leaves, each as they came."""
    return [Due(*row) for row in await session.execute(_DUE, {"most": most, "dataset": dataset})]


async def forget_due(session: AsyncSession, due: Iterable[int]) -> int:
    """Delete what was due; return how much of it was still there."""
    return int(getattr(await session.execute(_FORGET, {"ids": list(due)}), "rowcount", 0))


async def count_due(session: AsyncSession, datasets: Iterable[str]) -> list[Waiting]:
    """Return how much is due of these datasets, of those of which something is."""
    return [Waiting(*row) for row in await session.execute(_WAITING, {"datasets": list(datasets)})]


async def find_behind(session: AsyncSession) -> tuple[int, datetime | None]:
    """Return how much is due in all, and since when."""
    count, since = (await session.execute(_BEHIND)).one()
    return count, since


async def find_delivered(session: AsyncSession, agencies: Mapping[str, str]) -> set[str]:
    """Return which of these datasets, each with its agency, were ever delivered."""
    values = {"datasets": list(agencies), "agencies": list(agencies.values())}
    return set((await session.execute(_DELIVERED, values)).scalars())


async def list_batches(session: AsyncSession, agency: str, dataset: str, day: date | None = None) -> list[SealedBatch]:
    """Return a dataset's batches that brought records, by their day of landing: all, or those of one day."""
    found = await session.execute(_BATCHES, {"agency": agency, "dataset": dataset, "day": day})
    return [SealedBatch(*row) for row in found]


async def find_touched(connection: psycopg.AsyncConnection, due: Iterable[int]) -> list[Touched]:
    """Return the records that leaves which are due concern."""
    return [Touched(*row) for row in await fetch(connection, _TOUCHED, [text_array(map(str, due))])]


async def load_batches(
    connection: psycopg.AsyncConnection, batches: Sequence[UUID], leaves: tuple[int, int], *, nobody: bool
) -> list[ColumnRow]:
    """Return the current versions that batches brought, of leaves from the first up to the second.

    `nobody`: also those that no subject is known of.
    """
    rows: list[ColumnRow] = await fetch(connection, _OF_BATCHES, [str(nobody), _ids(batches), *map(str, leaves)])
    return rows


async def load_pairs(connection: psycopg.AsyncConnection, pairs: Sequence[Pair], *, nobody: bool) -> list[ColumnRow]:
    """Return those of these records that are current."""
    rows: list[ColumnRow] = await fetch(connection, _OF_PAIRS, [str(nobody), *_columns(pairs)])
    return rows


async def acts_of_batches(
    connection: psycopg.AsyncConnection, batches: Sequence[UUID], leaves: tuple[int, int]
) -> Acts:
    """Return the acts that concern what load_batches returns."""
    return _acts(await fetch(connection, _ACTS_OF_BATCHES, [_ids(batches), *map(str, leaves)]))


async def acts_of_pairs(connection: psycopg.AsyncConnection, pairs: Sequence[Pair]) -> Acts:
    """Return the acts that concern what load_pairs returns."""
    return _acts(await fetch(connection, _ACTS_OF_PAIRS, _columns(pairs)))


def _acts(rows: Iterable[tuple[Any, ...]]) -> Acts:
    acts: dict[tuple[int, int], list[PastAct]] = {}
    for batch, leaf, number, version, state, *rest in rows:
        acts.setdefault((batch, leaf), []).append(PastAct(number, version, State(state), *rest))
    return acts


def _ids(batches: Iterable[UUID]) -> str:
    return text_array(batch.hex for batch in batches)


def _columns(pairs: Sequence[Pair]) -> list[str]:
    return [_ids(batch for batch, _ in pairs), text_array(str(leaf) for _, leaf in pairs)]
