"""Where a sheet's header is, and which of its rows are data: titles, headers of two rows, merged cells, sheets. Pure.

1. Among the first rows the header is the one, or the two together, that a mapping of the dataset binds best; rows above
   it are titles. Rows right below that bind as well repeat it in another spelling, and are header too.
   A sheet without a header is read by a mapping that says so (connectors/decoding/headless.py).
2. Merged cells take the value above: those that a workbook says are merged, and the columns in `fill_down`, but for
   rows that close the sheet.
3. Of several sheets the one with such a header is taken; two such sheets are refused by name.
Rows keep the number a person sees in the spreadsheet. Which rows are footers is told row by row, where cells are read
(connectors/conversion/left_out.py).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise

from connectors.conversion.binding import Binding, bind
from connectors.conversion.binding_errors import AmbiguousMappingError, MissingColumnsError
from connectors.conversion.left_out import closes, declared_footers
from connectors.decoding.decode import Table, check_width
from connectors.decoding.headless import NoHeaderError, bind_headless, is_data
from connectors.decoding.repeated import alike, repeated_headings
from connectors.decoding.trial_rows import without_reasons
from connectors.decoding.workbook import MergedDown
from connectors.errors import MalformedError
from connectors.model.counting import Tally
from connectors.model.datasets import Dataset
from connectors.model.folding import heading_key

HEADER_WITHIN = 10
HEADER_AT_MOST = 30  # looked at where none of the first ten is one
MOST_FOOTERS = 1_000  # told by their numbers
_SHEETS = frozenset(
    {"utf-8", "gb18030", "utf-16", "xlsx", "xls"}
)  # objects and database tables name their members themselves
Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Layout:
    """A delivery under its bound header: `table` yields the rows below it; `tally` counts while they are read."""

    table: Table
    binding: Binding
    header_rows: list[int]
    titles: list[str] = field(default_factory=list)

    @property
    def tally(self) -> Tally:
        """What the rows were so far."""
        return self.table.tally

    @property
    def footers(self) -> list[int]:
        """The numbers of the closing rows that were met so far, the first of them."""
        return self.tally.footers.first(MOST_FOOTERS)


def lay_out(dataset: Dataset, table: Table) -> Layout:
    """Find the header and the data. Raises MalformedError: what the nearest row lacks, or the sheets that all fit."""
    table = without_reasons(table)
    if table.encoding not in _SHEETS:
        try:
            return Layout(table, bind(dataset, table.header), [])
        except MissingColumnsError as fault:
            fault.of_members = True
            raise
    found, missing = None, None
    try:
        found = _lay_out_sheet(dataset, table)
    except MissingColumnsError as fault:
        missing = fault
    also = [name for name, open_sheet in table.others.items() if _fits(dataset, open_sheet(HEADER_AT_MOST + 1))]
    fitting = [*([table.sheet] if found else []), *also]
    if len(fitting) > 1:
        raise MalformedError(
            f"工作表 {'、'.join(fitting)} 都有所需的列，请只保留一张 more than one sheet has the columns: keep one"
        )
    if found:
        return found
    if missing and not also:
        raise missing
    taken = _lay_out_sheet(dataset, table.others[also[0]](None))
    taken.tally.unread_sheets = [name for name in (table.sheet, *table.others) if name != taken.tally.sheet]
    taken.tally.hidden_sheets = table.tally.hidden_sheets
    return taken


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
        first += islice(table.rows, HEADER_AT_MOST - HEADER_WITHIN)
        try:
            binding, top, bottom = _find_header(dataset, first)
        except MissingColumnsError:
            return _without_header(dataset, table, first, nearest)
    while bottom + 1 < len(first) and _binding(dataset, first[bottom + 1][1]):
        bottom += 1
    check_width(binding.header)
    numbers = [number for number, _ in first]
    table.tally.titles.add_all(numbers[:top])
    table.tally.header.add_all(numbers[top : bottom + 1])
    table.tally.repeated_columns = repeated_headings(binding.header)
    titles = [" ".join(cell.strip() for cell in cells if cell.strip()) for _, cells in first[:top]]
    rows = alike(_filled_down(chain(first[bottom + 1 :], table.rows), binding, table.merged), binding)
    laid = replace(table, header=binding.header, header_row=numbers[top], rows=rows, others={})
    return Layout(laid, binding, numbers[top : bottom + 1], titles)


def _without_header(dataset: Dataset, table: Table, first: Sequence[Row], nearest: MissingColumnsError) -> Layout:
    """Lay out a sheet whose first row is data already. Raises MalformedError, `nearest` where it may be a header."""
    cells = first[0][1]
    binding = bind_headless(dataset, cells)
    if binding is None:
        raise NoHeaderError(nearest.missing) if is_data(cells) else nearest
    rows = _filled_down(chain(first, table.rows), binding, table.merged)
    return Layout(replace(table, header=binding.header, rows=rows, others={}), binding, [])


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
    return frozenset(map(heading_key, dataset.headings()))


def _filled_down(rows: Iterator[Row], binding: Binding, merged: Sequence[MergedDown]) -> Iterator[Row]:
    if merged:
        rows = unmerged(rows, merged)
    return _filled_from_above(rows, binding) if binding.fill_down else rows


def unmerged(rows: Iterator[Row], merged: Sequence[MergedDown]) -> Iterator[Row]:
    """Give every row of a merged cell the value of the first."""
    beginning: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, top, bottom in merged:
        beginning[top].append((place, bottom))
    reaching: dict[int, tuple[int, str]] = {}  # by place: the last row, and the value
    for number, cells in rows:
        for place, bottom in beginning.get(number, ()):
            if place < len(cells):
                reaching[place] = (bottom, cells[place])
        for place, (bottom, value) in reaching.items():
            if number <= bottom and place < len(cells) and not cells[place].strip():
                cells[place] = value
        yield number, cells


def _filled_from_above(rows: Iterator[Row], binding: Binding) -> Iterator[Row]:
    declared = declared_footers(binding.mapping)
    above: dict[int, str] = {}
    for number, cells in rows:
        for place in () if closes(cells, binding.names[0], declared) else binding.fill_down:
            if place >= len(cells):
                continue
            if cells[place].strip():
                above[place] = cells[place]
            else:
                cells[place] = above.get(place, "")
        yield number, cells
