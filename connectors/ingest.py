"""Taking one delivery in, in the caller's transaction: map, quarantine, merge, seal. All or nothing."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.datasets import Dataset
from connectors.decode import Table
from connectors.layout import lay_out
from connectors.merge import merge
from connectors.rows import RowMapper
from connectors.staging import Progress, stage
from signing.merkle import inclusion_path, root_of

STATEMENT_TYPE = "xinqiao-batch+jws"
_LEAVES = text("SELECT digest FROM record WHERE batch_id = :batch ORDER BY leaf_index")
Seal = Callable[[Mapping[str, object]], str]


@dataclass(frozen=True)
class Delivery:
    """Whose delivery this is: the dataset, the sender's own batch id, and SHA-256 of the bytes as they came."""

    batch_id: UUID
    dataset: Dataset
    sender_batch: str
    digest: bytes


@dataclass(frozen=True)
class Summary:
    """What came of every row (the six counts add up to `rows`), the refusals by reason, and the sealed statement."""

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
    statement: str

    def counts(self) -> dict[str, int]:
        """Return the row counts by name."""
        names = ("rows", "accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")
        return {name: getattr(self, name) for name in names}


async def ingest(
    session: AsyncSession,
    connection: psycopg.AsyncConnection,
    delivery: Delivery,
    table: Table,
    seal: Seal,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Take the rows in. `connection` is the driver's, under the same transaction; `seal` signs the statement.

    Raises MalformedError where the delivery as a whole is not what was agreed.
    """
    layout = await asyncio.to_thread(lay_out, delivery.dataset, table)
    mapper = RowMapper(layout.binding, now.date())
    staged = await stage(connection, layout.table, mapper, delivery.batch_id, progress)
    merged = await merge(session, delivery.dataset, delivery.batch_id, now)
    leaves = await load_leaves(session, delivery.batch_id)
    root = root_of(leaves).hex()
    statement = seal(
        {
            "v": 1,
            "batch": str(delivery.batch_id),
            "agency": delivery.dataset.agency,
            "dataset": delivery.dataset.dataset,
            "sender_batch": delivery.sender_batch,
            "digest": delivery.digest.hex(),
            "records": len(leaves),
            "root": root,
            "at": now.isoformat(),
        }
    )
    return Summary(
        staged.rows, merged.accepted, merged.unresolved, merged.corrections, merged.duplicates,
        staged.natural_persons, staged.rejected, dict(staged.reasons), merged.resolved_earlier, root, statement,
    )  # fmt: skip


async def load_leaves(session: AsyncSession, batch_id: UUID) -> list[bytes]:
    """Return the leaf hashes of a batch's records in their order."""
    return list((await session.execute(_LEAVES, {"batch": batch_id})).scalars())


def path_of(leaves: list[bytes], index: int) -> list[str]:
    """Return a record's inclusion path in its batch, in hex (RFC 6962 2.1.1)."""
    return [step.hex() for step in inclusion_path(leaves, index)]
