"""What a delivery's fields look like as a whole: filled, medians of money, first and last dates. Pure.

Looks at every sound row of a small delivery and at a part of a large one: shares and medians need no more.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.conversion import dates
from connectors.model.datasets import Dataset, FieldType

if TYPE_CHECKING:
    import polars as pl

LOOKED_AT_WHOLE = 50_000  # rows; of those beyond, every twentieth
STEP = 20


@dataclass
class Looks:
    """One field so far."""

    filled: int = 0
    amounts: list[float] = field(default_factory=list)
    first: date | None = None
    last: date | None = None

    @property
    def median(self) -> Decimal | None:
        """The median of its amounts."""
        import polars as pl

        if not self.amounts:
            return None
        found = pl.Series(self.amounts, dtype=pl.Float64).median()
        return Decimal(str(found)) if isinstance(found, float) else None


class Profiler:
    """Looks at records, chunk by chunk."""

    def __init__(self, dataset: Dataset) -> None:
        """Take the dataset whose fields are looked at."""
        import polars as pl

        dtypes: dict[FieldType, pl.DataType] = {"list": pl.List(pl.String()), "flag": pl.Boolean()}
        self._types = {name: wanted.type for name, wanted in dataset.fields.items()}
        columns = {name: dtypes.get(kind, pl.String()) for name, kind in self._types.items()}
        self._dtype = pl.Struct({"fields": pl.Struct(columns)})
        self._seen, self.looked_at = 0, 0
        self.fields = {name: Looks() for name in self._types}

    def add(self, rows: "pl.Series") -> None:
        """Look at the canonical forms of some sound rows."""
        self._seen += len(rows)
        if self._seen > LOOKED_AT_WHOLE:
            rows = rows.gather_every(STEP)
        if rows.is_empty():
            return
        self.looked_at += len(rows)
        fields = rows.str.json_decode(self._dtype).struct.field("fields")
        for name, kind in self._types.items():
            self._look(self.fields[name], kind, fields.struct.field(name).drop_nulls())

    def _look(self, looks: Looks, kind: FieldType, values: "pl.Series") -> None:
        import polars as pl

        looks.filled += len(values)
        if values.is_empty():
            return
        if kind == "money":
            looks.amounts += values.cast(pl.Float64, strict=False).drop_nulls().to_list()
        elif kind == "date":
            first, last = (date.fromisoformat(dates.first_day(str(day))) for day in (values.min(), values.max()))
            looks.first = min(first, looks.first or first)
            looks.last = max(last, looks.last or last)
