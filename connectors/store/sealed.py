"""A record as it was sealed: the version, its batch, and its path to the batch's root."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.store.tables import Batch, Record
from signing.merkle import inclusion_path

_LEAVES = text("SELECT digest FROM record WHERE batch_id = :batch ORDER BY leaf_index")


@dataclass(frozen=True)
class SealedRecord:
    """A version of a record and the batch it was sealed in."""

    record: Record
    batch: Batch


async def get_sealed(session: AsyncSession, record_id: UUID) -> SealedRecord:
    """Return a version of a record that is there."""
    record = await session.get_one(Record, record_id)
    return SealedRecord(record, await session.get_one(Batch, record.batch_id))


async def load_path(session: AsyncSession, record: Record) -> list[str]:
    """Return a record's inclusion path in its batch, in hex (RFC 6962 2.1.1)."""
    leaves = list((await session.execute(_LEAVES, {"batch": record.batch_id})).scalars())
    path = await asyncio.to_thread(inclusion_path, leaves, record.leaf_index)
    return [step.hex() for step in path]
