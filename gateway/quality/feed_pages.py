"""The clerk's home: today's feeds, what is late or silent and since when, and what waits."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import signed_in
from gateway.people.listing import show_table
from gateway.people.sessions import Present
from gateway.quality.feeds import FINE, LATE, NEVER, SILENT, FeedToday, read_feeds
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/feeds", include_in_schema=False)
STATES = (SILENT, LATE, FINE, NEVER)
TONES: Mapping[str, Tone] = {SILENT: "bad", LATE: "warn", FINE: "ok", NEVER: "quiet"}
FEEDS = TableSpec(
    "feeds",
    (
        Column("dataset", "dataset", sortable=True),
        Column("agency", "agency", optional=True),
        Column("state", "how-it-stands"),
        Column("due", "feed-due", "time", sortable=True),
        Column("last", "last-received", "time", sortable=True),
        Column("rows", "rows", "number"),
        Column("rejected", "rejected", "number"),
        Column("open", "open-rows", "number", sortable=True),
        Column("promise", "promise", "number"),
    ),
    (Filter("state", "how-it-stands", "choice", STATES, prefix="feed-"),),
)
Clerk = Annotated[Present, Depends(signed_in("clerk", "system"), scope="function")]


@router.get("")
async def show(
    request: Request, units: Units, present: Clerk, asked: Annotated[TableQuery, Depends(table_query(FEEDS))]
) -> Response:
    """Show today's feeds: the agency's own, or all to administrators."""
    words, wanted = words_of(request), asked.filters["state"]
    async with units.begin("feeds.show", acting(present)) as work:
        today = await read_feeds(work)
    table = in_memory(
        FEEDS, asked, [feed for feed in today.feeds if wanted in {"", feed.state}],
        cells=lambda feed: _cells(words, feed),
        keys={
            "dataset": lambda feed: words.titles.dataset(feed.feed.dataset),
            "due": lambda feed: feed.due_at,
            "last": lambda feed: feed.last.received_at if feed.last else None,
            "open": lambda feed: feed.feed.open_rows,
        },
    )  # fmt: skip
    return await show_table(
        request,
        units,
        present,
        "feeds",
        table,
        today=today,
        lead=_lead(words, today.count(SILENT), today.count(LATE), today.count(FINE)),
    )


def _lead(words: Words, silent: int, late: int, fine: int) -> str:
    """Say in one sentence how things are."""
    if not silent + late + fine:
        return words("feeds-none-yet")
    if not silent + late:
        return words.count("feeds-fine", fine)
    parts = [words.count("feeds-silent", silent)] if silent else []
    parts += [words.count("feeds-late", late)] if late else []
    return words("feeds-trouble", which=words.listed(parts))


def _cells(words: Words, feed: FeedToday) -> list[Content]:
    last, figures = feed.last, feed.feed
    return [
        Cell(words.titles.dataset(figures.dataset), f"/console/catalogue/{figures.dataset}"),
        words.titles.agency(figures.agency),
        Cell(words(f"feed-{feed.state}"), tone=TONES[feed.state], sub=_since(words, feed)),
        words.moment(feed.due_at) if feed.due_at else None,
        Cell(words.moment(last.received_at), f"/console/uploads/{last.batch_id}") if last else None,
        last.rows if last else None,
        Cell(words.number(last.rejected), f"/console/corrections/{last.batch_id}") if last and last.rejected else 0
        if last else None,
        Cell(words.number(figures.open_rows), tone="warn") if figures.open_rows else 0,
        words.count("days", figures.promise_days),
    ]  # fmt: skip


def _since(words: Words, feed: FeedToday) -> str:
    if feed.state != SILENT or feed.due_at is None:
        return ""
    return words("since", moment=words.moment(feed.due_at))
