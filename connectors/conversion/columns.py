"""Columns of plain cells, read all at once. Pure.

A cell is plain where the reader of its type gives what a vector operation gives too; which cells are plain is decided
here, what a cell means is not: whatever is not plain goes, row by row, through connectors/conversion/rows.py.
"""

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl

from connectors.conversion import dates
from connectors.conversion.binding import BoundField
from connectors.conversion.cells import NULLS, CellError
from connectors.conversion.disclosure import Bounds
from connectors.conversion.identifiers import ALPHABET, DEPARTMENTS
from connectors.conversion.rows import Value, reader_of
from connectors.model.folding import document_key

_LONGEST_PLAIN = 2_000  # characters
# Letters, ideographs and the punctuation of Chinese texts: nothing here is a blank, a control or an invisible mark. A
# beginning # may be an error of a spreadsheet.
_PLAIN = (
    r'^[!"$-~·×÷°±—–…‘’“”㎡①-⑳Ⅰ-Ⅻ、。〇〈-】〔〕一-鿿！-～]'
    r"(?:[ -~·×÷°±—–…‘’“”㎡①-⑳Ⅰ-Ⅻ、。〇〈-】〔〕一-鿿！-～]*[!-~·×÷°±—–…‘’“”㎡①-⑳Ⅰ-Ⅻ、。〇〈-】〔〕一-鿿！-～])?$"
)
# What free_text and cells mask, and more: such cells go to the reader one by one. Longer codes are not masked.
_ALONE = r"(?:^|[^0-9A-Za-z.])"
_MAY_BE_PERSONAL = "|".join(
    (
        r"[@＠０-９]",
        r"(?:^|[^0-9])[1-8]\d{5} ?(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{3}[\dXx]",
        rf"(?:{_ALONE}|86[\s-]?)1[3-9]\d[\s-]?\d{{4}}[\s-]?\d{{4}}",
        rf"{_ALONE}(?:62|[345]\d)\d\d(?:[\s-]?\d{{4}}){{3}}",
    )
)
_MAY_BE_SPOILT = r"^[+-]?\d(?:\.\d+)?[Ee]"
_DIGITS = r"^\d{1,9}(?:\.\d{1,6})?$"
_USCC = r"^(?:9[1-9]|[1-9ANY][0-9A-HJ-NPQRTUWXY])\d{6}[0-9A-HJ-NPQRTUWXY]{10}$"
_LETTERED = r"^9|^.{1,16}[A-Z]"  # no citizen number begins with 9 or has a letter before its last place
_NULLS = sorted(NULLS)

# What a column reads as, and which of its cells were plain.
Read = tuple[pl.Series, pl.Series]


def read_column(bound: BoundField, cells: pl.Series) -> Read:
    """Return the values of a field's cells (null where there is none), and which cells are plain."""
    read = reader_of(bound)
    if bound.column.extract:
        return _read_extracted(bound, cells)
    if bound.column.nulls:
        return _read_distinct(read, cells, _dtype(bound))
    if bound.field.type == "text":
        values, plain = read_text(cells)
        return values, plain & ~cells.str.contains(_MAY_BE_SPOILT) if bound.keyed or bound.field.is_document else plain
    if bound.field.type == "money" and (bound.column.unit or bound.field.unit) == bound.field.unit:
        return _read_amounts(read, cells)
    return _read_distinct(read, cells, _dtype(bound))


def _read_extracted(bound: BoundField, cells: pl.Series) -> Read:
    """Take the pattern's part out of all cells at once, as connectors/conversion/extracting.py does cell by cell."""
    value = cells.str.strip_chars()
    taken = value.str.extract(bound.column.extract, 1).fill_null(value).set(value.is_in(bound.column.nulls), "")
    bare = msgspec.structs.replace(bound.column, extract="", nulls=[])
    return _read_distinct(reader_of(replace(bound, column=bare)), taken, _dtype(bound))


def read_text(cells: pl.Series) -> Read:
    """Return texts as normalise.read_text does, and which are plain."""
    null = cells.is_in(_NULLS)
    plain = cells.str.contains(_PLAIN) & ~cells.str.contains(_MAY_BE_PERSONAL)
    plain &= cells.str.len_chars() <= _LONGEST_PLAIN
    return cells.set(null, None), plain | null


def read_names(cells: pl.Series) -> Read:
    """Return names and which are plain; a name is never one of the words for nothing."""
    values, plain = read_text(cells)
    return values, plain & values.is_not_null()


def first_filled(columns: list[pl.Series]) -> pl.Series:
    """Return, row by row, the first cell that is not empty, else the first."""
    frame = pl.DataFrame({str(at): column for at, column in enumerate(columns)})
    filled = [pl.when(~pl.col(name).str.strip_chars().is_in(_NULLS)).then(pl.col(name)) for name in frame.columns]
    return frame.select(pl.coalesce(*filled, pl.col("0"))).to_series()


def cells_of(bound: BoundField, columns: list[pl.Series], height: int) -> pl.Series:
    """Return what each row says of a field, as connectors/conversion/rows.py does row by row."""
    column, found = bound.column, [columns[at] for at in bound.places]
    if not found:
        return pl.repeat(column.value, height, dtype=pl.String, eager=True)
    if column.join is not None:
        said = joined(found, column.join)
    else:
        said = first_filled(found) if len(found) > 1 else found[0]
    cells = said
    for at, where in reversed(bound.where):
        turned = said.str.strip_chars().replace(where.codes)
        turned = turned.zip_with(said.str.strip_chars().is_in(list(where.codes)), said)
        cells = turned.zip_with(columns[at].str.strip_chars().is_in(where.is_), cells)
    return cells


def joined(columns: list[pl.Series], separator: str) -> pl.Series:
    """Return, row by row, the cells that hold something, put together."""
    frame = pl.DataFrame({str(at): column.str.strip_chars() for at, column in enumerate(columns)})
    filled = [pl.when(~pl.col(name).is_in(_NULLS)).then(pl.col(name)) for name in frame.columns]
    return frame.select(pl.concat_str(filled, separator=separator, ignore_nulls=True)).to_series()


def are_unified_codes(cells: pl.Series) -> pl.Series:
    """Tell which cells are unified codes in their one spelling that no citizen number resembles (GB 32100)."""
    formed = cells.str.contains(_USCC) & cells.str.contains(_LETTERED) & cells.str.head(1).is_in(sorted(DEPARTMENTS))
    sound = np.zeros(len(cells), dtype=bool)
    places = formed.fill_null(value=False).to_numpy()
    if places.any():
        codes = np.frombuffer("".join(cells.filter(formed).to_list()).encode(), dtype=np.uint8).reshape(-1, 18)
        sound[places] = _checks(codes)
    return pl.Series(sound)


def _checks(codes: np.ndarray) -> np.ndarray:
    """Check both check characters of 18-byte codes, a row each."""
    values = _VALUES[codes]
    unified = (31 - values[:, :17] @ _WEIGHTS % 31) % 31 == values[:, 17]
    inner = _ORG_VALUES[codes[:, 8:17]]
    wanted = (11 - inner[:, :8] @ _ORG_WEIGHTS % 11) % 11  # 11 is written 0, 10 is written X
    last = np.where(codes[:, 16] == ord("X"), 10, inner[:, 8])
    sound: np.ndarray = unified & (wanted == last) & ((codes[:, 16] == ord("X")) | (inner[:, 8] < 10))
    return sound


def _table(alphabet: str) -> np.ndarray:
    table = np.full(256, 1_000, dtype=np.int64)
    table[[ord(character) for character in alphabet]] = np.arange(len(alphabet))
    return table


_VALUES = _table(ALPHABET)
_ORG_VALUES = _table("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])


def _read_amounts(read: Callable[[str], Value], cells: pl.Series) -> Read:
    """Read amounts already in the field's unit: digits as they stand, without zeros that say nothing."""
    plain = cells.str.contains(_DIGITS)
    if plain.all():
        return _trimmed(cells), plain
    others, known = _read_distinct(read, cells.set(plain, ""), pl.String)
    return others.zip_with(~plain, _trimmed(cells)), known


def _trimmed(cells: pl.Series) -> pl.Series:
    whole = cells.str.replace(r"^0+(\d)", "${1}")
    return whole.str.replace(r"(\.\d*?)0+$", "${1}").str.strip_suffix(".")


def _read_distinct(read: Callable[[str], Value], cells: pl.Series, dtype: pl.DataType | type[pl.DataType]) -> Read:
    """Read each distinct cell once, by its reader."""
    given = cells.unique()
    words, values, plain = given.to_list(), [], []
    for word in words:
        try:
            values.append(read(word))
            plain.append(True)
        except CellError:
            values.append(None)
            plain.append(False)
    table = pl.DataFrame({"cell": given, "value": pl.Series(values, dtype=dtype), "plain": plain})
    found = pl.DataFrame({"cell": cells}).join(table, on="cell", how="left", maintain_order="left")
    return found["value"], found["plain"]


def _dtype(bound: BoundField) -> pl.DataType | type[pl.DataType]:
    if bound.field.type == "list":
        return pl.List(pl.String)
    return pl.Boolean if bound.field.type == "flag" else pl.String


# Texts as documents are numbered that folding leaves alone: anything else is folded one by one.
_OFFICIAL = r"^[!-'*-Z\\^_`|~×、。〇《》〔〕一-鿿]*$"


def fold_documents(values: pl.Series) -> pl.Series:
    """Return texts as they stand in keys (folding.document_key); the very series where all of them already do."""
    odd = ~values.str.contains(_OFFICIAL)
    if not odd.any():
        return values
    return map_distinct(document_key, values.set(~odd, None)).fill_null(values)


def map_distinct(turn: Callable[[str], str], values: pl.Series) -> pl.Series:
    """Return each value turned, each distinct one once; null stays null."""
    given = values.drop_nulls().unique()
    if given.is_empty():
        return values
    return values.replace_strict(given, pl.Series([turn(value) for value in given], dtype=pl.String))


def first_days(values: pl.Series) -> pl.Series:
    """Return the first day of each date, whatever its granularity."""
    return map_distinct(dates.first_day, values)


def last_days_shown(bounds: Bounds, named: pl.Series, events: pl.Series) -> pl.Series:
    """Return the last day each record may be shown, as disclosure.last_day_shown does."""

    def after(months: int) -> pl.Series:
        return map_distinct(lambda day: dates.add_months(day, months), events)

    until = map_distinct(dates.last_day, named)
    if bounds.months is not None:
        until = until.zip_with(until.is_not_null(), after(bounds.months))
    if bounds.cap is None:
        return until
    return (
        pl.DataFrame({"until": until, "cap": after(bounds.cap)}).select(pl.min_horizontal("until", "cap")).to_series()
    )
