"""The first rows of a held submission as they would be stored, for whoever decides on it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from connectors.conversion.cells import Faults, shown
from connectors.conversion.free_text import without_contacts
from connectors.conversion.party import PERSON
from connectors.conversion.rows import Mapped, Refused, RowMapper
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.errors import ConnectorError
from connectors.model.datasets import Dataset
from gateway.intake.accepting import opened
from gateway.intake.documents import held_document
from gateway.intake.full_lists import ENDING
from gateway.intake.held import see_held
from gateway.intake.submission import Intake
from gateway.intake.tables import HeldSubmission
from gateway.runtime.actor import Actor
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitsOfWork

FIRST_ROWS, MOST_LOOKED_AT = 5, 200
DECISIONS = {
    "accept": {
        "zh": "入库：各行如上；未读的列的值不入库；其列和数值从此视为已知，以后同样的提交不再暂存",
        "en": "it is taken in, its rows as shown; values of columns that are not read are not stored; its columns and "
        "values are known from then on, and what is like it is not held again",
    },
    "discard": {
        "zh": "不入库，文件删除，不可恢复；请部门改正后重新提交，或先把列写进映射",
        "en": "nothing is stored and the file is deleted for good; the agency sends it again, corrected, or once the "
        "mapping reads its columns",
    },
}
# Of a full list that would end more than may end unconfirmed.
LIST_DECISIONS = {
    "accept": {
        "zh": "作为全量清单入库：各行如上，清单中没有的记录就此终止，不再公示；部门可以恢复",
        "en": "it is taken in as the full list: its rows as shown, and the records it does not name end and are not "
        "shown any more; the agency can bring them back",
    },
    "accept-part": {
        "zh": "作为清单的一部分入库：各行如上，不终止任何记录",
        "en": "it is taken in as a part of a list: its rows as shown, and nothing ends",
    },
    "discard": DECISIONS["discard"],
}


@dataclass(frozen=True)
class PreviewedRow:
    """A row by its number: the party's name and code and its fields' values, or why it would be refused.

    `lost` is what stands in the columns that are not read.

    Of a natural person, who would be dropped, there is nothing.
    """

    number: int
    name: str = ""
    code: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    is_person: bool = False


@dataclass(frozen=True)
class Preview:
    """A held submission: the titles of the fields that are read, the headings of the columns that are not, its first
    rows, or why it cannot be read.
    """

    held: HeldSubmission
    titles: Mapping[str, str] = field(default_factory=dict)
    rows: tuple[PreviewedRow, ...] = ()
    lost: tuple[str, ...] = ()
    fault: str = ""


def preview_document(preview: Preview) -> dict[str, Any]:
    """Return what is held, why, what would be lost, its first rows as they would be stored, and what can be decided."""
    held = preview.held
    return {
        **held_document(held),
        "lost": [finding for finding in held.findings if finding.get("values")],
        "titles": dict(preview.titles),
        "first_rows": [
            {
                "row": row.number, "name": row.name, "code": row.code, "fields": dict(row.values),
                "rejected": list(row.reasons), "natural_person": row.is_person,
            }
            for row in preview.rows
        ],
        "fault": preview.fault,
        "decisions": decisions_of(held),
    }  # fmt: skip


def decisions_of(held: HeldSubmission) -> Mapping[str, Mapping[str, str]]:
    """Return what can be decided on it, and what each decision does; nothing where it was decided on."""
    if held.status != "waiting":
        return {}
    return LIST_DECISIONS if any(finding["kind"] == ENDING for finding in held.findings) else DECISIONS


async def preview_held(units: UnitsOfWork, actor: Actor, intake: Intake, held_id: UUID) -> Preview:
    """Return a held submission and its first rows; that it was looked at is recorded.

    Auditors verify, and need nobody's name for it: they see no rows. Raises DeniedError where it is not the actor's to
    see.
    """
    async with units.begin("held.preview", actor) as work:
        held = await see_held(work, held_id)
        await work.record("held.read", {"count": 1}, outcome="read", exchange=held_id)
    if held.status != "waiting" or actor.kind == "auditor":
        return Preview(held)
    try:
        async with opened(units, intake, held) as found:
            return await asyncio.to_thread(_first_rows, held, found.dataset, found.path)
    except (ConnectorError, DeniedError) as fault:
        return Preview(held, fault=str(fault))


def _first_rows(held: HeldSubmission, dataset: Dataset, path: Path) -> Preview:
    layout = lay_out(dataset, decode(path))
    mapper = RowMapper(layout.binding, now().date())
    titles = {bound.name: bound.field.zh for bound in layout.binding.fields if bound.is_read}
    faults = layout.table.faults
    unread = [place for place in layout.binding.unread if layout.binding.header[place]]
    seen = (_previewed(mapper, number, cells, faults.get(number, {}), unread) for number, cells in layout.table.rows)
    rows = tuple(islice((row for row in islice(seen, MOST_LOOKED_AT) if row), FIRST_ROWS))
    return Preview(held, titles, rows, tuple(layout.binding.header[place] for place in unread))


def _previewed(
    mapper: RowMapper, number: int, cells: list[str], faults: Faults, unread: Sequence[int]
) -> PreviewedRow | None:
    """Return what would become of a row, None where it is no data: a footer, or the header once more."""
    outcome = mapper.map(cells, faults)
    if isinstance(outcome, Mapped):
        values = orjson.loads(outcome.canonical)["fields"]
        lost = tuple(shown(without_contacts(cells[place])) if place < len(cells) else "" for place in unread)
        return PreviewedRow(number, outcome.name, outcome.identifier.value, values, lost=lost)
    if isinstance(outcome, Refused):
        return PreviewedRow(number, reasons=tuple(f"{reason.column}：{reason.text}" for reason in outcome.reasons))
    return PreviewedRow(number, is_person=True) if outcome == PERSON else None
