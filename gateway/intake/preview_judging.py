"""A previewed file judged as handing it in would judge it, and what is said of it, sealed until it is shown.

1. Rows are counted first where there are many, so that people see how far the judging is; then they are judged.
2. What is said is the document of a dry run, with why the mapping was taken; of a file that is refused as a whole,
   why, and what its columns look like.
3. Nothing is stored of the rows but this document, under the KEK.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from connectors.conversion.binding import Binding, fits
from connectors.conversion.binding_errors import MissingColumnsError
from connectors.decoding.decode import decode
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from gateway.intake.admission import known_dataset, with_mappings
from gateway.intake.documents import refusals_of
from gateway.intake.gate import LARGE_BYTES
from gateway.intake.held_files import open_sealed
from gateway.intake.preview_rows import (
    catalogue_digest,
    preview_file,
    set_done,
    set_judged,
    set_judging,
)
from gateway.intake.submission import Intake
from gateway.intake.tables import Preview
from gateway.intake.trial_documents import columns_document, trial_document, trial_refusals
from gateway.intake.trials import Tried, compare, look_at_lacking, try_file
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitsOfWork
from signing.sealing import seal, unseal

TOLD_SECONDS = 1.0


@dataclass
class Progress:
    """How many rows of how many were judged."""

    done: int = 0
    rows: int = 0

    def reached(self, done: int) -> None:
        """Note it; called from the thread that judges."""
        self.done = done


def dataset_of(row: Preview) -> Dataset:
    """Return a preview's dataset, with the mapping of its answers. Raises DeniedError where the catalogue lost it."""
    dataset = known_dataset(row.dataset)
    return with_mappings(dataset, "mapping", row.mapping) if row.mapping else dataset


@asynccontextmanager
async def opened_preview(units: UnitsOfWork, intake: Intake, row: Preview) -> AsyncIterator[Path]:
    """Give the bytes of a preview as a file. Raises DeniedError where they are no longer those that came."""
    kept = preview_file(intake.spool, row.preview_id)
    with tempfile.NamedTemporaryFile(dir=intake.spool) as target:
        path = Path(target.name)
        await asyncio.to_thread(open_sealed, units.keys.kek, row.preview_id, kept, row.digest, path)
        yield path


async def judge_preview(units: UnitsOfWork, actor: Actor, intake: Intake, row: Preview) -> None:
    """Judge a previewed file and keep what is said of it."""
    async with units.begin("preview.judge", actor) as work:
        await set_judging(work.session, row.preview_id)
    dataset, standing = dataset_of(row), known_dataset(row.dataset)
    async with opened_preview(units, intake, row) as path, _told_progress(units, actor, row) as progress:
        async with intake.gate.admit(dataset, row.size):
            try:
                found = await asyncio.to_thread(_try, dataset, path, row.size, progress)
                async with units.begin("preview.compare", actor) as work:
                    tried: Tried | ConnectorError = await compare(work, intake.protector, found, path)
            except ConnectorError as fault:
                tried = fault
        lacking = await asyncio.to_thread(_lacking, dataset, path, tried) if isinstance(tried, ConnectorError) else {}
    async with units.begin("preview.judged", actor) as work:
        if isinstance(tried, ConnectorError):
            state, told = "refused", {"fault": str(tried), **lacking}
        else:
            state, told = "ready", _document(dataset, tried)
        sealed = seal(units.keys.kek, orjson.dumps(told), _context(row.preview_id))
        await set_judged(work.session, row.preview_id, state, sealed, catalogue_digest(standing))


def open_told(kek: bytes, row: Preview) -> dict[str, Any]:
    """Return what was said of a file; nothing while it is judged."""
    if row.told is None:
        return {}
    document: dict[str, Any] = orjson.loads(unseal(kek, row.told, _context(row.preview_id)))
    return document


def _context(preview_id: UUID) -> bytes:
    return f"preview:{preview_id}".encode()


def _try(dataset: Dataset, path: Path, size: int, progress: Progress) -> Tried:
    if size > LARGE_BYTES:
        progress.rows = sum(1 for _ in decode(path).rows)
    return try_file(dataset, path, None, progress.reached)


def _lacking(dataset: Dataset, path: Path, fault: ConnectorError) -> dict[str, Any]:
    found = look_at_lacking(path, fault)
    missing = sorted(fault.missing) if isinstance(fault, MissingColumnsError) else []
    if found is None:
        return {"columns": [], "fits": [], "missing": missing}
    return {
        "missing": missing,
        "columns": columns_document(found.binding, found.unread, found.rows),
        **_mapping_document(dataset, found.binding),
    }


def _document(dataset: Dataset, tried: Tried) -> dict[str, Any]:
    trial = tried.trial
    return {
        **trial_document(tried),
        **_mapping_document(dataset, trial.layout.binding),
        "refusals": refusals_of(trial.reasons, trial_refusals(trial)),
    }


def _mapping_document(dataset: Dataset, binding: Binding) -> dict[str, Any]:
    """Return which mapping is taken, what it finds, and what the others of the dataset lack."""
    return {
        "mapping": f"{binding.mapping.id}/{binding.mapping.version}",
        "fits": [
            {"mapping": f"{mapping.id}/{mapping.version}", "found": found, "missing": missing}
            for mapping, found, missing in fits(dataset, binding.header)
        ],
    }


@asynccontextmanager
async def _told_progress(units: UnitsOfWork, actor: Actor, row: Preview) -> AsyncIterator[Progress]:
    """Note once a second how far the judging is, for whoever waits for it."""
    progress = Progress()

    async def tell() -> None:
        while True:
            await asyncio.sleep(TOLD_SECONDS)
            async with units.begin("preview.progress", actor) as work:
                await set_done(work.session, row.preview_id, progress.done, progress.rows)

    telling = asyncio.create_task(tell())
    try:
        yield progress
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling
