"""Deliveries without a header: the first row is data already, and columns are named by their places. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from connectors.conversion.binding import Binding, bind
from connectors.conversion.binding_errors import MissingColumnsError
from connectors.conversion.identifiers import read_identifier
from connectors.conversion.party import KEYED
from connectors.conversion.rows import Refused, RowMapper
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.model.mapping import nameless

FEWEST_CELLS = 3  # of a row of data; a title may hold a date too
_NO_HEADER = (
    "第 1 行就是数据，没有列名：请在 Excel 或 WPS 中于其上插入一行、写上列名后另存，或请运营方写一个 header: none 的"
    "映射 row 1 is data, there are no headings: insert a row of headings above it in Excel or WPS and save the file, "
    "or have the operator write a mapping with header: none"
)
_DAY = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_ANY_DAY = date(9000, 1, 1)  # whether a date lies ahead is judged when the rows are read


class NoHeaderError(MissingColumnsError):
    """The first row is data, and no mapping of the dataset reads a delivery without a header."""

    def __str__(self) -> str:
        return _NO_HEADER


def bind_headless(dataset: Dataset, first: Sequence[str]) -> Binding | None:
    """Bind the mapping that reads deliveries without a header, if it reads the first row; None where it does not.

    Raises MalformedError where that row is data, and says why it cannot be read; AmbiguousMappingError.
    """
    try:
        binding = bind(dataset, nameless(len(first)))
    except MissingColumnsError:
        return None
    outcome = RowMapper(binding, _ANY_DAY).map(first)
    if isinstance(outcome, Refused) and is_data(first):
        why = "；".join(f"{reason.column} {reason.text}" for reason in outcome.reasons)
        raise MalformedError(
            f"没有列名，按映射 {binding.mapping.id} 读第 1 行又不行：{why}；请在 Excel 或 WPS 中改正第 1 行，或在其上写"
            f"列名 there are no headings, and {binding.mapping.id} cannot read row 1: correct it in Excel or WPS, or "
            "write headings above it"
        )
    return None if isinstance(outcome, Refused) else binding


def is_data(cells: Sequence[str]) -> bool:
    """Tell whether a row can only be data: no heading is an enterprise's code, or a day among other cells."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if any(read_identifier(cell).kind in KEYED for cell in filled):
        return True
    return len(filled) >= FEWEST_CELLS and any(_DAY.fullmatch(cell) for cell in filled)
