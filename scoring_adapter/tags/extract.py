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
Convert = Callable[[Any], Cell]
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
        convert = self._bounded(name, of) if of.as_ in {"money", "number"} else CONVERTERS[of.as_](of)
        if of.minus:
            return _difference(_reader(field, of, convert), _reader(of.minus, Column(of.as_), convert))
        return _reader(field, of, convert)

    def _bounded(self, name: str, of: Column) -> Convert:
        digits = DIGITS_OF[of.unit] if of.as_ == "money" else of.digits

        def convert(text: str) -> Cell:
            value = read_decimal(text, digits)
            if -LARGEST < value < LARGEST:
                return value
            self.too_large[name] += 1
            return None

        return convert

    def _malformed(self, fields: Fields) -> TagError:
        column = next(name for name, read in zip(self.columns, self._reads, strict=True) if _fails(read, fields))
        return TagError(f"{self.name}.{column}：记录中的值与声明不符 the record's value is not what is declared")


def _reader(field: str, of: Column, convert: Convert) -> Read:
    """Return what reads a field, the one instead of it where it is empty, or what an empty one counts as."""

    def read(fields: Fields) -> Cell:
        value = fields.get(field)
        return convert(value) if value or not _is_empty(value) else None

    if not of.instead and not of.default:
        return read
    instead = of.instead or field
    default = _YES_OR_NO[of.default] if of.as_ == "flag" and of.default else of.default or None

    def read_any(fields: Fields) -> Cell:
        for value in (fields.get(field), fields.get(instead), default):
            if not _is_empty(value):
                return convert(value)
        return None

    return read_any


def _is_empty(value: object) -> bool:
    return value in (None, "", [])


def _difference(one: Read, other: Read) -> Read:
    def read(fields: Fields) -> Cell:
        value, less = one(fields), other(fields)
        return None if value is None or less is None else value - less

    return read


def _fails(read: Read, fields: Fields) -> bool:
    try:
        read(fields)
    except (ValueError, TypeError, AttributeError):
        return True
    return False
