"""Refused rows as the quarantine keeps them: whole, for the agency to correct, with what may be personal sealed.

Nothing is certain about a refused row, not even whom it is about: every cell is sealed unless it is of a code or
of a field the catalogue says is not personal, and in a row whose columns are shifted, all of them. The key is the
batch's own (kind "batch"), so that destroying one salt empties a quarantine.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.conversion.binding import Binding
from connectors.conversion.cells import Reason
from connectors.conversion.free_text import without_contacts
from connectors.conversion.identifiers import is_old_citizen
from connectors.personal.sealing import Connection, SubjectKeys, is_sealed, is_under

LONGEST_KEPT_CELL, LONGEST_EXAMPLE = 2_000, 60
FIELD = "refused cell"
ERASED = "〔已删除〕"
HIDDEN = "〔已隐去〕"
_OLD = text("SELECT batch_id FROM batch WHERE rejected > 0 AND received_at < :before")
PORTION = 2_000  # rows read at a time
_ROWS = text("""
    SELECT batch_id, row_number, reasons, cells FROM rejected_row WHERE batch_id = :batch ORDER BY row_number
    LIMIT :most
""")
# The columns in the order of the row that has most of them: a shifted row brings further ones at its end.
_COLUMNS = text("""
    SELECT named.key FROM rejected_row, json_object_keys(cells) WITH ORDINALITY AS named (key, place)
    WHERE batch_id = :batch GROUP BY named.key ORDER BY min(named.place), named.key
""")
MOST_LOOKED_AT, FIRST_NUMBERS = 100_000, 5  # refused rows that are looked at, and those that are told of each reason
MOST_SENTENCES = 5  # told of one code: some name the cell, and differ from row to row
# Of each code the sentences most rows have, and of each sentence the first rows that were refused with it.
_FIRST = text("""
    WITH reason AS (
        SELECT row_number, r ->> 'code' AS code, r ->> 'text' AS words, r ->> 'column' AS seen_in,
            r ->> 'value' AS value
        FROM (SELECT * FROM rejected_row WHERE batch_id = :batch ORDER BY row_number LIMIT :most) looked_at,
             jsonb_array_elements(reasons) r
    ), sentence AS (
        SELECT code, words, count(*) AS times,
            row_number() OVER (PARTITION BY code ORDER BY count(*) DESC, min(row_number)) AS place
        FROM reason GROUP BY code, words
    )
    SELECT code, words, times, row_number, seen_in, value FROM (
        SELECT reason.*, times, place, dense_rank() OVER (PARTITION BY code, words ORDER BY row_number) AS nth
        FROM reason JOIN sentence USING (code, words) WHERE place <= :sentences
    ) ranked WHERE nth <= :first ORDER BY code, place, row_number
""")


@dataclass(frozen=True)
class Refusal:
    """A reason that rows of a batch were refused for: a code, its sentence, how many rows; nothing of it is personal.

    `rows` are the numbers of the first rows, as a person sees them in the file; `value` is what stood in `column` in
    the first row where it may be shown, else "".
    """

    code: str
    words: str
    count: int
    rows: tuple[int, ...]
    column: str = ""
    value: str = ""


class Quarantine:
    """The refused rows of one batch."""

    def __init__(self, keys: SubjectKeys, binding: Binding, batch_id: UUID) -> None:
        """Take the salts at hand, the mapping of the columns and the batch."""
        self.keys, self.batch_id, self._header = keys, batch_id, binding.header
        self._label = binding.label
        self._ref = keys.protector.ref_of("batch", str(batch_id))
        fields = [bound for bound in binding.fields if not bound.field.personal]
        known = {place for bound in fields for place in (*bound.places, *bound.within)}
        personal = {place for bound in binding.fields if bound.field.personal for place in bound.looked_at}
        self._open = (known | {*binding.codes, *binding.authorities}) - personal - {*binding.names}

    async def open(self, connection: Connection) -> None:
        """Have the batch's salt at hand."""
        await self.keys.ensure(connection, [self._ref])

    def row(self, cells: Sequence[str], reasons: Sequence[Reason]) -> tuple[str, str]:
        """Return a row's reasons and cells as JSON; a shifted row may have more cells, or more headings."""
        header, width = self._header, max(len(self._header), len(cells))
        regular = len(cells) == len(header)
        names = [*header, *[""] * (width - len(header))]
        kept = {}
        for at, (name, cell) in enumerate(zip(names, [*cells, *[""] * (width - len(cells))], strict=True)):
            kept[name or f"第{at + 1}列"] = self._kept(cell, sealed=not (regular and at in self._open))
        shown = {self._label(at) for at in self._open} if regular else set()
        said = [
            {"code": r.code, "column": r.column, "text": r.text,
             "value": self._kept(r.value, sealed=r.column not in shown)}
            for r in reasons
        ]  # fmt: skip
        return orjson.dumps(said).decode(), orjson.dumps(kept).decode()

    def _kept(self, cell: str, *, sealed: bool) -> str:
        if is_old_citizen(cell.strip()):
            return "〔证件号已隐去〕"
        plain = without_contacts(cell)[:LONGEST_KEPT_CELL].replace("\x00", "")
        return str(self.keys.seal_many([self._ref], FIELD, [plain])[0]) if sealed and plain.strip() else plain


async def open_refused(
    keys: SubjectKeys, connection: Connection, rows: Sequence[Any], *, personal: bool = True
) -> list[tuple[Any, Any]]:
    """Return the reasons and cells of rejected rows opened, for the agency they came from.

    A row has `batch_id`, `reasons` and `cells`. Without `personal` whatever may tell of a person is hidden.
    """
    refs = {row.batch_id: keys.protector.ref_of("batch", str(row.batch_id)) for row in rows}
    await keys.load(connection, refs.values())

    def opened(ref: str, value: str) -> str:
        if not (is_sealed(value) and is_under(ref, value)):
            return value
        if not personal:
            return HIDDEN
        found = keys.open_many(FIELD, [value])[0]
        return ERASED if found is None else str(found)

    return [
        (
            [{**reason, "value": opened(refs[row.batch_id], reason["value"])} for reason in row.reasons],
            {name: opened(refs[row.batch_id], cell) for name, cell in row.cells.items()},
        )
        for row in rows
    ]


async def find_old_quarantines(session: AsyncSession, before: datetime) -> Sequence[UUID]:
    """Return the batches with refused rows that were received before a moment."""
    return (await session.execute(_OLD, {"before": before})).scalars().all()


async def load_refused(session: AsyncSession, batch_id: UUID, most: int) -> Sequence[Any]:
    """Return the first refused rows of a batch, sealed as they are kept: batch_id, row_number, reasons, cells."""
    return (await session.execute(_ROWS, {"batch": batch_id, "most": most})).all()


async def stream_refused(session: AsyncSession, batch_id: UUID) -> AsyncIterator[Sequence[Any]]:
    """Yield all refused rows of a batch in portions, as load_refused returns them."""
    rows = await session.stream(_ROWS, {"batch": batch_id, "most": None})
    async for portion in rows.partitions(PORTION):
        yield portion


async def load_columns(session: AsyncSession, batch_id: UUID) -> list[str]:
    """Return the columns that a batch's refused rows have."""
    return list((await session.execute(_COLUMNS, {"batch": batch_id})).scalars())


async def load_refusals(session: AsyncSession, batch_id: UUID) -> list[Refusal]:
    """Return each code and sentence that rows of a batch were refused with, looking at the first refused rows."""
    values = {"batch": batch_id, "most": MOST_LOOKED_AT, "sentences": MOST_SENTENCES, "first": FIRST_NUMBERS}
    seen = await session.execute(_FIRST, values)
    return [_refusal(list(rows)) for _, rows in groupby(seen, key=lambda row: (row.code, row.words))]


def _refusal(rows: Sequence[Any]) -> Refusal:
    first = rows[0]
    value = "" if is_sealed(first.value) else first.value[:LONGEST_EXAMPLE]
    numbers = tuple(dict.fromkeys(row.row_number for row in rows))
    return Refusal(first.code, first.words, first.times, numbers, first.seen_in, value)
