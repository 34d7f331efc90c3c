"""How far a paged interface has been read: a walk over its pages, and the watermark the next walk asks for.

A row that stands at the watermark is told apart by its digest: whether the interface means "after" or "from", each row
is taken once. One that stands below it is passed over, and counted: an interface that always gives everything does so
rightly, one that adds rows below the watermark loses them.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.marks import Kind, Mark, Place, kind_of, place_of, wider
from connectors.sources.web.paging import Position, member_at

Row = Mapping[str, Any]


class Watermark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`param`: the parameter to ask by; `member`: the row's member that only grows as rows change; `type`: what its
    values are, where it is not to be found from the first of them.
    """

    param: str
    member: str
    type: Kind | None = None


class Walk(msgspec.Struct, forbid_unknown_fields=True):
    """Where a walk stands: `since` and `seen` bound it below, `high` and `top` are what it has met so far, all marks of
    one `kind`; `met` counts the rows of its pages (None where an earlier version began it), `last` is the digest of the
    page before `at`.
    """

    since: Mark | None = None
    seen: list[str] = []
    at: Position = None
    high: Mark | None = None
    top: list[str] = []
    kind: Kind | None = None
    met: int | None = None
    last: str = ""

    def accept(self, rows: list[Row], watermark: Watermark) -> tuple[list[Row], int]:
        """Return the rows that were not taken before, and how many stand below the watermark; remember the highest.

        Raises MalformedError for a row without a mark, or with one of another kind.
        """
        fresh, below = list[Row](), 0
        since, high = (None if mark is None else self._place(mark, watermark.type) for mark in (self.since, self.high))
        for row in rows:
            mark, digest = _mark(row, watermark.member), _digest(row)
            place = self._place(mark, watermark.type)
            if since is not None and place < since:
                below += 1
                continue
            if place == since and digest in self.seen:
                continue
            fresh.append(row)
            if high is None or high < place:
                self.high, self.top, high = mark, [], place
            if place == high:
                self.top.append(digest)
        return fresh, below

    def ended(self) -> "Walk":
        """Return the walk to begin after this one."""
        if self.high is None:
            return Walk(self.since, self.seen, kind=self.kind, met=0)
        stays = self.since is not None and self._place(self.high) == self._place(self.since)
        kept = self.seen if stays else []
        return Walk(self.high, sorted({*kept, *self.top}), kind=self.kind, met=0)

    def _place(self, mark: Mark, declared: Kind | None = None) -> Place:
        known = declared or self.kind or kind_of(mark if self.since is None else self.since)
        self.kind = known if declared else wider(known, mark)
        return place_of(mark, self.kind)


def read_walk(after: str | None) -> Walk:
    """Read a watermark. Raises ConnectorError if it is not one."""
    try:
        return msgspec.json.decode(after, type=Walk) if after else Walk(met=0)
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise ConnectorError("增量位点无效，请重置 the watermark cannot be read: reset it") from fault


def records_of(body: object, path: str) -> list[Row]:
    """Return the rows of an answer. Raises MalformedError where there is no list of objects."""
    found = member_at(body, path)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise MalformedError(f"应答的 {path or '根'} 不是对象列表 {path or 'the answer'} is no list of objects")
    return found


def page_digest(rows: list[Row]) -> str:
    """Return what tells a page from another."""
    return _digest(rows)


def _mark(row: Row, member: str) -> Mark:
    mark = member_at(row, member)
    if isinstance(mark, Decimal):
        return format(mark, "f")
    if isinstance(mark, bool) or not isinstance(mark, int | str) or mark == "":
        raise MalformedError(f"记录的 {member} 应为数字或文本 the row's {member} must be a number or text")
    return mark


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, default=str, sort_keys=True).encode()).hexdigest()[:16]
