"""Deliveries of objects (JSON, NDJSON, XML), read as the same table that spreadsheets give, one object at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from connectors.conversion.figures import plain_decimal
from connectors.decoding.json_objects import FORMS, is_wrapped, read_array, read_lines, read_wrapped, repeated, twice
from connectors.errors import MalformedError
from connectors.model.counting import Tally

MOST_NAMES = 200
Row = tuple[int, list[str]]
Objects = Callable[[], Iterator[Mapping[str, Any]]]


def read_objects(path: Path, first: bytes, tally: Tally) -> tuple[str, list[str], Iterator[Row]]:
    """Return the format, the members' names and the rows (numbered from 1). Raises MalformedError.

    The file is read twice: once for the names of all members and how many objects there are, once for the rows.
    """
    form, objects = {b"<": ("xml", _xml), b"[": ("json", read_array), b"{": ("ndjson", read_lines)}[first]
    if form == "ndjson" and is_wrapped(path):
        form, objects = "json", read_wrapped
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
    raise MalformedError(
        f"第 {number} 条的 {name[:50]} 不是单个值{FORMS}；record {number}: {name[:50]} must be a single value"
    )


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
                raise twice(repeated([name for name, _ in named]), number)
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
