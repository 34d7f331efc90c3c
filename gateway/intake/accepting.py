"""Accepting a held delivery: taken in as it came, by those who sent it; the decision joins the batch's transaction."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.catalogue.load import get_dataset
from connectors.decoding.decode import decode
from connectors.store.tables import Batch
from gateway.gateway import Gateway
from gateway.intake.held import HeldDecidedError, decide_held, get_held, held_file
from gateway.intake.held_files import open_sealed
from gateway.intake.take_in import Sender, take_in
from gateway.runtime.spool import spool_of

_BATCH = text("SELECT batch_id FROM batch WHERE (agency, dataset, sender_batch) = (:agency, :dataset, :sender)")


async def accept_held(gateway: Gateway, held_id: UUID, actor: str, agency: str | None = None) -> Batch:
    """Take a held delivery in and return its batch; its columns and values are known from now on.

    Raises HeldNotFoundError, HeldDecidedError, ConnectorError where it is not as agreed, BatchConflictError.
    """
    async with gateway.database.begin("held.read") as session:
        held = await get_held(session, held_id, agency)
    if held.status != "waiting":
        raise HeldDecidedError(f"暂存报送 {held_id} 已处理 the held delivery {held_id} was decided on before")
    file = held_file(gateway, held_id)

    async def decided(session: AsyncSession) -> None:
        names = {"agency": held.agency, "dataset": held.dataset, "sender": held.sender_batch}
        batch = (await session.execute(_BATCH, names)).scalar_one()
        await decide_held(gateway, session, held_id, "accepted", actor, batch)

    sender = Sender(held.actor, held.sender_batch, held.way, held.agency_signature)
    with tempfile.NamedTemporaryFile(dir=spool_of(gateway)) as opened:
        path = Path(opened.name)
        await asyncio.to_thread(open_sealed, gateway.keys.kek, held_id, file, held.file_digest, path)
        batch, new = await take_in(
            gateway, sender, get_dataset(held.dataset), held.digest, partial(decode, path), then=decided, accepted=True
        )
    if not new:  # it was sent again meanwhile and had become familiar
        async with gateway.database.begin("held.accept") as session:
            await decided(session)
    file.unlink(missing_ok=True)
    return batch
