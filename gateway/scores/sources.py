"""The datasets that the column store holds, each with its columns and what makes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Any

import polars as pl
import structlog

from connectors.catalogue.load import datasets
from connectors.records.column_rows import Acts, ColumnRow
from connectors.records.shown_days import Span, shown_spans
from gateway.scores.sealed_fields import SealedFields
from scoring_adapter.columns.schema import declaration_digest, frame_of, held_sources
from scoring_adapter.errors import TagError
from scoring_adapter.tags.declaration import Source
from scoring_adapter.tags.extract import Extractor

_LOG = structlog.get_logger("gateway.scores")


_no_acts = lru_cache(maxsize=1 << 16)(partial(shown_spans, acts=()))  # many records have the same days


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

    @cached_property
    def _sealed(self) -> SealedFields:
        return SealedFields(self.extractor.fields)

    def table(self, rows: Sequence[ColumnRow], acts: Acts) -> pl.DataFrame:
        """Return the rows of records, as they are now. Pure.

        A record that is not what the declaration says has no values; that is logged, never its contents.
        """
        spans = _spans_of(rows, acts)
        if any(len(found) != 1 for found in spans):
            rows = [row for row, found in zip(rows, spans, strict=True) for _ in found]
        if not rows:
            return frame_of([], self.columns)
        begins, ends = zip(*chain.from_iterable(spans), strict=True)
        subjects, batches, leaves, _, _, recorded, _, texts = zip(*rows, strict=True)
        values = self._values(texts, batches, leaves)
        return frame_of([subjects, batches, leaves, begins, ends, recorded, *values], self.columns)

    def _values(self, texts: Sequence[bytes], batches: Sequence[int], leaves: Sequence[int]) -> list[list[int | None]]:
        fields = self._sealed.read(texts)
        try:
            return self.extractor.of_many(fields)
        except TagError:
            return self._one_by_one(fields, zip(batches, leaves, strict=True))

    def _one_by_one(
        self, fields: Mapping[str, Sequence[Any]], leaves: Iterable[tuple[int, int]]
    ) -> list[list[int | None]]:
        made: list[tuple[int | None, ...]] = []
        for at, (batch, leaf) in enumerate(leaves):
            try:
                made.append(self.extractor.row({name: values[at] for name, values in fields.items()}))
            except TagError as fault:
                _LOG.warning("record without columns", batch=batch, leaf=leaf, reason=str(fault))
                made.append((None,) * len(self.columns))
        return [list(column) for column in zip(*made, strict=True)]


def _spans_of(rows: Sequence[ColumnRow], acts: Acts) -> list[Sequence[Span]]:
    """Return the spans of days in which each of these records counts."""
    return [
        shown_spans(event, until, version, found)
        if (found := acts.get((batch, leaf)))
        else _no_acts(event, until, version)
        for _, batch, leaf, event, until, _, version, _ in rows
    ]


def held_in_store(sources: Mapping[str, Source]) -> dict[str, HeldSource]:
    """Return the datasets that have a table in the store, by name: those of the catalogue, which is the city's own."""
    known = datasets()
    return {
        name: HeldSource(name, known[name].agency, sources[name], nobody)
        for name, nobody in held_sources(sources).items()
        if name in known
    }
