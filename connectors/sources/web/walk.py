"""How far a paged interface has been read: a walk over its pages, and the watermark the next walk asks for.

A row that stands at the watermark is told apart by its digest: whether the interface means "after" or "from", each row
is taken once.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.web.paging import Position, member_at

Mark = int | str


class Watermark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`param`: the parameter to ask by; `member`: the row's member that only grows as rows change."""

    param: str
    member: str


class Walk(msgspec.Struct, forbid_unknown_fields=True):
    """Where a walk stands: `since` and `seen` bound it below, `high` and `top` are what it has met so far."""

    since: Mark | None = None
    seen: list[str] = []
    at: Position = None
    high: Mark | None = None
    top: list[str] = []

    def accept(self, rows: list[Mapping[str, Any]], watermark: Watermark) -> list[Mapping[str, Any]]:
        """Return the rows that were not taken before, and remember the highest. Raises MalformedError."""
        fresh = []
        for row in rows:
            mark, digest = _mark(row, watermark.member), _digest(row)
            if _below(mark, self.since) or (mark == self.since and digest in self.seen):
                continue
            fresh.append(row)
            if self.high is None or _below(self.high, mark):
                self.high, self.top = mark, []
            if mark == self.high:
                self.top.append(digest)
        return fresh

    def ended(self) -> "Walk":
        """Return the walk to begin after this one."""
        if self.high is None:
            return Walk(self.since, self.seen)
        kept = self.seen if self.high == self.since else []
        return Walk(self.high, sorted({*kept, *self.top}))


def read_walk(after: str | None) -> Walk:
    """Read a watermark. Raises ConnectorError if it is not one."""
    try:
        return msgspec.json.decode(after, type=Walk) if after else Walk()
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise ConnectorError("增量位点无效，请重置 the watermark cannot be read: reset it") from fault


def records_of(body: object, path: str) -> list[Mapping[str, Any]]:
    """Return the rows of an answer. Raises MalformedError where there is no list of objects."""
    found = member_at(body, path)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise MalformedError(f"应答的 {path or '根'} 不是对象列表 {path or 'the answer'} is no list of objects")
    return found


def page_digest(rows: list[Mapping[str, Any]]) -> str:
    """Return what tells a page from another."""
    return _digest(rows)


def _mark(row: Mapping[str, Any], member: str) -> Mark:
    mark = member_at(row, member)
    if isinstance(mark, bool) or not isinstance(mark, int | str) or mark == "":
        raise MalformedError(f"记录的 {member} 应为整数或文本 the row's {member} must be a whole number or text")
    return mark


def _below(one: Mark, other: Mark | None) -> bool:
    if other is None:
        return False
    if isinstance(one, int) and isinstance(other, int):
        return one < other
    return str(one) < str(other)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()[:16]
