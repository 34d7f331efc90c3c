"""How much an interface says it holds: rows in all, pages in all. What was read is compared with it. Pure.

Where nothing is declared, the counts are looked for beside the list of rows, under the names that PageHelper,
MyBatis-Plus and Spring give them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.web.paging import member_at

ROWS = ("total", "totalElements", "totalCount")
PAGES = ("pages", "totalPages")


@dataclass(frozen=True)
class Told:
    """The counts an answer gave, None where it gave none."""

    rows: int | None = None
    pages: int | None = None

    def check(self, rows: int | None, pages: int | None) -> None:
        """Pass where so many rows (None: not known) of so many pages are all there are. Raises ConnectorError."""
        for name, told, read in (("total", self.rows, rows), ("pages", self.pages, pages)):
            if told is not None and read is not None and read < told:
                raise ConnectorError(
                    f'接口的 {name} 为 {told}，只读到 {read}，请检查翻页参数；若它不是总数，请配置 {name}: "" '
                    f"the interface says {name} {told}, and {read} could be read: check the paging's parameters; "
                    f'where that member is no such count, set {name}: ""'
                )


def told_by(body: object, records: str, total: str | None, pages: str | None) -> Told:
    """Return the counts of an answer whose rows stand at `records`; `total` and `pages` are paths, None to look beside
    the rows, "" to look at none.

    Raises MalformedError where there is no count at a path that was declared.
    """
    return Told(_count(body, records, total, ROWS), _count(body, records, pages, PAGES))


def _count(body: object, records: str, declared: str | None, names: Sequence[str]) -> int | None:
    if declared is not None:
        found = _whole(member_at(body, declared)) if declared else None
        if declared and found is None:
            raise MalformedError(f"应答的 {declared} 不是个数 {declared} is no count")
        return found
    beside = member_at(body, records.rpartition(".")[0], optional=True) if records else None
    if not isinstance(beside, Mapping):
        return None
    return next((count for name in names if (count := _whole(beside.get(name))) is not None), None)


def _whole(found: object) -> int | None:
    if isinstance(found, str) and found.isascii() and found.isdecimal():
        return int(found[:20])
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None
