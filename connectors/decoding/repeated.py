"""Columns of one heading: where they say different things, nobody knows which is meant, and the file is refused. Pure.

Only columns that something is read from matter, and only files that have such columns are looked at. A mapping that
names one of them by its place (第7列) has said which is meant.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from connectors.conversion.binding import Binding
from connectors.conversion.cells import NULLS
from connectors.conversion.left_out import closes, declared_footers
from connectors.errors import MalformedError
from connectors.model.folding import heading_key
from connectors.model.mapping import column_number

Row = tuple[int, list[str]]
Twins = tuple[int, list[int]]  # the place that is read, and the others of the same heading


def repeated_headings(header: Sequence[str]) -> list[str]:
    """Return the headings that stand over several columns, in each spelling: only the first of them is read."""
    places = sorted(place for places in _places(header) if len(places) > 1 for place in places)
    return list(dict.fromkeys(header[place] for place in places))


def alike(rows: Iterator[Row], binding: Binding) -> Iterator[Row]:
    """Return the rows, which raise MalformedError where columns of one heading differ of which one is read."""
    twins = list(_twins(binding))
    return _compared(rows, binding, twins) if twins else rows


def _places(header: Sequence[str]) -> list[list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(header):
        if name:
            found[heading_key(name)].append(place)
    return list(found.values())


def _twins(binding: Binding) -> Iterator[Twins]:
    unread = set(binding.unread)
    meant = {number - 1 for name in binding.mapping.names() if (number := column_number(name))}
    for first, *others in _places(binding.header):
        lost = [place for place in others if place in unread]
        if lost and first not in unread and not meant & {first, *others}:
            yield first, lost


def _compared(rows: Iterator[Row], binding: Binding, twins: Sequence[Twins]) -> Iterator[Row]:
    declared = declared_footers(binding.mapping)
    for number, cells in rows:
        for first, others in twins:
            said = cells[first].strip() if first < len(cells) else ""
            for place in others:
                cell = cells[place].strip() if place < len(cells) else ""
                if cell != said and cell not in NULLS and not closes(cells, binding.names[0], declared):
                    raise _differ(binding.header[first], first, place, number)
        yield number, cells


def _differ(heading: str, first: int, other: int, number: int) -> MalformedError:
    one, two, meant = first + 1, other + 1, f"from: [第{first + 1}列]"
    return MalformedError(
        f"第 {one} 列和第 {two} 列都叫“{heading}”，第 {number} 行内容不同，不知取哪一列，未入库：请改其一的列名，"
        f"或删去不要的一列；也可请运营方在映射中按位置写 {meant} "
        f"columns {one} and {two} are both called {heading} and differ in row {number}, so that nothing was "
        f"stored: rename or delete one of them, or have the operator name the one that is meant by its place ({meant})"
    )
