"""Data quality over time: all agencies ranked; one agency month by month and dataset by dataset."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import RedirectResponse, Response

from connectors.catalogue.load import agencies
from connectors.model.calendar import day_of
from gateway.console.chart import Chart, Series, Tone
from gateway.console.render import PageError
from gateway.console.table import Cell, Column, Content, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import QualityPresent
from gateway.people.listing import show_table
from gateway.quality.alerts import list_alerts
from gateway.quality.index import Feed, Score
from gateway.quality.reading import read_agency, read_scores
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/quality", include_in_schema=False)
Code = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
SHARES = ("timeliness", "completeness", "error_rate", "unresolved_share")
TONES: tuple[Tone, ...] = ("1", "2", "bad", "3")
_SHARE_COLUMNS = tuple(Column(name, name.replace("_", "-"), "number", sortable=True) for name in SHARES)
RANKING = TableSpec(
    "quality",
    (
        Column("rank", "quality-rank", "number"),
        Column("agency", "agency", sortable=True),
        Column("index", "quality-index", "number", sortable=True),
        *_SHARE_COLUMNS,
        Column("silent", "silent-feeds", "number", sortable=True),
        Column("held", "held-waiting", "number", sortable=True),
        Column("open", "open-rows", "number", sortable=True),
    ),
    sort="index",
    descending=True,
)
FEEDS = TableSpec(
    "quality-datasets",
    (
        Column("dataset", "dataset", sortable=True),
        Column("last", "last-received", "time", sortable=True),
        *_SHARE_COLUMNS,
        Column("deliveries", "batches", "number", sortable=True),
        Column("rows", "rows", "number", sortable=True),
        Column("rejected", "rejected", "number", sortable=True),
        Column("drifts", "drifts", "number", sortable=True, optional=True),
    ),
)


@router.get("")
async def overview(
    request: Request, units: Units, present: QualityPresent, asked: Annotated[TableQuery, Depends(table_query(RANKING))]
) -> Response:
    """Rank the agencies; a clerk sees their own at once."""
    if present.agency:
        return RedirectResponse(f"/console/quality/{present.agency}", 303)
    words = words_of(request)
    async with units.begin("quality.rank", acting(present)) as work:
        scores, alerts = await read_scores(work), await list_alerts(work.session)
    ranks = {score.agency: place for place, score in enumerate(scores, start=1) if score.index is not None}
    table = in_memory(
        RANKING, asked, [score for score in scores if not score.idle],
        cells=lambda score: _score_cells(words, score, ranks.get(score.agency)),
        keys={
            "agency": lambda score: words.titles.agency(score.agency), "index": lambda score: score.index,
            "silent": lambda score: score.silent, "held": lambda score: score.total("held"),
            "open": lambda score: score.total("open_rows"), **_by_share(),
        },
    )  # fmt: skip
    idle = [score.agency for score in scores if score.idle]
    return await show_table(request, units, present, "quality", table, alerts=alerts, idle=idle, ranked=len(ranks))


@router.get("/{agency}")
async def show(
    request: Request, agency: Code, units: Units, present: QualityPresent,
    asked: Annotated[TableQuery, Depends(table_query(FEEDS))],
) -> Response:  # fmt: skip
    """Show one agency: its score now, month by month, and dataset by dataset."""
    words = words_of(request)
    try:
        async with units.begin("quality.show", acting(present)) as work:
            found = await read_agency(work, agency)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    feeds = [feed for score in found.scores for feed in score.feeds]
    table = in_memory(
        FEEDS, asked, feeds, cells=lambda feed: _feed_cells(words, feed),
        keys={
            "dataset": lambda feed: words.titles.dataset(feed.dataset), "last": lambda feed: feed.last_received,
            **{name: _figure(name) for name in ("deliveries", "rows", "rejected", "drifts")}, **_by_share(),
        },
    )  # fmt: skip
    return await show_table(
        request, units, present, "quality_agency", table, agency=agencies()[agency],
        score=found.scores[0] if found.scores else None, charts=_charts(words, found.months), alerts=found.alerts,
        reasons=found.reasons, held=len(found.held), open_rows=sum(feed.open_rows for feed in feeds),
        decides=present.role == "system" or present.agency == agency, scripts=("charts",),
    )  # fmt: skip


def _charts(words: Words, months: Sequence[tuple[datetime, Score]]) -> list[Chart]:
    """Return the index as bars and the shares as lines, month by month."""
    names = [f"{day_of(start):%Y-%m}" for start, _ in months]
    known = [(name, score.index) for name, (_, score) in zip(names, months, strict=True) if score.index is not None]
    if not known:
        return []
    month, last = known[-1]
    index = Chart(
        "index", "bar", words("index-finding", month=month, index=words.number(last)), names,
        [Series(words("quality-index"), [_number(score.index) for _, score in months])], unit=words("unit-points"),
    )  # fmt: skip
    shares = Chart(
        "shares", "line", words("shares-finding", month=month), names,
        [
            Series(words(name.replace("_", "-")), [_percent(getattr(score, name)) for _, score in months], tone)
            for name, tone in zip(SHARES, TONES, strict=True)
        ],
        unit="%",
    )  # fmt: skip
    return [index, shares]


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _percent(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value) * 100, 1)


def _by_share() -> dict[str, Callable[[Score | Feed], Decimal | None]]:
    return {name: _figure(name) for name in SHARES}


def _figure(name: str) -> Callable[[Score | Feed], Decimal | None]:
    def read(one: Score | Feed) -> Decimal | None:
        value: Decimal | None = getattr(one, name)
        return value

    return read


def _share(words: Words, value: Decimal | None) -> Content:
    return Cell(words("not-computable"), title=words("not-computable-why")) if value is None else words.percent(value)


def _score_cells(words: Words, score: Score, rank: int | None) -> list[Content]:
    index = None if score.index is None else words.number(score.index)
    return [
        rank,
        Cell(words.titles.agency(score.agency), f"/console/quality/{score.agency}"),
        index or Cell(words("not-computable"), title=words("not-computable-why")),
        *(_share(words, getattr(score, name)) for name in SHARES),
        Cell(words.number(score.silent), tone="bad") if score.silent else 0,
        score.total("held"),
        score.total("open_rows"),
    ]


def _feed_cells(words: Words, feed: Feed) -> list[Content]:
    return [
        Cell(words.titles.dataset(feed.dataset), f"/console/catalogue/{feed.dataset}"),
        Cell(words.moment(feed.last_received), tone="bad" if feed.silent else "") if feed.last_received else None,
        *(_share(words, getattr(feed, name)) if feed.last_received else None for name in SHARES),
        feed.deliveries,
        feed.rows,
        feed.rejected,
        feed.drifts,
    ]
