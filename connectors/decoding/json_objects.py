"""JSON as agencies send it, object by object: an array, lines of objects, or one object that holds the array.

Of one object that holds the records ({"code": 0, "data": [{…}, …]}, {"data": {"list": [{…}, …], "total": 9}}) the only
list of objects in it is taken, wherever it stands; where there are two, nobody knows which is meant.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from connectors.conversion.figures import plain_decimal
from connectors.decoding.text import place_of, scan
from connectors.errors import MalformedError

LONGEST_OBJECT = 4 << 20  # characters of one record
DEEPEST_LIST = 3  # members that lead to the list: data.result.list
TOTALS = ("total", "totalElements", "totalCount")  # beside the list, as interfaces tell how many records there are
LONGEST_COUNT = 18  # digits of such a count; more are no count of rows
_PIECE = 1 << 20
_BLANK = " \t\r\n"
FORMS = (
    '；应为列表 [{…}, …]、{"data": [{…}, …]}，或每行一个对象 '
    'send a list [{…}, …], {"data": [{…}, …]}, or one object a line'
)
Found = tuple[str, object]  # where a list of objects stands, and one of it; None first, where it begins


def repeated(names: Sequence[str]) -> str:
    """Return the name that stands there most often."""
    return Counter(names).most_common(1)[0][0]


def twice(name: str, number: int) -> MalformedError:
    """Say that an object has a member twice."""
    said = name.encode(errors="replace").decode().replace("\x00", "?")[:50]
    return MalformedError(f"第 {number} 条的 {said} 出现两次，不知取哪个 record {number}: {said} stands there twice")


def read_array(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read [{…}, {…}, …] object by object: a large array takes no more memory than a small one."""
    with path.open(encoding="utf-8-sig") as file:
        window = _Window(file)
        window.expect("[", 0)
        number = 0
        for number, item in enumerate(window.items(), start=1):
            yield _mapping(item, number)
        window.expect_end(number)


def read_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read lines of one object each."""
    with path.open(encoding="utf-8-sig") as file:
        number = 0
        while line := _decoded(file, lambda: file.readline(LONGEST_OBJECT + 1)):
            number += 1
            if len(line) > LONGEST_OBJECT:
                raise MalformedError(f"第 {number} 行过长 line {number} is too long")
            if line.strip():
                try:
                    yield _mapping(_DECODER.decode(line), number)
                except _RepeatedError as fault:
                    raise twice(str(fault), number) from fault
                except (ValueError, RecursionError) as fault:
                    raise MalformedError(f"第 {number} 行不是 JSON{FORMS}；line {number} is not JSON") from fault


def is_wrapped(path: Path) -> bool:
    """Tell whether a file that begins with an object holds its records in a list within that object."""
    with path.open(encoding="utf-8-sig") as file:
        window, empty = _Window(file), False
        try:
            for _, item in window.lists(told={}):
                if item is not None:
                    return True
                empty = True
            return empty and not window.peek()
        except MalformedError:
            return False  # whoever reads its lines says what is wrong


def read_wrapped(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read the objects of the only list within one object.

    Raises MalformedError where there are two lists, or fewer records than it says itself.
    """
    with path.open(encoding="utf-8-sig") as file:
        window, told, place, number = _Window(file), dict[str, int](), "", 0
        for where, item in window.lists(told):
            if place and where != place:
                raise MalformedError(
                    f"{place} 和 {where} 都是对象列表，不知哪个是数据，请只提交其一 "
                    f"both {place} and {where} are lists of objects: send the one that holds the records"
                )
            place = where
            if item is not None:
                number += 1
                yield _mapping(item, number)
        window.expect_end(number)
    beside = place.rpartition(".")[0]
    for name in TOTALS:
        total = told.get(f"{beside}.{name}".lstrip("."), 0)
        if total > number:
            raise MalformedError(
                f"{name} 说有 {total} 条，{place} 中只有 {number} 条，或许只是一页：请提交全部；若它不是总数，请删去它 "
                f"{name} says {total}, and {place} holds {number}: is it one page of several? Send all of them; where "
                f"that member is no such count, leave it out"
            )


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON (RFC 8259 6)")


class _RepeatedError(Exception):
    """An object has a member twice; of the two, parsers take either (RFC 8259 4)."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RepeatedError(repeated([name for name, _ in pairs]))
    return members


# Numbers stay as they were written, in plain digits: an amount is text until the mapping reads it.
_DECODER = json.JSONDecoder(
    parse_float=plain_decimal, parse_int=str, parse_constant=_no_number, object_pairs_hook=_members
)


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

    def expect_end(self, number: int) -> None:
        if self.peek():
            raise _not_json(number)

    def items(self) -> Iterator[object]:
        """Yield what stands in a list, whose bracket has been passed. Raises MalformedError."""
        number, following = 0, self.peek()
        while following != "]":
            number += 1
            yield self.value(number)
            if (following := self.peek()) == ",":
                self.expect(",", number)
                following = ","  # another one must come
            elif following != "]":
                raise _not_json(number)
        self.expect("]", number)

    def lists(self, told: dict[str, int], *names: str) -> Iterator[Found]:
        """Yield, of an object, the objects of every list within, each list's place with None before.

        `told` is given the whole numbers that are met, by their place.
        """
        self.expect("{", 0)
        known: set[str] = set()
        following = self.peek()
        while following != "}":
            name = self.value(0)
            if not isinstance(name, str) or name in known:
                raise twice(name, 0) if isinstance(name, str) else _not_json(0)
            known.add(name)
            self.expect(":", 0)
            yield from self._lists_of(told, *names, name)
            if (following := self.peek()) == ",":
                self.expect(",", 0)
                following = ","  # another one must come
            elif following != "}":
                raise _not_json(0)
        self.expect("}", 0)

    def _lists_of(self, told: dict[str, int], *names: str) -> Iterator[Found]:
        """Yield the objects of the lists of one member."""
        place, following = ".".join(names), self.peek()
        if following == "{" and len(names) < DEEPEST_LIST:
            yield from self.lists(told, *names)
        elif following == "[":
            self.expect("[", 0)
            is_list = self.peek() in {"{", "]"}
            if is_list:
                yield place, None
            for item in self.items():
                if is_list:
                    yield place, item
        else:
            said = self.value(0)
            if isinstance(said, str) and said.isdecimal() and len(said) <= LONGEST_COUNT:
                told[place] = int(said)

    def value(self, number: int) -> object:
        """Read one value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except _RepeatedError as fault:
                raise twice(str(fault), number) from fault
            except (ValueError, RecursionError) as fault:
                if isinstance(fault, RecursionError) or len(self._text) - self._at > LONGEST_OBJECT or not self._more():
                    raise _not_json(number) from fault
            else:
                if end == len(self._text) and not isinstance(value, dict | list):  # a number may go on
                    end -= self._at
                    if self._more():
                        continue
                self._at = end
                return value

    def _more(self) -> bool:
        piece = _decoded(self._file, lambda: self._file.read(_PIECE))
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)


def _decoded(file: TextIO, read: Callable[[], str]) -> str:
    try:
        return read()
    except UnicodeDecodeError as fault:
        path = Path(file.name)
        zh, en = place_of(path, "utf-8", scan(path, "utf-8").fault or 0, "gb18030")
        raise MalformedError(f"JSON 必须是 UTF-8：{zh} JSON must be UTF-8 (RFC 8259 8.1): {en}") from fault


def _not_json(number: int) -> MalformedError:
    return MalformedError(
        f"第 {number} 条附近不是 JSON near record {number} this is not JSON, or the record is too long"
    )


def _mapping(item: object, number: int) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise MalformedError(f"第 {number} 条不是对象 record {number} is not an object")
    return item
