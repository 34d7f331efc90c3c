"""Chunks of rows into records: plain rows column by column, the others one by one through the same mapping. Pure.

The result is that of RowMapper for every row; a test compares the two over everything that occurs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from connectors.conversion import dates
from connectors.conversion.binding import Binding
from connectors.conversion.cells import NULLS, Faults, Reason
from connectors.conversion.columns import (
    are_unified_codes,
    cells_of,
    fold_documents,
    last_days_shown,
    map_distinct,
    read_column,
    read_names,
)
from connectors.conversion.disclosure import bounds_of
from connectors.conversion.free_text import without_contacts
from connectors.conversion.identifiers import Identifier, Kind
from connectors.conversion.keys import PARTY, is_folded
from connectors.conversion.left_out import FOOTER, REPEATED_HEADER
from connectors.conversion.party import PERSON, PERSONAL_PARTY
from connectors.conversion.rows import LONGEST_KEY, Mapped, Refused, RowMapper
from connectors.model.folding import code_key, name_key

FEWEST_FOR_COLUMNS = 100  # below, setting columns up costs more than it saves
_CODES = pl.List(pl.String)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "place": pl.Int32, "key": pl.String, "kind": pl.String, "value": pl.String, "organisation": pl.String,
    "name": pl.String, "producer": pl.String, "event_date": pl.String, "publish_until": pl.String,
    "canonical": pl.String, "former": pl.String, "also": _CODES,
}  # fmt: skip
Rows = Sequence[tuple[int, list[str]]]


@dataclass(frozen=True)
class Chunk:
    """What came of some rows: records-to-be in their order (SCHEMA), refusals, and the numbers of all others by what
    they are: natural persons, footers, the header once more.
    """

    sound: pl.DataFrame
    refused: list[tuple[int, tuple[Reason, ...], list[str]]]
    left_out: Mapping[str, list[int]]


_NO_FAULTS: Mapping[int, Faults] = {}


class ChunkMapper:
    """A mapping bound to one delivery's header, applied to many rows at once."""

    def __init__(self, binding: Binding, today: date, faults: Mapping[int, Faults] = _NO_FAULTS) -> None:
        """Take the binding, today, after which nothing can have happened, and refused cells by their rows' numbers."""
        self._binding, self._rows, self._faults = binding, RowMapper(binding, today), faults
        self._latest = (today + timedelta(days=1)).isoformat()
        self._fields = sorted((bound for bound in binding.fields if bound.is_read), key=lambda bound: bound.name)
        texts = {bound.name for bound in self._fields if bound.field.type not in {"list", "flag"}}
        known = {"party", *texts, *(bound.name for bound in binding.fields if not bound.is_read)}
        self._folded = [f"field.{part}" for part in binding.dataset.key if is_folded(binding.dataset, part)]
        self._columnar = bool(binding.codes) and set(binding.dataset.key) <= known

    def map(self, rows: Rows) -> Chunk:
        """Map rows (row number, cells)."""
        width = len(self._binding.header)
        regular = [row for row in rows if len(row[1]) == width] if self._columnar else []
        if self._faults:
            regular = [row for row in regular if row[0] not in self._faults]
        if len(regular) < FEWEST_FOR_COLUMNS:
            return self._one_by_one(rows)
        frame, plain = self._read(regular)
        others = [] if len(regular) == len(rows) else [r for r in rows if len(r[1]) != width or r[0] in self._faults]
        others += [regular[at] for at in (~plain).arg_true()]
        rest = self._one_by_one(others)
        sound = pl.concat([self._records(frame.filter(plain)), rest.sound]).sort("place")
        return Chunk(sound, rest.refused, rest.left_out)

    def _one_by_one(self, rows: Rows) -> Chunk:
        sound: list[tuple[object, ...]] = []
        refused: list[tuple[int, tuple[Reason, ...], list[str]]] = []
        left_out: dict[str, list[int]] = {PERSON: [], FOOTER: [], REPEATED_HEADER: []}
        for number, cells in rows:
            outcome = self._rows.map(cells, self._faults.get(number, {}))
            if isinstance(outcome, Mapped):
                sound.append(_row_of(number, outcome))
            elif isinstance(outcome, Refused):
                refused.append((number, outcome.reasons, cells))
            else:
                left_out[outcome].append(number)
        return Chunk(pl.DataFrame(sound, SCHEMA, orient="row").sort("place"), refused, left_out)

    def _read(self, rows: Rows) -> tuple[pl.DataFrame, pl.Series]:
        """Return the rows' values and which of the rows are plain."""
        binding = self._binding
        columns = [pl.Series(column, dtype=pl.String) for column in zip(*(cells for _, cells in rows), strict=True)]
        codes = columns[binding.codes[0]]
        names, plain = read_names(columns[binding.names[0]])
        plain &= are_unified_codes(codes) & ~codes.is_in(sorted(self._rows.party.absent))
        plain &= ~names.str.contains("[*＊]") & ~names.is_in(
            sorted(self._rows.party.absent)
        )  # starred: perhaps a person
        plain &= ~names.str.starts_with("#")  # what a spreadsheet shows in place of a value (#N/A) is no name
        for place in binding.kinds:
            plain &= ~map_distinct(name_key, columns[place]).is_in(sorted(PERSONAL_PARTY))
        for place in binding.authorities:
            plain &= codes != map_distinct(code_key, columns[place])
        read = {"place": pl.Series([number for number, _ in rows], dtype=pl.Int32), "name": names, "code": codes}
        if binding.dataset.registers:
            read["also"] = self._further_codes(rows, codes, [columns[place] for place in binding.codes[1:]])
        if binding.producers:
            read["producer"] = map_distinct(without_contacts, columns[binding.producers[0]].str.strip_chars())
        for bound in self._fields:
            values, good = read_column(bound, cells_of(bound, columns, len(rows)))
            if bound.field.required or bound.within:
                good &= values.is_not_null()
            plain &= good
            read[f"field.{bound.name}"] = values
        frame = self._with_keys(self._with_dates(pl.DataFrame(read)))
        plain &= frame["event_date"].fill_null("") <= self._latest
        longest = frame.select(pl.max_horizontal(pl.col("key", "name").str.len_chars())).to_series()
        return frame, plain & (longest <= LONGEST_KEY).fill_null(value=False)

    def _with_keys(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the keys (connectors/conversion/keys.py) of plain rows, whose party is known by its code."""
        spelled = {name: frame[name] for name in self._folded if name in frame.columns}
        folded = {name: key for name, cells in spelled.items() if (key := fold_documents(cells)) is not cells}
        former = self._joined(frame)
        key = self._joined(frame.with_columns(**folded)) if folded else former
        other = former.set(former == key, None) if folded else pl.lit(None, pl.String)
        return frame.with_columns(key.alias("key"), other.alias("former"))

    def _joined(self, frame: pl.DataFrame) -> pl.Series:
        there = frozenset(frame.columns)
        parts = [
            pl.col("code") if part == PARTY else pl.col(f"field.{part}").fill_null("") if f"field.{part}" in there
            else pl.lit("")
            for part in self._binding.dataset.key
        ]  # fmt: skip
        return frame.select(pl.concat_str(parts, separator="|")).to_series()

    def _further_codes(self, rows: Rows, codes: pl.Series, columns: list[pl.Series]) -> pl.Series:
        """Return, row by row, the sound codes beside the first; null where there is none, as nearly everywhere."""
        found: list[list[str] | None] = [None] * len(codes)
        for column in columns:
            for at in (~column.str.strip_chars().is_in(sorted(NULLS)) & (column != codes)).arg_true():
                decided = Identifier(Kind.USCC, codes[at], codes[at][8:17])
                found[at] = _spelled(self._rows.party.others(rows[at][1], decided))
        return pl.Series(found, dtype=_CODES)

    def _with_dates(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the day of the event and the last day a record may be shown."""
        dataset, nothing = self._binding.dataset, pl.Series([None] * len(frame), dtype=pl.String)

        def field(name: str | None) -> pl.Series:
            return frame[f"field.{name}"] if name and f"field.{name}" in frame.columns else nothing

        event, named = map_distinct(dates.first_day, field(dataset.event_date)), field(dataset.disclosure.field)
        until = last_days_shown(bounds_of(dataset), named, event)
        return frame.with_columns(event.alias("event_date"), until.alias("publish_until"))

    def _records(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Lay plain rows out as records, with their canonical bytes."""
        dataset = self._binding.dataset
        producer = pl.col("producer") if "producer" in frame.columns else pl.lit(None, pl.String)
        fields = [pl.col(f"field.{bound.name}").alias(bound.name) for bound in self._fields]
        canonical = pl.struct(  # members in the order of RFC 8785; strings as serde writes them are its spelling
            pl.lit(dataset.agency).alias("agency"),
            pl.lit(dataset.dataset).alias("dataset"),
            pl.struct(*fields).alias("fields"),
            pl.struct(pl.lit("uscc").alias("type"), pl.col("code").alias("value")).alias("identifier"),
            pl.col("key"),
            pl.col("name"),
            producer.alias("producer"),
            pl.lit(dataset.schema_version).alias("schema"),
        ).struct.json_encode()
        return frame.select(
            pl.col("place"), pl.col("key"), pl.lit("uscc").alias("kind"), pl.col("code").alias("value"),
            pl.col("code").str.slice(8, 9).alias("organisation"), pl.col("name"), producer.alias("producer"),
            pl.col("event_date"), pl.col("publish_until"), canonical.alias("canonical"), pl.col("former"),
            pl.col("also") if "also" in frame.columns else pl.lit(None, _CODES).alias("also"),
        )  # fmt: skip


def _row_of(number: int, mapped: Mapped) -> tuple[object, ...]:
    identifier = mapped.identifier
    return (
        number, mapped.key, identifier.kind.value, identifier.value, identifier.organisation, mapped.name,
        mapped.producer, mapped.event_date, mapped.publish_until, mapped.canonical.decode(), mapped.former,
        _spelled(mapped.also),
    )  # fmt: skip


def _spelled(codes: Sequence[Identifier]) -> list[str] | None:
    return [_word(code) for code in codes] or None


def _word(code: Identifier) -> str:
    """Spell a code as "kind value"; what only carries an organisation code is found by that."""
    if code.kind in {Kind.TAX, Kind.ORGANISATION}:
        return f"{Kind.ORGANISATION} {code.organisation}"
    return f"{code.kind} {code.value}"
