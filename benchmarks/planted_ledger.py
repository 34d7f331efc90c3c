"""Records of a made-up city as the column store keeps them: each counts from its landing on, until it is amended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted_city import EPOCH, NEVER

from scoring_adapter.columns.files import StoredFile, write_rows
from scoring_adapter.columns.place import Place, open_place
from scoring_adapter.columns.schema import FIXED, schema_of
from scoring_adapter.tags.declaration import Source

Cells = NDArray[np.int64]
_BATCHES = 1000  # of a dataset


@dataclass
class Ledger:
    """What lands, dataset by dataset; `late` is how many days may pass between an event and its landing."""

    folder: Path
    sources: Mapping[str, Source]
    last: date
    chance: np.random.Generator
    late: int = 30
    files: dict[str, list[StoredFile]] = field(default_factory=dict)

    def add(
        self,
        name: str,
        subject: Cells,
        day: Cells,
        columns: Mapping[str, Cells],
        until: Cells | None = None,
        then: Mapping[str, Cells] | None = None,
    ) -> None:
        """Land records of a day each. From `until` on a record is no longer there, or says what is in `then`.

        What would land after the city's last day does not.
        """
        landed = day + self.chance.integers(0, self.late + 1, len(day))
        never = np.full(len(day), NEVER)
        gone = never if until is None else np.where(until < NEVER, np.maximum(until, landed + 1), NEVER)
        parts = [self._frame(name, subject, landed, gone, columns)]
        if then:
            parts.append(self._frame(name, subject, gone, never, {**columns, **then}))
        frame = pl.concat(parts).filter(pl.col("shown_from") <= (self.last - EPOCH).days)
        made = self.files.setdefault(name, [])
        made += write_rows(self._place, name, self.last - timedelta(days=len(made)), 1, frame)

    def close(self) -> dict[str, list[StoredFile]]:
        """Write the list of files, and return it by dataset."""
        listed = [file for of in self.files.values() for file in of]
        (self.folder / "files.json").write_bytes(msgspec.json.encode(listed))
        return self.files

    @property
    def _place(self) -> Place:
        return open_place(self.folder)

    def _frame(
        self, name: str, subject: Cells, since: Cells, until: Cells, columns: Mapping[str, Cells]
    ) -> pl.DataFrame:
        batch = _BATCHES * sorted(self.sources).index(name) + len(self.files.get(name, ()))
        fixed = (subject, np.full(len(subject), batch), np.arange(len(subject)), since, until, since)
        if unknown := columns.keys() - self.sources[name].columns.keys():
            raise KeyError(f"{name}: {unknown}")
        told: dict[str, Cells | pl.Series] = dict(zip(FIXED, fixed, strict=True))
        nothing = pl.repeat(None, len(subject), dtype=pl.Int64, eager=True)
        told |= {column: columns.get(column, nothing) for column in self.sources[name].columns}
        return pl.DataFrame(told, schema=schema_of(list(self.sources[name].columns)))
