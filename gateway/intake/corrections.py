"""The round trip of refused rows: which batches have any, what became of each row, and the corrected file sent back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from connectors.personal.sealing import Protector, SubjectKeys
from connectors.store.refused import open_refused
from connectors.store.refused_batches import (
    count_refused_batches,
    count_refused_rows,
    list_refused_batches,
    list_refused_rows,
)
from connectors.store.tables import Batch
from gateway.intake.admission import agency_seen, known_dataset
from gateway.intake.batches import get_batch, reads_personal
from gateway.intake.submission import Intake, digest_of, from_file
from gateway.intake.take_in import take_in
from gateway.runtime.actor import Actor
from gateway.runtime.database import raw
from gateway.runtime.work import UnitOfWork, UnitsOfWork

STATES = ("open", "mended")
ROW_STATES = ("open", "again", "mended")


@dataclass(frozen=True)
class RefusedBatch:
    """A batch that had rows refused, and how many of them were corrected since."""

    batch_id: UUID
    agency: str
    dataset: str
    sender_batch: str
    received_at: datetime
    rejected: int
    corrected: int


@dataclass(frozen=True)
class RefusedRow:
    """A refused row: why, its cells, and whether it is open, was sent back and refused again, or is mended."""

    number: int
    reasons: Sequence[Mapping[str, str]]
    cells: Mapping[str, str]
    state: str
    corrected_by: UUID | None


async def read_refused_batches(
    work: UnitOfWork, dataset: str, state: str, offset: int, most: int
) -> tuple[list[RefusedBatch], int]:
    """Return the batches that the actor sees and that had rows refused, newest first, and how many there are."""
    agency = agency_seen(work.actor)
    total, _ = await count_refused_batches(work.session, agency, dataset, state)
    rows = await list_refused_batches(work.session, agency, dataset, state, offset, most)
    await work.record("batch.read", {"count": len(rows)}, outcome="read")
    return [RefusedBatch(**row) for row in rows], total


async def read_refused_rows(
    work: UnitOfWork, protector: Protector, batch_id: UUID, state: str, offset: int, most: int
) -> tuple[Batch, list[RefusedRow], int, Mapping[str, int]]:
    """Return a first batch, its refused rows of a state or of all (""), how many those are, and how many of each.

    Of a batch of corrected rows it is the batch they correct. Raises DeniedError.
    """
    batch = await get_batch(work, batch_id)
    if batch.corrects:
        batch = await get_batch(work, batch.corrects)
    session = work.session
    rows = await list_refused_rows(session, batch.batch_id, state, offset, most)
    opened = await open_refused(SubjectKeys(protector), await raw(session), rows, personal=reads_personal(work))
    counts = {one: await count_refused_rows(session, batch.batch_id, one) for one in ROW_STATES}
    payload = {"batch": str(batch.batch_id), "agency": batch.agency, "count": len(rows)}
    await work.record("rejected_rows.read", payload, outcome="read", exchange=batch.batch_id)
    found = [
        RefusedRow(row.row_number, reasons, cells, row.state, row.corrected_by)
        for row, (reasons, cells) in zip(rows, opened, strict=True)
    ]
    return batch, found, counts[state] if state else sum(counts.values()), counts


async def take_corrections(units: UnitsOfWork, actor: Actor, intake: Intake, batch_id: UUID, path: Path) -> Batch:
    """Take in the corrected rows of a batch out of the file that came back, and return the batch they make.

    Raises DeniedError.
    """
    async with units.begin("batch.find", actor) as work:
        batch = await get_batch(work, batch_id)
    digest = digest_of(path)
    submission = from_file(
        path, known_dataset(batch.dataset), f"corrects:{digest.hex()[:32]}", digest, "console", corrects=batch_id
    )
    taken, _ = await take_in(units, actor, intake, submission)
    return taken
