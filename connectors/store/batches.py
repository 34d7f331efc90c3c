"""Batches in the database: found, listed, added."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.store.tables import Batch

# Most ids are new: only the row of one that is known is loaded whole.
_OF_SENDER = text("""
    SELECT batch_id FROM batch WHERE (agency, dataset, sender_batch) = (:agency, :dataset, :sender)
""")
_TAKEN_IN = text("""
    SELECT agency, dataset, sum(accepted + unresolved)::bigint AS records
    FROM batch WHERE batch_id >= :since GROUP BY agency, dataset
""")
# Whoever sends a batch can call it so too; the digest tells them apart.
_UNPACKED = text("""
    SELECT p.batch_id FROM batch b JOIN batch p ON p.agency = b.agency AND p.dataset = ANY(CAST(:datasets AS text[]))
        AND p.sender_batch = :prefix || b.batch_id AND p.digest = b.digest
    WHERE b.batch_id = ANY(CAST(:batches AS uuid[])) ORDER BY p.batch_id
""")
_UNPACKED_PREFIX = "unpacked:"
_ANY = text("SELECT EXISTS (SELECT FROM batch)")
_LAST = text("SELECT agency, max(received_at) AS last FROM batch GROUP BY agency")


async def find_batch(session: AsyncSession, batch_id: UUID) -> Batch | None:
    """Return a batch."""
    return await session.get(Batch, batch_id)


async def find_batch_of_sender(session: AsyncSession, agency: str, dataset: str, sender_batch: str) -> Batch | None:
    """Return the batch that an agency's own id stands for."""
    values = {"agency": agency, "dataset": dataset, "sender": sender_batch}
    found = (await session.execute(_OF_SENDER, values)).scalar_one_or_none()
    return await session.get(Batch, found) if found else None


def unpacked_id(batch_id: UUID) -> str:
    """Return what the batches are called that were unpacked out of a batch."""
    return f"{_UNPACKED_PREFIX}{batch_id}"


async def find_unpacked(session: AsyncSession, batches: Iterable[UUID], datasets: Iterable[str]) -> list[UUID]:
    """Return the batches of these datasets that were unpacked out of these batches."""
    values = {"batches": list(batches), "datasets": list(datasets), "prefix": _UNPACKED_PREFIX}
    if not values["batches"] or not values["datasets"]:
        return []
    return list((await session.execute(_UNPACKED, values)).scalars())


async def load_unpacked(session: AsyncSession, batch: Batch, datasets: Iterable[str]) -> list[Batch]:
    """Return the batches of these datasets that were unpacked out of a batch, by dataset."""
    ids = await find_unpacked(session, [batch.batch_id], datasets)
    query = select(Batch).where(col(Batch.batch_id).in_(ids)).order_by(col(Batch.dataset))
    return list((await session.execute(query)).scalars()) if ids else []


async def find_whole(session: AsyncSession, part: Batch) -> Batch | None:
    """Return the batch that a batch was unpacked out of, None where it came by itself."""
    try:
        named = UUID(part.sender_batch.removeprefix(_UNPACKED_PREFIX))
    except ValueError:
        return None
    whole = await find_batch(session, named) if part.sender_batch == unpacked_id(named) else None
    return whole if whole and (whole.agency, whole.digest) == (part.agency, part.digest) else None


async def page_batches(
    session: AsyncSession, agency: str | None, names: Sequence[str] | None, offset: int, most: int
) -> tuple[list[Batch], int]:
    """Return batches of one agency or of all, of these datasets or of all, newest first; and how many there are."""
    conditions = [col(Batch.agency) == agency] if agency else []
    conditions += [col(Batch.dataset).in_(names)] if names is not None else []
    total = (await session.execute(select(func.count()).select_from(Batch).where(*conditions))).scalar_one()
    query = select(Batch).where(*conditions).order_by(col(Batch.batch_id).desc()).offset(offset).limit(most)
    return list((await session.execute(query)).scalars()), int(total)


async def add_batch(session: AsyncSession, batch: Batch) -> None:
    """Store a batch. Raises IntegrityError where the sender's id, or these very corrections, were stored meanwhile."""
    session.add(batch)
    await session.flush()


async def is_anything_delivered(session: AsyncSession) -> bool:
    """Tell whether anybody ever handed anything in."""
    delivered: bool = (await session.execute(_ANY)).scalar_one()
    return delivered


async def load_last_received(session: AsyncSession) -> Mapping[str, datetime]:
    """Return, by agency, when its newest batch was received."""
    return {row.agency: row.last for row in await session.execute(_LAST)}


async def count_taken_in(session: AsyncSession, since: UUID) -> Mapping[tuple[str, str], int]:
    """Return, by agency and dataset, how many records came in with batches from the id `since` on."""
    found = await session.execute(_TAKEN_IN, {"since": since})
    return {(row.agency, row.dataset): row.records for row in found}
