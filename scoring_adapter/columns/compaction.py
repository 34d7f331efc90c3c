"""Files of one dataset and day made into fewer: what they say stays the same.

Small ones are merged as they pile up: the newest of them, as far back as the next older one is not much larger than all
of them together, so that a row is rewritten a few times and not every time. `whole` takes all of a day.
"""

from collections.abc import Sequence
from itertools import takewhile

from scoring_adapter.columns.files import StoredFile, write_gone, write_rows
from scoring_adapter.columns.place import Place
from scoring_adapter.columns.schema import WRITTEN
from scoring_adapter.columns.view import view

MOST_MERGED = 4_000_000  # rows in memory at a time
PILED_UP = 8


def choose(files: Sequence[StoredFile]) -> list[StoredFile]:
    """Return the newest files of a day that are worth merging, none where too few have piled up."""
    newest = sorted(files, key=lambda file: (file.written, file.name), reverse=True)
    chosen: list[StoredFile] = []
    rows = 0
    for file in newest:
        if file.row_count > 2 * max(rows, 1024) or rows + file.row_count > MOST_MERGED:
            break
        chosen.append(file)
        rows += file.row_count
    if len(chosen) < len(newest):  # a write is taken as a whole: what it took away counts for all that is older
        open_write = newest[len(chosen)].written
        chosen = list(takewhile(lambda file: file.written != open_write, chosen))
    return chosen if len(chosen) >= PILED_UP else []


def merge(
    place: Place, files: Sequence[StoredFile], chosen: Sequence[StoredFile], columns: Sequence[str], written: int
) -> list[StoredFile]:
    """Write the chosen files of a day anew, as one write, and return what takes their place. Raises ColumnStoreError.

    `files` are all of the day. Pairs stay where files that are older than the chosen ones are left.
    """
    first = chosen[0]
    made: list[StoredFile] = []
    gone = [file for file in chosen if file.gone]
    for group in _groups([file for file in chosen if not file.gone]):
        rows = view(place, [*group, *gone], columns).collect()
        made += write_rows(place, first.dataset, first.day, written, rows)
    if gone and len(chosen) < len(files):
        pairs = place.scan([file.name for file in gone]).drop(WRITTEN).unique().collect()
        made += write_gone(place, first.dataset, first.day, written, pairs)
    return made


def _groups(files: Sequence[StoredFile]) -> list[list[StoredFile]]:
    groups: list[list[StoredFile]] = []
    room = 0
    for file in sorted(files, key=lambda file: file.written):
        if file.row_count > room:
            groups.append([])
            room = MOST_MERGED
        groups[-1].append(file)
        room -= file.row_count
    return groups


def worth_it(files: Sequence[StoredFile]) -> bool:
    """Tell whether a day can be made into fewer files, or has pairs to be applied."""
    full = sum(file.row_count for file in files if not file.gone)
    return any(file.gone for file in files) or len(files) > max(1, -(-full // MOST_MERGED)) * 4
