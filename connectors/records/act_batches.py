"""Lists that were acted upon, in the database: found by the sender's own id, added."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.records.tables import ActBatch


async def find_act_batch(session: AsyncSession, agency: str, dataset: str, sender_batch: str) -> ActBatch | None:
    """Return the list that an agency's own id stands for."""
    query = select(ActBatch).where(
        col(ActBatch.agency) == agency, col(ActBatch.dataset) == dataset, col(ActBatch.sender_batch) == sender_batch
    )
    return (await session.execute(query)).scalar_one_or_none()


async def add_act_batch(session: AsyncSession, row: ActBatch) -> None:
    """Store a list. Raises IntegrityError where the sender's id was stored meanwhile."""
    session.add(row)
    await session.flush()
