"""A record's fields turned into the integers that tags are computed from: the one implementation of it. Pure.

Of one record by the row, of many by the column: then nothing is made for a record but its values.

Values of 2^53 and beyond stand for nothing an enterprise has (in fen: more than the largest bank on earth), and sums of
them could leave 64 bits: they are left empty and counted in `too_large`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from scoring_adapter.errors import TagError
from scoring_adapter.tags.converters import CONVERTERS
from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.reading import DIGITS_OF, read_decimal
from scoring_adapter.tags.several import OF_MANY, READERS, Read, ReadMany

LARGEST = 2**53
Cell = int | None
Row = tuple[Cell, ...]
Convert = Callable[[Any], Cell]
_YES_OR_NO = {"yes": True, "no": False}
_FAULTS = ValueError, TypeError, AttributeError


class _Reader(NamedTuple):
    """Which fields a column is made of, and what makes it of their values."""

    names: tuple[str, ...]
    read: Read
    many: ReadMany | None = None  # the same of many records, where that is quicker

    def of_many(self, values: Mapping[str, Sequence[Any]]) -> list[Cell]:
        """Return the column of many records, whose fields' values these are."""
        columns = [values[name] for name in self.names]
        return self.many(*columns) if self.many else list(map(self.read, *columns))


class Extractor:
    """Reads the declared columns of one dataset's records."""

    def __init__(self, name: str, source: Source) -> None:
        """Take the dataset's name and its columns, as declared in its source."""
        self.name = name
        self.columns = tuple(source.columns)
        self.too_large: Counter[str] = Counter()
        self._readers = [self._reader(column, of) for column, of in source.columns.items()]
        self.fields = tuple(dict.fromkeys(name for reader in self._readers for name in reader.names))

    def row(self, fields: Mapping[str, Any]) -> Row:
        """Return an integer or nothing per column. Raises TagError naming dataset and column of a malformed value."""
        get = fields.get
        try:
            return tuple([
                read(*map(get, names)) if len(names) > 1 else read(get(names[0])) for names, read, _ in self._readers
            ])  # fmt: skip
        except _FAULTS as fault:
            raise self._malformed(fields) from fault

    def of_many(self, values: Mapping[str, Sequence[Any]]) -> list[list[Cell]]:
        """Return each column's values for many records; `values` has those of each of `fields`, None for none.

        Raises TagError where some record is malformed: `row` tells of each.
        """
        try:
            return [reader.of_many(values) for reader in self._readers]
        except _FAULTS as fault:
            raise TagError(f"{self.name}：有的记录与声明不符 some record is not what is declared") from fault

    def _reader(self, name: str, of: Column) -> _Reader:
        field = of.of or name
        if of.as_ in READERS:
            many = OF_MANY[of.as_](of) if of.as_ in OF_MANY else None
            return _Reader((field, *of.also), READERS[of.as_](of), many)
        convert = self._bounded(name, of) if of.as_ in {"money", "number"} else CONVERTERS[of.as_](of)
        reader = _reader(field, of, convert)
        return _difference(reader, _reader(of.minus, Column(of.as_), convert)) if of.minus else reader

    def _bounded(self, name: str, of: Column) -> Convert:
        digits = DIGITS_OF[of.unit] if of.as_ == "money" else of.digits

        def convert(text: str) -> Cell:
            value = read_decimal(text, digits)
            if -LARGEST < value < LARGEST:
                return value
            self.too_large[name] += 1
            return None

        return convert

    def _malformed(self, fields: Mapping[str, Any]) -> TagError:
        readers = zip(self.columns, self._readers, strict=True)
        column = next(name for name, reader in readers if _fails(reader, fields))
        return TagError(f"{self.name}.{column}：记录中的值与声明不符 the record's value is not what is declared")


def _reader(field: str, of: Column, convert: Convert) -> _Reader:
    """Return what reads a field, the one instead of it where it is empty, or what an empty one counts as."""

    def read(value: object) -> Cell:
        return convert(value) if value or not _is_empty(value) else None

    if not of.instead and not of.default:
        return _Reader((field,), read)
    default = _YES_OR_NO[of.default] if of.as_ == "flag" and of.default else of.default or None

    def read_any(*values: object) -> Cell:
        for value in (*values, default):
            if not _is_empty(value):
                return convert(value)
        return None

    return _Reader((field, of.instead) if of.instead else (field,), read_any)


def _is_empty(value: object) -> bool:
    return value in (None, "", [])


def _difference(one: _Reader, other: _Reader) -> _Reader:
    apart = len(one.names)

    def read(*values: object) -> Cell:
        value, less = one.read(*values[:apart]), other.read(*values[apart:])
        return None if value is None or less is None else value - less

    return _Reader((*one.names, *other.names), read)


def _fails(reader: _Reader, fields: Mapping[str, Any]) -> bool:
    try:
        reader.read(*map(fields.get, reader.names))
    except _FAULTS:
        return True
    return False
