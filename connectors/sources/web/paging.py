"""How an interface cuts its answer into pages, as declared: by number, by offset, by cursor or by link. Pure.

A position is plain JSON. It says where the next page begins, and can be kept in a watermark.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from connectors.errors import MalformedError

Position = int | str | list[int] | None


class PageNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="style", tag="page"):
    """Pages by number. Its position is the page and the rows of it that were taken before."""

    param: str = "page"
    first: int = 1
    size_param: str = "size"
    size: int = 500

    def ask(self, position: Position) -> dict[str, str]:
        """Return the parameters of a page."""
        return {self.param: str(self._page(position)[0]), self.size_param: str(self.size)}

    def skip(self, position: Position) -> int:
        """Return how many rows of the page were taken before."""
        return self._page(position)[1]

    def following(self, position: Position, _rows: int, _body: object, _link: str | None) -> Position:
        """Return where the next page begins; only an empty one is the last, whatever size the server allows."""
        return [self._page(position)[0] + 1, 0]

    def resume(self, position: Position, rows: int) -> Position:
        """Return where rows added later will stand: at the end of the last page that held any."""
        return [self._page(position)[0], rows]

    def number(self, position: Position) -> int:
        """Return which page this is, counted from 1."""
        return self._page(position)[0] - self.first + 1

    def ask_last(self, rows: int) -> dict[str, str]:
        """Return the parameters that ask for the last of so many rows alone."""
        return {self.param: str(self.first + 1), self.size_param: str(rows - 1)}

    def _page(self, position: Position) -> list[int]:
        return position if isinstance(position, list) else [self.first, 0]


class Offset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="style", tag="offset"):
    """Pages by the number of rows before them."""

    param: str = "offset"
    size_param: str = "limit"
    size: int = 500

    def ask(self, position: Position) -> dict[str, str]:
        """Return the parameters of a page."""
        return {self.param: str(position or 0), self.size_param: str(self.size)}

    def skip(self, _position: Position) -> int:
        """Return 0: an offset is exact."""
        return 0

    def following(self, position: Position, rows: int, _body: object, _link: str | None) -> Position:
        """Return where the next page begins."""
        return (position if isinstance(position, int) else 0) + rows

    def resume(self, position: Position, rows: int) -> Position:
        """Return where rows added later will stand."""
        return self.following(position, rows, None, None)

    def ask_last(self, rows: int) -> dict[str, str]:
        """Return the parameters that ask for the last of so many rows alone."""
        return {self.param: str(rows - 1), self.size_param: "1"}


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="style", tag="cursor"):
    """Pages by a cursor that each answer gives in `member` (a path such as page.next)."""

    member: str
    param: str = "cursor"

    def ask(self, position: Position) -> dict[str, str]:
        """Return the parameters of a page."""
        return {self.param: str(position)} if position else {}

    def skip(self, _position: Position) -> int:
        """Return 0."""
        return 0

    def following(self, _position: Position, _rows: int, body: object, _link: str | None) -> Position:
        """Return the cursor of the next page, None after the last."""
        found = member_at(body, self.member, optional=True)
        return str(found) if found not in {None, ""} else None


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="style", tag="link"):
    """Pages by the Link header's rel="next" (RFC 8288)."""

    def ask(self, _position: Position) -> dict[str, str]:
        """Return nothing: the link says it all."""
        return {}

    def skip(self, _position: Position) -> int:
        """Return 0."""
        return 0

    def following(self, _position: Position, _rows: int, _body: object, link: str | None) -> Position:
        """Return the address of the next page, None after the last."""
        return link


Paging = PageNumber | Offset | Cursor | Link


def member_at(body: object, path: str, *, optional: bool = False) -> Any:  # noqa: ANN401 - any JSON
    """Return what stands at a dotted path; an empty path is the body. Raises MalformedError where there is nothing."""
    for name in path.split(".") if path else []:
        if not isinstance(body, Mapping) or name not in body:
            if optional:
                return None
            raise MalformedError(f"应答缺少 {path} the answer has no member {path}")
        body = body[name]
    return body
