"""Where the headings of a sample are, and what stands above and below them. Pure.

A row is no header for its words alone: what it says must differ from what stands below it. A row of `/` is data, and
so is one whose words other rows say again.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from connectors.conversion.cells import NULLS
from connectors.conversion.heading_parts import canonical, plain
from connectors.conversion.headings import SURELY, is_known, nearness
from connectors.conversion.shapes import Shape
from connectors.decoding.decode import Table
from connectors.decoding.layout import HEADER_WITHIN, combined, unmerged
from connectors.drafting.matching import is_counter
from connectors.drafting.vocabulary import heading_words
from connectors.model.datasets import Dataset
from connectors.model.folding import heading_key

SAMPLE_ROWS = 500
_LAST_ROWS = 5
_TEXTS = frozenset({"utf-8", "gb18030", "utf-16"})
_LONGEST = 40  # characters of a heading


@dataclass(frozen=True)
class Found:
    """A sample: its headings, the titles above, its first and its last rows.

    `is_text`: the file was saved as text, which does not say which cells were merged.
    """

    headings: list[str]
    titles: list[str]
    rows: list[list[str]]
    last: list[list[str]]
    is_text: bool = False


def read_sample(datasets: Iterable[Dataset], table: Table) -> Found:
    """Find the header among the first rows by the headings that any of these datasets knows, and read on."""
    numbered = [(table.header_row, table.header), *islice(table.rows, HEADER_WITHIN)]
    first = [cells for _, cells in numbered]
    words = frozenset(word for dataset in datasets for word in heading_words(dataset))
    known = frozenset(form for word in words for form in (heading_key(word), canonical(word)))
    singles = [(list(cells), place, place) for place, cells in enumerate(first)]
    doubles = [(combined(*rows, known), place, place + 1) for place, rows in enumerate(pairwise(first))]
    header, top, bottom = max(
        [*singles, *doubles],
        key=lambda candidate: _headingness(candidate[0], first[: candidate[1]], first[candidate[2] + 1 :], known),
    )
    titles = [" ".join(cell.strip() for cell in cells if cell.strip()) for cells in first[:top]]
    below = unmerged(chain(numbered[bottom + 1 :], table.rows), table.merged)
    rows = filter(any, (cells for _, cells in below))
    sample = list(islice(rows, SAMPLE_ROWS))
    last = list(deque(chain(sample, rows), maxlen=_LAST_ROWS))
    return Found([cell.strip() for cell in header], titles, sample, last, table.encoding in _TEXTS)


def _headingness(cells: Sequence[str], above: list[list[str]], below: list[list[str]], known: frozenset[str]) -> float:
    """Return how much of a row is headings of what stands below it."""
    return sum(
        _is_heading(cell.strip(), _column(above, place), _column(below, place), known)
        for place, cell in enumerate(cells)
    )


def _column(rows: list[list[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows if place < len(row)]


def _is_heading(cell: str, above: list[str], below: list[str], known: frozenset[str]) -> float:
    if cell in NULLS or len(cell) > _LONGEST or cell in above or cell in below:
        return 0.0
    if is_counter(cell) or is_known(cell) or {heading_key(cell), plain(cell), canonical(cell)} & known:
        return 1.0
    if any(character.isdecimal() for character in cell):
        return 0.0
    if cell.isascii() and nearness(cell, known).score >= SURELY:  # pinyin initials
        return 0.5
    values = Shape(tuple(below))
    other = values.total and max(values.dates, values.keyed, values.numbers_in("")) >= SURELY
    return 0.3 if other else 0.0
