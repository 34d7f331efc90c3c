"""Deliveries of objects (JSON, NDJSON, XML), read as the same table that spreadsheets give."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from connectors.errors import MalformedError

LARGEST_JSON_BYTES = 64 * 1024 * 1024  # an array is read whole; more rows go as NDJSON
MOST_NAMES = 200
Row = tuple[int, list[str]]


def read_objects(path: Path, first: bytes) -> tuple[str, list[str], Iterator[Row]]:
    """Return the format, the members' names and the rows (numbered from 1). Raises MalformedError."""
    if first == b"<":
        return "xml", _names(_xml(path)), _cells(_xml(path), _names(_xml(path)))
    if first == b"[":
        objects = list(_array(path))
        return "json", _names(iter(objects)), _cells(iter(objects), _names(iter(objects)))
    return "ndjson", _names(_lines(path)), _cells(_lines(path), _names(_lines(path)))


def as_rows(objects: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Return the members' names and the rows of objects held in memory. Raises MalformedError."""
    names = _names(iter(objects))
    return names, [cells for _, cells in _cells(iter(objects), names)]


def _names(objects: Iterator[Mapping[str, Any]]) -> list[str]:
    names: dict[str, None] = {}
    for item in objects:
        names.update(dict.fromkeys(item))
        if len(names) > MOST_NAMES:
            raise MalformedError(f"成员超过 {MOST_NAMES} 个 more than {MOST_NAMES} members")
    if not names:
        raise MalformedError("没有任何记录 there is no record")
    return list(names)


def _cells(objects: Iterator[Mapping[str, Any]], names: list[str]) -> Iterator[Row]:
    for number, item in enumerate(objects, start=1):
        yield number, [_cell(item.get(name), number, name) for name in names]


def _cell(value: object, number: int, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | Decimal):
        return str(value).lower() if isinstance(value, bool) else str(value)
    raise MalformedError(f"第 {number} 条的 {name[:50]} 不是单个值 record {number}: {name[:50]} must be a single value")


def _object(text: str | bytes, where: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text, parse_float=Decimal)  # amounts stay as they were written
    except (ValueError, RecursionError) as fault:
        raise MalformedError(f"{where}不是 JSON is not JSON: {type(fault).__name__}") from fault


def _array(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.stat().st_size > LARGEST_JSON_BYTES:
        raise MalformedError("JSON 数组过大，请改用 NDJSON the JSON array is too large: send NDJSON, one object a line")
    for number, item in enumerate(_object(path.read_bytes(), ""), start=1):
        yield _mapping(item, number)


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _mapping(_object(line, f"第 {number} 行 line {number} "), number)
        except UnicodeDecodeError as fault:
            raise MalformedError("JSON 必须是 UTF-8 JSON must be UTF-8 (RFC 8259 8.1)") from fault


def _mapping(item: object, number: int) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise MalformedError(f"第 {number} 条不是对象 record {number} is not an object")
    return item


def _xml(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read <rows><row><列名>值</列名>…</row>…</rows>: every child of the root is a record. No entity is resolved."""
    depth = 0
    try:
        events = etree.iterparse(
            str(path), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        for event, element in events:
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                yield {etree.QName(child).localname: child.text for child in element if isinstance(child.tag, str)}
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as fault:
        raise MalformedError(f"XML 无法读取 the XML cannot be read: line {fault.lineno}") from fault
