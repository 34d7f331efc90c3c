"""Accepting a held submission: taken in as it came, from its senders; the decision joins the batch's transaction."""

import asyncio
import tempfile
from pathlib import Path
from uuid import UUID

from connectors.store.tables import Batch
from gateway.intake.admission import known_dataset, with_mappings
from gateway.intake.held import decided, get_held, held_file, mapping_of
from gateway.intake.held_files import forget, open_sealed
from gateway.intake.submission import Intake, from_file
from gateway.intake.take_in import take_in
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitsOfWork


async def accept_held(units: UnitsOfWork, actor: Actor, intake: Intake, held_id: UUID) -> Batch:
    """Take a held submission in and return its batch; its columns and values are known from now on.

    Raises DeniedError where it is not the actor's to decide on, was decided on, or is not as agreed.
    """
    async with units.begin("held.find", actor) as work:
        held = await get_held(work, held_id)
    if held.status != "waiting":
        raise decided(held_id)
    file, dataset = held_file(intake.spool, held_id), known_dataset(held.dataset)
    if mapping := mapping_of(units.keys.kek, intake.spool, held):
        dataset = with_mappings(dataset, "mapping", mapping)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as opened:
        path = Path(opened.name)
        await asyncio.to_thread(open_sealed, units.keys.kek, held_id, file, held.file_digest, path)
        submission = from_file(
            path, dataset, held.sender_batch, held.digest, held.way,
            signature=held.agency_signature, fetched=held.actor.startswith("source:"), sent_by=held.actor,
            held_id=held_id, mapping=mapping,
        )  # fmt: skip
        batch, _ = await take_in(units, actor, intake, submission)
    forget(file)
    return batch
