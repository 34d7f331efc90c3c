"""A record's fields turned into the integers that tags are computed from: the one implementation of it. Pure.

Values of 2^53 and beyond stand for nothing an enterprise has (in fen: more than the largest bank on earth), and sums of
them could leave 64 bits: they are left empty and counted in `too_large`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from scoring_adapter.errors import TagError
from scoring_adapter.tags.converters import CONVERTERS
from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.reading import DIGITS_OF, read_decimal
from scoring_adapter.tags.several import READERS

LARGEST = 2**53
Fields = Mapping[str, Any]
Cell = int | None
Row = tuple[Cell, ...]
Read = Callable[[Fields], Cell]
_YES_OR_NO = {"yes": True, "no": False}


class Extractor:
    """Reads the declared columns of one dataset's records."""

    def __init__(self, name: str, source: Source) -> None:
        """Take the dataset's name and its columns, as declared in its source."""
        self.name = name
        self.columns = tuple(source.columns)
        self.too_large: Counter[str] = Counter()
        self._reads = [self._reader(column, of) for column, of in source.columns.items()]

    def row(self, fields: Fields) -> Row:
        """Return an integer or nothing per column. Raises TagError naming dataset and column of a malformed value."""
        try:
            return tuple([read(fields) for read in self._reads])
        except (ValueError, TypeError, AttributeError) as fault:
            raise self._malformed(fields) from fault

    def _reader(self, name: str, of: Column) -> Read:
        field = of.of or name
        if of.as_ in READERS:
            return READERS[of.as_](of, [field, *of.also])
        find = _finder(field, of)
        if of.as_ in {"money", "number"}:
            return self._number_reader(name, find, of)
        convert = CONVERTERS[of.as_](of)

        def read(fields: Fields) -> Cell:
            value = find(fields)
            return None if value is None else convert(value)

        return read

    def _number_reader(self, name: str, find: Callable[[Fields], Any], of: Column) -> Read:
        digits, minus = DIGITS_OF[of.unit] if of.as_ == "money" else of.digits, of.minus

        def read(fields: Fields) -> Cell:
            text, less = find(fields), fields.get(minus) if minus else "0"
            if text is None or less is None or less == "":
                return None
            value = read_decimal(text, digits) - read_decimal(less, digits)
            if -LARGEST < value < LARGEST:
                return value
            self.too_large[name] += 1
            return None

        return read

    def _malformed(self, fields: Fields) -> TagError:
        column = next(name for name, read in zip(self.columns, self._reads, strict=True) if _fails(read, fields))
        return TagError(f"{self.name}.{column}：记录中的值与声明不符 the record's value is not what is declared")


def _finder(field: str, of: Column) -> Callable[[Fields], Any]:
    """Return what finds a column's value in a record: in its field, in the one instead of it, or what it counts as."""
    instead = of.instead or field
    default = _YES_OR_NO[of.default] if of.as_ == "flag" and of.default else of.default or None

    def find(fields: Fields) -> Any:  # noqa: ANN401 - any JSON value
        value = fields.get(field)
        if value or value is False:
            return value
        value = fields.get(instead)
        return value if value or value is False else default

    return find


def _fails(read: Read, fields: Fields) -> bool:
    try:
        read(fields)
    except (ValueError, TypeError, AttributeError):
        return True
    return False
