"""接口拉取 A JSON interface read page by page; one read gives the rows of many pages, or nothing where one fails."""

from collections.abc import Sequence

import httpx
import msgspec

from connectors.decoding.objects import as_rows
from connectors.errors import ConnectorError
from connectors.sources.addresses import origin
from connectors.sources.environment import secret
from connectors.sources.protocol import Dropped, Slice, Stream, rows_slice
from connectors.sources.web.caller import Answer, Caller, Params
from connectors.sources.web.paging import Cursor, Link, PageNumber, Paging, Position
from connectors.sources.web.totals import Told, told_by
from connectors.sources.web.walk import Row, Walk, Watermark, page_digest, read_walk, records_of

MOST_PAGES = 2_000


class Pages(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How an interface is read. `records`: the path of the list of rows; `params`: sent with every call; `watermark`:
    without it rows must only ever be added at the end (page and offset alone); `total` and `pages`: the paths of how
    many rows and pages there are, where these do not stand beside the list under those names ("" looks at none).
    """

    paging: Paging = PageNumber()
    records: str = ""
    params: dict[str, str] = {}
    watermark: Watermark | None = None
    total: str | None = None
    pages: str | None = None
    slice_rows: int = 20_000

    def __post_init__(self) -> None:
        """Refuse what cannot be continued. Raises ValueError."""
        if self.watermark is None and isinstance(self.paging, Cursor | Link):
            raise ValueError("按游标或链接翻页须配置 watermark paging by cursor or link needs a watermark")
        if self.slice_rows < 1:
            raise ValueError("slice_rows 至少为 1 slice_rows must be at least 1")


class RestConfig(Pages, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`url`: the interface; `headers_env`: header name → the environment variable with its value."""

    url: str
    headers_env: dict[str, str] = {}


class PagedSource:
    """What the two kinds of interface share: walking over pages. They differ in how a call is made."""

    def __init__(self, config: Pages) -> None:
        """Take the configuration; nothing connects yet."""
        self._pages = config
        self._below = 0

    def caller(self) -> Caller:
        """Return what makes the calls. Raises ConnectorError."""
        raise NotImplementedError

    def address(self) -> str:
        """Return the interface's address."""
        raise NotImplementedError

    def check(self) -> None:
        """Read the first page. Raises ConnectorError with what is wrong."""
        self.discover()

    def discover(self) -> Sequence[Stream]:
        """Return the interface and the members of its first page. Raises ConnectorError."""
        with self.caller() as caller:
            body = self._ask(caller, Walk(), None).body
        rows = records_of(body, self._pages.records)
        self._told(body)
        if rows and self._pages.watermark:
            Walk().accept(rows, self._pages.watermark)
        return [Stream(httpx.URL(self.address()).path, as_rows(rows)[0] if rows else [])]

    def read(self, after: str | None) -> Slice | None:
        """Return the rows of the next pages. Raises ConnectorError, and then nothing has been read."""
        walk, self._below = read_walk(after), 0
        with self.caller() as caller:
            unfinished = walk.at is not None
            rows = self._walk(caller, walk)
            if not rows and unfinished and self._pages.watermark:
                rows = self._walk(caller, walk := walk.ended())
        if not rows:
            return None
        if walk.at is None and self._pages.watermark:
            walk = walk.ended()
        header, cells = as_rows(rows)
        return rows_slice("json", header, cells, msgspec.json.encode(walk).decode())

    def dropped(self) -> Dropped | None:
        """Return how many rows of the last read stand below the watermark."""
        return Dropped(self._below, "早于增量位点 older than the watermark") if self._below else None

    def _walk(self, caller: Caller, walk: Walk) -> list[Row]:
        """Return the next rows and move the walk on; where it ends, its position is None or where rows may be added."""
        paging, position, rest, kept = self._pages.paging, walk.at, walk.at, self._pages.watermark is not None
        last, told, rows = walk.last, Told(), list[Row]()
        for _ in range(MOST_PAGES):
            answer = self._ask(caller, walk, position)
            page = records_of(answer.body, self._pages.records)
            told = self._told(answer.body) if page else told
            digest = page_digest(page)
            if not page or (digest == last and self._is_end(caller, walk, page, position, told)):
                break
            rows += self._fresh(walk, page[paging.skip(position) :])
            rest = None if isinstance(paging, Cursor | Link) else paging.resume(position, len(page))
            position, last = paging.following(position, len(page), answer.body, answer.next), digest
            if position is None:
                break
            if len(rows) >= self._pages.slice_rows:  # without a watermark the last page may still be filled up
                walk.at, walk.last = (position, last) if kept else (rest, "")
                return rows
        else:
            raise ConnectorError(f"超过 {MOST_PAGES} 页 more than {MOST_PAGES} pages: ask for larger pages")
        told.check(walk.met, self._read_of(position))
        walk.at, walk.last = None if kept else rest, ""
        return rows

    def _fresh(self, walk: Walk, page: list[Row]) -> list[Row]:
        walk.met = None if walk.met is None else walk.met + len(page)
        if self._pages.watermark is None:
            return page
        fresh, below = walk.accept(page, self._pages.watermark)
        self._below += below
        return fresh

    def _is_end(self, caller: Caller, walk: Walk, page: list[Row], position: Position, told: Told) -> bool:
        """Tell that a page which came once more is the last: some interfaces give it for whatever lies beyond it.

        Raises ConnectorError where they give the first one because they do not heed the parameters.
        """
        paging = self._pages.paging
        if not isinstance(paging, Cursor | Link):
            second = paging.following(None, len(page), None, None)
            if position != second or told.rows or told.pages or len(page) == 1:
                return True  # what was told is compared with what was read
            alone = self._call(caller, walk, paging.ask_last(len(page)))
            if page_digest(records_of(alone.body, self._pages.records)[:1]) == page_digest(page[-1:]):
                return True
        raise ConnectorError("两页内容相同，请检查翻页参数 two pages are the same: check the paging's parameters")

    def _read_of(self, position: Position) -> int | None:
        """Return how many pages lie before a position, None where pages have no numbers."""
        paging = self._pages.paging
        return paging.number(position) - 1 if isinstance(paging, PageNumber) else None

    def _told(self, body: object) -> Told:
        return told_by(body, self._pages.records, self._pages.total, self._pages.pages)

    def _ask(self, caller: Caller, walk: Walk, position: Position) -> Answer:
        if isinstance(self._pages.paging, Link) and isinstance(position, str):
            return caller.get(str(httpx.URL(self.address()).join(position)), {})
        return self._call(caller, walk, self._pages.paging.ask(position))

    def _call(self, caller: Caller, walk: Walk, page: Params) -> Answer:
        watermark = self._pages.watermark
        since = {watermark.param: str(walk.since)} if watermark and walk.since is not None else {}
        return caller.get(self.address(), {**self._pages.params, **since, **page})


class RestSource(PagedSource):
    """接口拉取 A JSON interface over HTTP, read page by page."""

    Config = RestConfig

    def __init__(self, config: RestConfig) -> None:
        """Take the configuration; nothing connects yet. Raises ConnectorError for an address that is none."""
        super().__init__(config)
        self._config = config
        origin(config.url)

    def address(self) -> str:
        """Return the interface's address."""
        return self._config.url

    def caller(self) -> Caller:
        """Return what makes the calls. Raises ConnectorError that names a variable that is not set."""
        return Caller(self._config.url, {name: secret(env) for name, env in self._config.headers_env.items()})
