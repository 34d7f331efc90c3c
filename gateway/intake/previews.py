"""A file looked at before it is handed in: nothing of it is stored until whoever looks at it confirms.

1. Open: the bytes lie sealed in the spool for a day; they are judged as handing them in would judge them.
2. Answer: a column that is not read is a field after all, or may be lost; the file is judged anew.
3. Confirm: the same bytes, by the mapping they were judged by, are handed in; the preview ends in that transaction.
   It says for the rest of the day what became of it.
4. Give up, or a day goes by: the bytes are deleted.
"""

import asyncio
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from connectors.conversion.binding import Binding
from connectors.drafting.reading_as import read_as, write_mapping
from connectors.errors import ConnectorError
from connectors.model.two_languages import Language
from gateway.intake.admission import known_dataset
from gateway.intake.held import see_held, waits
from gateway.intake.held_files import forget, keep_sealed
from gateway.intake.preview_judging import dataset_of, judge_preview, open_told, opened_preview
from gateway.intake.preview_rows import (
    LIFE_HOURS,
    PreviewRequest,
    catalogue_digest,
    end_preview,
    expired_previews,
    get_preview,
    known_previews,
    mark_held,
    open_preview,
    preview_file,
    set_answers,
)
from gateway.intake.submission import Intake, from_file
from gateway.intake.tables import Preview
from gateway.intake.take_in import take_in
from gateway.intake.trial_documents import write_refused
from gateway.intake.trials import Tried, look_at_lacking, try_file
from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork, UnitsOfWork

LOST = ""  # the answer that a column may be lost


async def preview(
    units: UnitsOfWork, actor: Actor, intake: Intake, request: PreviewRequest, path: Path, digest: bytes, most: int
) -> Preview:
    """Keep a file aside, judge it and return its preview; the same form sent again is the same one.

    `digest` is SHA-256 of the file, `most` how many bytes one may have. Raises DeniedError.
    """
    async with units.begin("preview.open", actor) as work:
        row = await open_preview(work, request, path.stat().st_size, digest, most)
    kept = preview_file(intake.spool, row.preview_id)
    if row.state != "judging":
        return row
    if not kept.exists():
        part = kept.with_suffix(f".{uuid7()}")  # the same form may be sent twice at once
        await asyncio.to_thread(keep_sealed, units.keys.kek, row.preview_id, path, part)
        part.replace(kept)
    await judge_preview(units, actor, intake, row)
    return row


async def read_preview(work: UnitOfWork, preview_id: UUID) -> tuple[Preview, dict[str, Any]]:
    """Return a preview and what is said of its file; that it was looked at is recorded. Raises DeniedError."""
    row = await get_preview(work, preview_id)
    await work.record("preview.read", {"preview": str(preview_id)}, outcome="read", exchange=preview_id)
    return row, open_told(work.keys.kek, row)


def unanswered(row: Preview, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the columns somebody has to speak about first: they are not read, and look like what must not be lost."""
    return [
        column
        for column in told.get("columns", [])
        if column["state"] == "unread" and column["warning"] and column["column"] not in row.ignored
    ]


async def answer_preview(
    units: UnitsOfWork, actor: Actor, intake: Intake, preview_id: UUID, column: str, use: str
) -> None:
    """Say what a column is: a field or a role of the party that it is read as from now on, or LOST.

    It holds for this file alone. Raises DeniedError where there is no such column or field.
    """
    async with units.begin("preview.find", actor) as work:
        row = await get_preview(work, preview_id)
    mapping, ignored = row.mapping, [one for one in row.ignored if one != column]
    if use == LOST:
        ignored = [*ignored, column]
    else:
        mapping = await _mapping_with(units, intake, row, column, use)
    async with units.begin("preview.answer", actor) as work:
        await get_preview(work, preview_id)
        await set_answers(work.session, preview_id, mapping, orjson.dumps(ignored))
        payload = {"preview": str(preview_id), "column": column, "use": use}
        await work.record("preview.answered", payload, outcome="answered", exchange=preview_id)
    if mapping != row.mapping:
        await judge_again(units, actor, intake, preview_id)


async def judge_again(units: UnitsOfWork, actor: Actor, intake: Intake, preview_id: UUID) -> None:
    """Judge a file anew. Raises DeniedError."""
    async with units.begin("preview.find", actor) as work:
        row = await get_preview(work, preview_id)
    await judge_preview(units, actor, intake, row)


async def confirm_preview(units: UnitsOfWork, actor: Actor, intake: Intake, preview_id: UUID) -> UUID:
    """Hand a previewed file in and return the id of its batch; confirmed again, it is the same one.

    Raises DeniedError where it cannot be handed in yet, where the mapping changed meanwhile (it was judged anew), where
    it is held, and as taking in does.
    """
    async with units.begin("preview.find", actor) as work:
        row = await get_preview(work, preview_id)
        if row.batch_id:
            return row.batch_id
        if row.held_id:
            raise waits(await see_held(work, row.held_id))
        told = open_told(work.keys.kek, row)
    _check_ready(row, told)
    if catalogue_digest(known_dataset(row.dataset)) != row.catalogue:
        await judge_preview(units, actor, intake, row)
        raise DeniedError("preview-changed")
    async with opened_preview(units, intake, row) as path:
        submission = from_file(
            path, dataset_of(row), row.sender_batch, row.digest, "console", mapping=row.mapping, preview_id=preview_id
        )
        try:
            batch, _ = await take_in(units, actor, intake, submission)
        except DeniedError as fault:
            if fault.denial.reason == "delivery-held":
                async with units.begin("preview.held", actor) as work:
                    await mark_held(work.session, preview_id, UUID(str(fault.denial.members["held"])))
                forget(preview_file(intake.spool, preview_id))
            raise
    forget(preview_file(intake.spool, preview_id))
    return batch.batch_id


async def refused_workbook(
    units: UnitsOfWork, actor: Actor, intake: Intake, preview_id: UUID, target: BinaryIO, language: Language
) -> None:
    """Write the rows that would be refused, with why, as a workbook to be corrected and chosen anew.

    Raises DeniedError, also where the file is refused as a whole: then there are no such rows.
    """
    async with units.begin("preview.find", actor) as work:
        row, told = await read_preview(work, preview_id)
    if row.state != "ready":
        raise DeniedError("preview-unready", told.get("fault", ""))
    async with opened_preview(units, intake, row) as path:
        tried = await asyncio.to_thread(try_file, dataset_of(row), path, None)
        await asyncio.to_thread(write_refused, tried.trial, target, language)


async def discard_preview(units: UnitsOfWork, actor: Actor, spool: Path, preview_id: UUID) -> None:
    """Give a preview up and delete its bytes. Raises DeniedError."""
    async with units.begin("preview.end", actor) as work:
        await get_preview(work, preview_id)
        if await end_preview(work.session, preview_id):
            await _record_end(work, preview_id, "discarded")
    forget(preview_file(spool, preview_id))


async def expire_previews(units: UnitsOfWork, spool: Path) -> None:
    """End the previews whose time is over, and delete files that belong to none."""
    async with units.begin("preview.expire", PROGRAM) as work:
        for preview_id in await expired_previews(work.session, work.now):
            await end_preview(work.session, preview_id)
            await _record_end(work, preview_id, "expired")
        known = await known_previews(work.session)
    await asyncio.to_thread(_sweep, preview_file(spool, uuid7()).parent, known)


def _check_ready(row: Preview, told: dict[str, Any]) -> None:
    if row.state == "judging":
        raise DeniedError("preview-unready", "还在核对，请稍候。It is being judged: wait a moment.")
    if row.state == "refused":
        raise DeniedError("malformed-delivery", told.get("fault", ""))
    if left := unanswered(row, told):
        names = "、".join(column["column"] for column in left)
        raise DeniedError("preview-unready", f"先说明这些列：{names}。Say first what these columns are: {names}.")


async def _mapping_with(units: UnitsOfWork, intake: Intake, row: Preview, column: str, use: str) -> bytes:
    """Return the mapping that reads a column as it was told. Raises DeniedError."""
    dataset = dataset_of(row)
    async with opened_preview(units, intake, row) as path:
        binding = await asyncio.to_thread(_binding_of, row, path)
    labels = [binding.label(place) for place in binding.unread] if binding else []
    label = next((label for label in labels if label[: len(column)] == column), None)
    if binding is None or label is None:
        raise DeniedError("invalid-request", "没有这样的未读列。There is no such unread column.")
    try:
        return write_mapping(read_as(binding, label, use))
    except KeyError as fault:
        raise DeniedError("invalid-request", f"{dataset.dataset} 没有此字段。There is no such field.") from fault


def _binding_of(row: Preview, path: Path) -> Binding | None:
    try:
        tried: Tried = try_file(dataset_of(row), path, 1)
    except ConnectorError as fault:
        found = look_at_lacking(path, fault)
        return found.binding if found else None
    return tried.trial.layout.binding


async def _record_end(work: UnitOfWork, preview_id: UUID, how: str) -> None:
    await work.record("preview.ended", {"preview": str(preview_id)}, outcome=how, exchange=preview_id)


def _sweep(folder: Path, known: set[str]) -> None:
    eldest = now().timestamp() - LIFE_HOURS * 3600
    for path in folder.glob("*"):
        if path.name not in known and path.stat().st_mtime < eldest:
            path.unlink(missing_ok=True)
