"""The first rows of a held submission as they would be stored, for whoever decides on it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

import orjson

from connectors.conversion.rows import Mapped, Refused, RowMapper
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from gateway.intake.accepting import opened
from gateway.intake.held import get_held
from gateway.intake.submission import Intake
from gateway.intake.tables import HeldSubmission
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork

FIRST_ROWS = 5


@dataclass(frozen=True)
class PreviewedRow:
    """A row by its number: the party's name and code and its fields' values, or why it would be refused.

    Of a natural person, who would be dropped, there is nothing.
    """

    number: int
    name: str = ""
    code: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    is_person: bool = False


@dataclass(frozen=True)
class Preview:
    """A held submission: the titles of the fields that are read, its first rows, or why it cannot be read."""

    held: HeldSubmission
    titles: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[PreviewedRow, ...] = ()
    fault: str = ""


async def preview_held(units: UnitsOfWork, actor: Actor, intake: Intake, held_id: UUID) -> Preview:
    """Return a held submission and its first rows; that it was looked at is recorded.

    Raises DeniedError where it is not the actor's to decide on.
    """
    async with units.begin("held.preview", actor) as work:
        held = await get_held(work, held_id)
        await work.record("held.read", {"count": 1}, outcome="read", exchange=held_id)
    if held.status != "waiting":
        return Preview(held)
    try:
        async with opened(units, intake, held) as found:
            titles, rows = await asyncio.to_thread(_first_rows, found.dataset, found.path)
    except (ConnectorError, DeniedError) as fault:
        return Preview(held, fault=str(fault))
    return Preview(held, titles, rows)


def _first_rows(dataset: Dataset, path: Path) -> tuple[dict[str, str], tuple[PreviewedRow, ...]]:
    layout = lay_out(dataset, decode(path))
    mapper = RowMapper(layout.binding, now().date())
    titles = {bound.name: bound.field.zh for bound in layout.binding.fields if bound.is_read}
    return titles, tuple(_previewed(mapper, *row) for row in islice(layout.table.rows, FIRST_ROWS))


def _previewed(mapper: RowMapper, number: int, cells: list[str]) -> PreviewedRow:
    outcome = mapper.map(cells)
    if isinstance(outcome, Mapped):
        values = orjson.loads(outcome.canonical)["fields"]
        return PreviewedRow(number, outcome.name, outcome.identifier.value, values)
    if isinstance(outcome, Refused):
        return PreviewedRow(number, reasons=tuple(f"{reason.column}：{reason.text}" for reason in outcome.reasons))
    return PreviewedRow(number, is_person=True)
