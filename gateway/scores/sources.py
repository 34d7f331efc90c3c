"""The datasets that the column store holds, each with its columns and what makes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
import polars as pl
import structlog

from connectors.catalogue.load import datasets
from connectors.records.column_rows import Acts, ColumnRow
from connectors.records.shown_days import shown_spans
from scoring_adapter.columns.schema import declaration_digest, frame_of, held_sources
from scoring_adapter.errors import TagError
from scoring_adapter.tags.declaration import Source
from scoring_adapter.tags.extract import Extractor

_LOG = structlog.get_logger("gateway.scores")


class _Sealed(msgspec.Struct):
    fields: dict[str, object]


_DECODE = msgspec.json.Decoder(_Sealed).decode


@dataclass(frozen=True)
class HeldSource:
    """A dataset with a table: its agency, its declaration, and whether it is a series about nobody."""

    name: str
    agency: str
    source: Source
    nobody: bool

    @cached_property
    def extractor(self) -> Extractor:
        """What makes a record's values."""
        return Extractor(self.name, self.source)

    @property
    def columns(self) -> tuple[str, ...]:
        """The declared columns."""
        return self.extractor.columns

    @cached_property
    def declaration(self) -> str:
        """The digest of what the values depend on."""
        return declaration_digest(self.source, nobody=self.nobody)

    def table(self, rows: list[ColumnRow], acts: Acts) -> pl.DataFrame:
        """Return the rows of records, as they are now. Pure.

        A record that is not what the declaration says has no values; that is logged, never its contents.
        """
        made: list[tuple[int | None, ...]] = []
        empty, extract = (None,) * len(self.columns), self.extractor.row
        for subject, batch, leaf, event, until, recorded, version, canonical in rows:
            spans = shown_spans(event, until, version, acts.get((batch, leaf), ()))
            if not spans:
                continue
            try:
                values = extract(_DECODE(canonical).fields)
            except TagError as fault:
                _LOG.warning("record without columns", batch=batch, leaf=leaf, reason=str(fault))
                values = empty
            made += [(subject, batch, leaf, begin, end, recorded, *values) for begin, end in spans]
        return frame_of(made, self.columns)


def held_in_store(sources: Mapping[str, Source]) -> dict[str, HeldSource]:
    """Return the datasets that have a table in the store, by name: those of the catalogue, which is the city's own."""
    known = datasets()
    return {
        name: HeldSource(name, known[name].agency, sources[name], nobody)
        for name, nobody in held_sources(sources).items()
        if name in known
    }
