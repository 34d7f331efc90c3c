"""The refused rows of a trial on their way back: nothing was stored, so they are handed in as any file is.

The workbook's front columns say what was wrong; whoever reads the file passes over them. Its rows have the numbers they
have in the workbook: that is the file a person looks at now.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from connectors.decoding.corrections import LANGUAGES, front_headings
from connectors.decoding.decode import Row, Table
from connectors.model.folding import heading_key
from connectors.model.two_languages import Language

_TRIAL: dict[Language | None, str] = {None: "试报 trial", "zh": "试报", "en": "trial"}
_NUMBERED = re.compile(r"第(\d+)列")


def trial_headings(language: Language | None = None) -> list[str]:
    """Return the front columns' headings of a trial's refused rows, in both languages or in one."""
    first, *others = front_headings(language)
    return [f"{first} · {_TRIAL[language]}", *others]


_FRONTS = [[heading_key(name) for name in trial_headings(language)] for language in LANGUAGES]
_WIDTH = len(_FRONTS[0])


def is_of_trial(header: Sequence[str]) -> bool:
    """Tell whether a header is that of a trial's refused rows."""
    return [heading_key(name) for name in header[:_WIDTH]] in _FRONTS


def without_reasons(table: Table) -> Table:
    """Return a table without the front columns of a trial's refused rows; any other as it is."""
    if not is_of_trial(table.header):
        return table
    front = _WIDTH
    names = ["" if _is_numbered(name, place) else name for place, name in enumerate(table.header[front:], start=1)]
    while names and not names[-1]:
        names.pop()  # held what stood beyond the last column of a shifted row
    faults = {
        row: {place - front: reason for place, reason in cells.items() if place >= front}
        for row, cells in table.faults.items()
    }
    merged = [(place - front, first, last) for place, first, last in table.merged if place >= front]
    rows = _laid_out(table.rows, front, len(names))
    return replace(table, header=names, rows=rows, faults=faults, merged=merged)


def _is_numbered(name: str, place: int) -> bool:
    """Tell a heading that stands for none: the file had no name for this column."""
    found = _NUMBERED.fullmatch(name)
    return bool(found and int(found[1]) == place)


def _laid_out(rows: Iterator[Row], front: int, width: int) -> Iterator[Row]:
    """Hand the rows on as wide as the headings; what still stands beyond them stays, for the mapping to refuse."""
    for number, cells in rows:
        own = cells[front:]
        while len(own) > width and not own[-1].strip():
            own = own[:-1]
        yield number, own
