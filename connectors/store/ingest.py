"""Taking one submission in, in the caller's transaction: map, quarantine, store, seal. All or nothing.

What works on the rows themselves (connectors/store/taking.py) is loaded when the first submission arrives.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.decoding.layout import Layout
from connectors.model.datasets import Dataset
from connectors.personal.sealing import Protector, SubjectKeys
from connectors.store.refused import Quarantine

if TYPE_CHECKING:
    import polars as pl

LOCK = 7134  # the advisory lock of a dataset: one batch of it is stored at a time
_LOCK = text(f"SELECT pg_advisory_xact_lock({LOCK}, hashtext(:dataset))")
Seal = Callable[[Mapping[str, object]], str]
Progress = Callable[[int], None]
Look = Callable[["pl.DataFrame"], None]


@dataclass(frozen=True)
class NewBatch:
    """The batch to be made: its id, the dataset, the sender's own batch id, and SHA-256 of the bytes as they came."""

    batch_id: UUID
    dataset: Dataset
    sender_batch: str
    digest: bytes


@dataclass(frozen=True)
class Listed:
    """How many sound rows a full list has, how many refused ones whose key cannot be read, and of which years it is.

    `years` is None for a list of all years.
    """

    sound: int
    unreadable: int
    years: frozenset[int] | None = None


@dataclass(frozen=True)
class Summary:
    """What came of every row of data (the six counts add up to `rows`), the refusals by reason, what all rows of the
    file were, and the sealed statement.
    """

    rows: int
    accepted: int
    unresolved: int
    corrections: int
    duplicates: int
    natural_persons: int
    rejected: int
    reasons: dict[str, int]
    resolved_earlier: int
    root: str
    shown: str  # digest of what decides from when to when the records may be shown
    whose: dict[str, str]  # digests of subjects, identifiers and changes of names (connectors/store/shown.py)
    statement: str
    mapping: dict[str, object]
    counting: dict[str, Any]
    listed: Listed | None  # of a dataset that is delivered as full lists

    def counts(self) -> dict[str, int]:
        """Return the row counts by name."""
        names = ("rows", "accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
        return {name: getattr(self, name) for name in names}


async def ingest(
    session: AsyncSession,
    connection: psycopg.AsyncConnection,
    batch: NewBatch,
    layout: Layout,
    *,
    seal: Seal,
    now: datetime,
    progress: Progress,
    protector: Protector,
    look: Look = lambda _records: None,
) -> Summary:
    """Take the rows in. `connection` is the driver's, under the same transaction; `seal` signs the statement.

    Of full lists, the keys they name stand in a table until the transaction ends (connectors/store/roll.py).

    `look` is shown each chunk's sound rows, numbers and canonical forms among them, before anything is sealed.

    Raises MalformedError where the submission as a whole is not what was agreed.
    """
    from connectors.store.roll import Roll
    from connectors.store.store import Store
    from connectors.store.taking import no_cycles, take_rows

    binding = layout.binding
    await session.execute(_LOCK, {"dataset": batch.dataset.dataset})
    async with connection.cursor() as cursor:
        store, keys = Store(cursor, batch.dataset, batch.batch_id, now), SubjectKeys(protector)
        quarantine = Quarantine(keys, binding, batch.batch_id)
        roll = Roll(cursor, binding, protector) if batch.dataset.delivery == "full_list" else None
        if roll:
            await roll.open()
        with no_cycles():
            seen = await take_rows(cursor, store, quarantine, layout, now.date(), progress, look, roll)
        resolved, own = await store.finish()
        for rows in await store.find_conflicts():
            layout.tally.add_conflict(rows)
    counts, root = store.counts, store.tree.root().hex()
    statement = seal(
        {
            "v": 1,
            "batch": str(batch.batch_id),
            "agency": batch.dataset.agency,
            "dataset": batch.dataset.dataset,
            "sender_batch": batch.sender_batch,
            "digest": batch.digest.hex(),
            "records": store.tree.size,
            "root": root,
            "at": now.isoformat(),
        }
    )
    return Summary(
        seen.rows, counts.accepted + own, counts.unresolved - own, counts.corrections, counts.duplicates,
        layout.tally.persons.count, seen.rejected, dict(seen.reasons), resolved - own,
        root, store.shown.hexdigest(), store.subjects.digests, statement, binding.provenance(),
        layout.tally.document(seen.rows), roll.listed if roll else None,
    )  # fmt: skip
