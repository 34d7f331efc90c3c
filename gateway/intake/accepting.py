"""Held submissions opened again: to show what they hold, and to be taken in as they came.

The decision of accepting one joins the batch's transaction.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from connectors.model.datasets import Dataset
from connectors.store.tables import Batch
from gateway.intake.admission import known_dataset, with_mappings
from gateway.intake.full_lists import ENDING
from gateway.intake.held import PART, decided, get_held, held_file, mapping_of
from gateway.intake.held_files import forget, open_sealed
from gateway.intake.submission import Intake, from_file
from gateway.intake.tables import HeldSubmission
from gateway.intake.take_in import take_in
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitsOfWork


@dataclass(frozen=True)
class OpenedSubmission:
    """A held submission's file, its dataset with the mappings it came with, and those as they came."""

    path: Path
    dataset: Dataset
    mapping: bytes | None


@asynccontextmanager
async def opened(units: UnitsOfWork, intake: Intake, held: HeldSubmission) -> AsyncIterator[OpenedSubmission]:
    """Open what is held for the length of the block. Raises DeniedError where it is no longer what came."""
    file, dataset = held_file(intake.spool, held.held_id), known_dataset(held.dataset)
    if mapping := mapping_of(units.keys.kek, intake.spool, held):
        dataset = with_mappings(dataset, "mapping", mapping)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as target:
        path = Path(target.name)
        await asyncio.to_thread(open_sealed, units.keys.kek, held.held_id, file, held.file_digest, path)
        yield OpenedSubmission(path, dataset, mapping)


async def accept_held(units: UnitsOfWork, actor: Actor, intake: Intake, held_id: UUID, *, part: bool = False) -> Batch:
    """Take a held submission in and return its batch; its columns and values are known from now on.

    `part`: as a part of a full list, which ends nothing.

    Raises DeniedError where it is not the actor's to decide on, was decided on, or is not as agreed.
    """
    async with units.begin("held.find", actor) as work:
        held = await get_held(work, held_id)
    if held.status != "waiting":
        raise decided(held_id)
    async with opened(units, intake, held) as found:
        submission = from_file(
            found.path, found.dataset, held.sender_batch, held.digest, held.way,
            signature=held.agency_signature, fetched=held.actor.startswith("source:"), sent_by=held.actor,
            held_id=held_id, mapping=found.mapping,
        )  # fmt: skip
        kinds = {finding["kind"] for finding in held.findings}
        submission = replace(submission, part=part or PART.kind in kinds, ends=ENDING in kinds, held_at=held.held_at)
        batch, _ = await take_in(units, actor, intake, submission)
    forget(held_file(intake.spool, held_id))
    return batch
