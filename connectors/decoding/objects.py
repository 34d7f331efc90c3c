"""Deliveries of objects (JSON, NDJSON, XML), read as the same table that spreadsheets give, one object at a time."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TextIO

from lxml import etree

from connectors.conversion.figures import plain_decimal
from connectors.errors import MalformedError
from connectors.model.counting import Tally

MOST_NAMES = 200
LONGEST_OBJECT = 4 << 20  # characters of one record
_PIECE = 1 << 20
_BLANK = " \t\r\n"
Row = tuple[int, list[str]]
Objects = Callable[[], Iterator[Mapping[str, Any]]]


def read_objects(path: Path, first: bytes, tally: Tally) -> tuple[str, list[str], Iterator[Row]]:
    """Return the format, the members' names and the rows (numbered from 1). Raises MalformedError.

    The file is read twice: once for the names of all members and how many objects there are, once for the rows.
    """
    form, objects = {b"<": ("xml", _xml), b"[": ("json", _array), b"{": ("ndjson", _lines)}[first]
    read: Objects = partial(objects, path)
    names, tally.total = _names(read())
    return form, names, _cells(read(), names)


def as_rows(objects: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Return the members' names and the rows of objects held in memory. Raises MalformedError."""
    names, _ = _names(iter(objects))
    return names, [cells for _, cells in _cells(iter(objects), names)]


def _names(objects: Iterator[Mapping[str, Any]]) -> tuple[list[str], int]:
    names: dict[str, None] = {}
    number = 0
    for number, item in enumerate(objects, start=1):
        names.update(dict.fromkeys(item))
        if len(names) > MOST_NAMES:
            raise MalformedError(f"成员超过 {MOST_NAMES} 个 more than {MOST_NAMES} members")
        for name in item:
            _sound(name, number, "")
    if not names:
        raise MalformedError("没有任何记录 there is no record")
    return list(names), number


def _cells(objects: Iterator[Mapping[str, Any]], names: list[str]) -> Iterator[Row]:
    for number, item in enumerate(objects, start=1):
        yield number, [_cell(item.get(name), number, name) for name in names]


def _cell(value: object, number: int, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _sound(value, number, name)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(
        value, int | Decimal
    ):  # for objects that another library has read; our own decoder leaves numbers as text
        return plain_decimal(str(value))
    raise MalformedError(f"第 {number} 条的 {name[:50]} 不是单个值 record {number}: {name[:50]} must be a single value")


def _sound(value: str, number: int, name: str) -> str:
    """Return text that can be stored: JSON can spell NULs and halves of surrogate pairs, which are no characters."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as fault:
            raise _unsound(number, name) from fault
    if "\x00" in value:
        raise _unsound(number, name)
    return value


def _unsound(number: int, name: str) -> MalformedError:
    said = name.encode(errors="replace").decode().replace("\x00", "?")[:50]
    return MalformedError(f"第 {number} 条 {said} 含有非字符 record {number} {said} holds what is no character")


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON (RFC 8259 6)")


class _RepeatedError(Exception):
    """An object has a member twice; of the two, parsers take either (RFC 8259 4)."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RepeatedError(_repeated([name for name, _ in pairs]))
    return members


def _repeated(names: Sequence[str]) -> str:
    return Counter(names).most_common(1)[0][0]


def _twice(name: str, number: int) -> MalformedError:
    said = name.encode(errors="replace").decode().replace("\x00", "?")[:50]
    return MalformedError(f"第 {number} 条的 {said} 出现两次，不知取哪个 record {number}: {said} stands there twice")


# Numbers stay as they were written, in plain digits: an amount is text until the mapping reads it.
_DECODER = json.JSONDecoder(
    parse_float=plain_decimal, parse_int=str, parse_constant=_no_number, object_pairs_hook=_members
)


def _array(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read [{…}, {…}, …] object by object: a large array takes no more memory than a small one."""
    with path.open(encoding="utf-8-sig") as file:
        window = _Window(file)
        window.expect("[", 0)
        number, following = 0, window.peek()
        while following != "]":
            number += 1
            yield _mapping(window.take(number), number)
            following = window.peek()
            if following == ",":
                window.expect(",", number)
                following = ","
            elif following != "]":
                raise _not_json(number)
        window.expect("]", number)
        if window.peek():
            raise _not_json(number)


class _Window:
    """The part of a JSON text that is looked at."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._text, self._at = file, "", 0

    def peek(self) -> str:
        """Return the next character that is not blank, empty at the end."""
        if (following := self._text[self._at : self._at + 1]) and following not in _BLANK:
            return following
        while True:
            rest = self._text[self._at : self._at + 64].lstrip(_BLANK)
            if rest:
                self._at = self._text.index(rest[0], self._at)
                return rest[0]
            self._at = min(self._at + 64, len(self._text))
            if self._at == len(self._text) and not self._more():
                return ""

    def expect(self, character: str, number: int) -> None:
        if self.peek() != character:
            raise _not_json(number)
        self._at += 1

    def take(self, number: int) -> object:
        """Read one value. It is not an object where it does not begin like one."""
        if self.peek() != "{":
            raise MalformedError(f"第 {number} 条不是对象 record {number} is not an object")
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except _RepeatedError as fault:
                raise _twice(str(fault), number) from fault
            except (ValueError, RecursionError) as fault:
                if isinstance(fault, RecursionError) or len(self._text) - self._at > LONGEST_OBJECT or not self._more():
                    raise _not_json(number) from fault
            else:
                self._at = end
                return value

    def _more(self) -> bool:
        piece = _decoded(lambda: self._file.read(_PIECE))
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        number = 0
        while line := _decoded(lambda: file.readline(LONGEST_OBJECT + 1)):
            number += 1
            if len(line) > LONGEST_OBJECT:
                raise MalformedError(f"第 {number} 行过长 line {number} is too long")
            if line.strip():
                try:
                    yield _mapping(_DECODER.decode(line), number)
                except _RepeatedError as fault:
                    raise _twice(str(fault), number) from fault
                except (ValueError, RecursionError) as fault:
                    raise MalformedError(f"第 {number} 行不是 JSON line {number} is not JSON") from fault


def _decoded(read: Callable[[], str]) -> str:
    try:
        return read()
    except UnicodeDecodeError as fault:
        raise MalformedError("JSON 必须是 UTF-8 JSON must be UTF-8 (RFC 8259 8.1)") from fault


def _not_json(number: int) -> MalformedError:
    return MalformedError(
        f"第 {number} 条附近不是 JSON near record {number} this is not JSON, or the record is too long"
    )


def _mapping(item: object, number: int) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise MalformedError(f"第 {number} 条不是对象 record {number} is not an object")
    return item


def _xml(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read <rows><row><列名>值</列名>…</row>…</rows>: every child of the root is a record. No DTD, no entity."""
    with path.open("rb") as file:
        try:
            yield from _records(file)
        except etree.XMLSyntaxError as fault:
            raise MalformedError(f"XML 无法读取 the XML cannot be read: line {fault.lineno}") from fault


def _records(file: BinaryIO) -> Iterator[Mapping[str, Any]]:
    depth = number = members = 0
    for event, element in etree.iterparse(
        file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        depth += 1 if event == "start" else -1
        if event == "start":
            members = members + 1 if depth > 2 else 0
            number += depth == 2
            _check_place(element, depth, number, members)
        elif depth == 1:
            named = [(etree.QName(child).localname, child.text) for child in element if isinstance(child.tag, str)]
            item = dict(named)
            if len(item) != len(named):
                raise _twice(_repeated([name for name, _ in named]), number)
            yield item
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _check_place(element: Any, depth: int, number: int, members: int) -> None:  # noqa: ANN401 - lxml has no types
    if depth == 1 and element.getroottree().docinfo.doctype:
        raise MalformedError("XML 不能带 DOCTYPE the XML must have no DOCTYPE")
    if depth > 3:
        raise MalformedError(f"第 {number} 条有嵌套元素 record {number} has an element within a member")
    if members > MOST_NAMES:
        raise MalformedError(f"成员超过 {MOST_NAMES} 个 more than {MOST_NAMES} members")
