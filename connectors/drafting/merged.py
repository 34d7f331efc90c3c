"""Whether cells were merged downwards before a file was saved as text, which keeps the first of them alone. Pure.

A workbook says itself which cells are merged. In a text file only blocks speak for it: gaps here and there are missing
values, and so are those of rows that close the sheet.
"""

from collections.abc import Sequence
from itertools import pairwise

from connectors.conversion.left_out import closes

_FEWEST_BLOCKS = 2


def looks_merged(rows: Sequence[Sequence[str]], place: int, name: int) -> bool:
    """Tell whether a column looks merged: blocks of two rows and more, the first filled, and none like the next.

    `name` is the place of the party's name, which tells rows that are no data.
    """
    cells = [row[place].strip() if place < len(row) else "" for row in rows if not closes(row, name, ())]
    begins = [number for number, cell in enumerate(cells) if cell]
    if not begins or begins[0] or 2 * len(begins) > len(cells):
        return False
    blocks = sum(after - before > 1 for before, after in pairwise([*begins, len(cells)]))
    return blocks >= _FEWEST_BLOCKS and all(cells[one] != cells[other] for one, other in pairwise(begins))
