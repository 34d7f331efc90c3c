"""Where a sheet's header is, and which of its rows are data: titles, headers of two rows, merged cells, footers. Pure.

1. Among the first rows the header is the one, or the two together, that a mapping of the dataset binds best; rows above
   it are titles. Rows right below that bind as well repeat it in another spelling, and are header too.
   A sheet without a header is read by a mapping that says so (connectors/decoding/headless.py).
2. Merged cells of the columns in `fill_down` take the value above; rows that begin with a word of `footers` are none.
3. Of several sheets the one with such a header is taken; two such sheets are refused by name.
Rows keep the number a person sees in the spreadsheet.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise

from connectors.conversion.binding import AmbiguousMappingError, Binding, MissingColumnsError, bind
from connectors.decoding.decode import Table
from connectors.decoding.headless import NoHeaderError, bind_headless, is_data
from connectors.errors import MalformedError
from connectors.model.datasets import Dataset
from connectors.model.folding import heading_key

HEADER_WITHIN = 10
_SHEETS = frozenset(
    {"utf-8", "gb18030", "utf-16", "xlsx", "xls"}
)  # objects and database tables name their members themselves
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Layout:
    """A delivery under its bound header: `table` yields data alone; `footers` grows while it is read."""

    table: Table
    binding: Binding
    header_rows: list[int]
    titles: list[str] = field(default_factory=list)
    footers: list[int] = field(default_factory=list)


def lay_out(dataset: Dataset, table: Table) -> Layout:
    """Find the header and the data. Raises MalformedError: what the nearest row lacks, or the sheets that all fit."""
    if table.encoding not in _SHEETS:
        return Layout(table, bind(dataset, table.header), [])
    try:
        found = _lay_out_sheet(dataset, table)
    except MissingColumnsError:
        if not table.others:
            raise
        found = None
    also = [name for name, open_sheet in table.others.items() if _fits(dataset, open_sheet(HEADER_WITHIN + 1))]
    fitting = [*([table.sheet] if found else []), *also]
    if len(fitting) > 1:
        raise MalformedError(
            f"工作表 {'、'.join(fitting)} 都有所需的列，请只保留一张 more than one sheet has the columns: keep one"
        )
    if found:
        return found
    return _lay_out_sheet(dataset, table.others[also[0]](None) if also else table)


def _fits(dataset: Dataset, table: Table) -> bool:
    try:
        _lay_out_sheet(dataset, table)
    except MissingColumnsError:
        return False
    return True


def _lay_out_sheet(dataset: Dataset, table: Table) -> Layout:
    first: list[Row] = [(table.header_row, table.header), *islice(table.rows, HEADER_WITHIN)]
    try:
        binding, top, bottom = _find_header(dataset, first)
    except MissingColumnsError as nearest:
        return _without_header(dataset, table, first, nearest)
    while bottom + 1 < len(first) and _binding(dataset, first[bottom + 1][1]):
        bottom += 1
    titles = [" ".join(cell.strip() for cell in cells if cell.strip()) for _, cells in first[:top]]
    footers: list[int] = []
    rows = _data(chain(first[bottom + 1 :], table.rows), binding, footers)
    laid = replace(table, header=binding.header, header_row=first[top][0], rows=rows, others={})
    return Layout(laid, binding, [number for number, _ in first[top : bottom + 1]], titles, footers)


def _without_header(dataset: Dataset, table: Table, first: Sequence[Row], nearest: MissingColumnsError) -> Layout:
    """Lay out a sheet whose first row is data already. Raises MalformedError, `nearest` where it may be a header."""
    cells, footers = first[0][1], list[int]()
    binding = bind_headless(dataset, cells)
    if binding is None:
        raise NoHeaderError(nearest.missing) if is_data(cells) else nearest
    rows = _data(chain(first, table.rows), binding, footers)
    laid = replace(table, header=binding.header, rows=rows, others={})
    return Layout(laid, binding, [], [], footers)


def _find_header(dataset: Dataset, rows: Sequence[Row]) -> tuple[Binding, int, int]:
    """Return the best binding and the places of its first and last row; one row goes before two, an earlier before a
    later one.
    """
    singles = [(_binding(dataset, cells), place, place) for place, (_, cells) in enumerate(rows)]
    known = _known(dataset)
    doubles = [
        (_binding(dataset, combined(upper, lower, known)), place, place + 1)
        for place, ((_, upper), (_, lower)) in enumerate(pairwise(rows))
    ]
    fitting = [(binding, top, bottom) for binding, top, bottom in [*singles, *doubles] if binding]
    if not fitting:
        raise _nearest(dataset, rows)
    best, top, bottom = max(fitting, key=lambda candidate: candidate[0].found)
    if isinstance(best, AmbiguousMappingError):
        raise best
    return best, top, bottom


def _binding(dataset: Dataset, cells: Sequence[str]) -> Binding | AmbiguousMappingError | None:
    try:
        return bind(dataset, [cell.strip() for cell in cells])
    except MissingColumnsError:
        return None
    except AmbiguousMappingError as fault:
        return fault


def _nearest(dataset: Dataset, rows: Sequence[Row]) -> MissingColumnsError:
    faults = []
    for _, cells in rows:
        try:
            bind(dataset, cells)
        except MissingColumnsError as fault:
            faults.append(fault)
    return min(faults, key=lambda fault: len(fault.missing))


def combined(upper: Sequence[str], lower: Sequence[str], known: frozenset[str] = frozenset()) -> list[str]:
    """Return one header of two rows: a merged cell above stands over all below it until the next.

    A column is called by both names together, or by the one that is known, if only one is and no other column has it.
    """
    width = max(len(upper), len(lower))
    above, spread = "", []
    for place in range(width):
        above = _cell(upper, place) or above
        spread.append(above if _cell(lower, place) else _cell(upper, place))
    below = [_cell(lower, place) for place in range(width)]
    names = []
    for over, under in zip(spread, below, strict=True):
        sole = [name for name, all_names in ((under, below), (over, spread)) if all_names.count(name) == 1]
        wanted = [f"{over}{under}", f"{over}({under})", *sole]
        names.append(next((name for name in wanted if heading_key(name) in known), f"{over}{under}"))
    return names


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


def _known(dataset: Dataset) -> frozenset[str]:
    """Return every heading some mapping of the dataset reads, as headings are compared."""
    names = [name for field_name, of in dataset.fields.items() for name in (field_name, of.zh)]
    names += [name for mapping in dataset.spellings() for name in mapping.names()]
    return frozenset(heading_key(name) for name in names)


def _data(rows: Iterator[Row], binding: Binding, footers: list[int]) -> Iterator[Row]:
    if not (binding.mapping.footers or binding.fill_down):
        return rows
    return _unmerged(rows, binding, footers)


def _unmerged(rows: Iterator[Row], binding: Binding, footers: list[int]) -> Iterator[Row]:
    closing = tuple(_plain(word) for word in binding.mapping.footers)
    above: dict[int, str] = {}
    for number, cells in rows:
        if closing and _plain(next((cell for cell in cells if cell.strip()), "")).startswith(closing):
            footers.append(number)
            continue
        for place in binding.fill_down:
            if place >= len(cells):
                continue
            if cells[place].strip():
                above[place] = cells[place]
            else:
                cells[place] = above.get(place, "")
        yield number, cells


def _plain(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split())
