"""Platforms at the console, for those who oversee: which stand out, and one with its figures and bands."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request
from fastapi import Path as PathParameter
from fastapi.responses import Response

from gateway.console.chart import Chart, Series
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, TableQuery, TableSpec, Tone, in_memory, table_query
from gateway.console.words import NOTHING, Words, words_of
from gateway.people.acting import acting
from gateway.people.guard import OverseerPresent
from gateway.people.listing import show_table
from gateway.runtime.denial import DeniedError
from gateway.sites.reading import FirmSeen, SiteSeen, read_site, read_sites
from gateway.sites.shown import DayShown, read_shown
from gateway.sites.tables import SiteDay, SiteFinding
from gateway.web.dependencies import Units
from gateway.web.router import Router
from risk_monitor.site_keys import kind_of, readable
from risk_monitor.site_names import KINDS, SERIES

router = Router(prefix="/console", include_in_schema=False)
Address = Annotated[str, PathParameter(max_length=300)]
TONES: dict[str, Tone] = {"spike": "warn", "fall": "bad", "unreported": "bad"}
SITES = TableSpec(
    "sites",
    (
        Column("site", "site-platform", sortable=True), Column("kind", "site-kind"), Column("firms", "site-firms"),
        Column("findings", "site-findings", sortable=True), Column("since", "site-since", kind="time", sortable=True),
    ),
    (
        Filter("finding", "site-finding", options=KINDS, prefix="site-finding-"),
        Filter("series", "site-series", options=SERIES, prefix="site-series-"),
        Filter("place", "site-place", options=("inside", "outside"), prefix="site-place-"),
        Filter("changed", "site-changed", options=("today",), prefix="site-changed-"),
    ),
)  # fmt: skip


@router.get("/sites")
async def sites(
    request: Request, units: Units, present: OverseerPresent, asked: Annotated[TableQuery, Depends(table_query(SITES))]
) -> Response:
    """Show the platforms, those with the newest finding first."""
    words = words_of(request)
    async with units.begin("sites.show", acting(present)) as work:
        found = await read_sites(work)
    chosen = [one for one in found.sites if _is_asked_for(one, asked, found.day)]
    table = in_memory(
        SITES, asked, chosen, cells=lambda one: _site(words, one),
        keys={
            "site": lambda one: one.name or one.site.key, "findings": lambda one: len(one.standing),
            "since": lambda one: max((each.since for each in one.standing), default=None),
        },
    )  # fmt: skip
    return await show_table(request, units, present, "sites", table, day=found.day)


@router.get("/sites/{site}")
async def site(request: Request, units: Units, present: OverseerPresent, site: Address) -> Response:
    """Show one platform: its figures with their bands, what was found, whose it is."""
    words = words_of(request)
    try:
        async with units.begin("sites.show", acting(present)) as work:
            seen = await read_site(work, site)
            shown = await read_shown(work, seen)
    except DeniedError as fault:
        raise PageError("not-found", 404) from fault
    charts = [_chart(words, seen, name, days) for name, days in shown.series.items()]
    return page(
        request, "site", present, seen=seen, charts=charts, ratings=shown.ratings, tones=TONES,
        kind=kind_of(seen.site.key), readable=readable, scripts=("charts",) if charts else (),
        crumbs=[(seen.name or readable(seen.site.key), "")],
    )  # fmt: skip


def _is_asked_for(one: SiteSeen, asked: TableQuery, day: SiteDay | None) -> bool:
    wanted = asked.filters
    standing = [
        each for each in one.standing
        if wanted["finding"] in {"", each.kind} and wanted["series"] in {"", each.series}
        and (not wanted["changed"] or (day is not None and each.since >= day.day))
    ]  # fmt: skip
    narrowed = wanted["finding"] or wanted["series"] or wanted["changed"]
    inside = any(firm.inside for firm in one.firms)
    return (bool(standing) or not narrowed) and wanted["place"] in {"", "inside" if inside else "outside"}


def _site(words: Words, one: SiteSeen) -> list[Content]:
    key = one.site.key
    since = max((each.since for each in one.standing), default=None)
    tone: Tone = max((TONES[each.kind] for each in one.standing), key=("warn", "bad").index) if one.standing else ""
    said = words.listed(_named(words, each) for each in one.standing)
    return [
        Cell(one.name or readable(key), href=f"/console/sites/{key}", sub=readable(key) if one.name else ""),
        words(f"site-kind-{kind_of(key)}"),
        words.listed(_firm(words, each) for each in one.firms) or NOTHING,
        Cell(said or NOTHING, tone=tone),
        words.day(since),
    ]


def _firm(words: Words, one: FirmSeen) -> str:
    name = one.name or one.uscc or words("risk-unnamed")
    return name if one.inside else words("site-outside", name=name)


def _named(words: Words, one: SiteFinding) -> str:
    return words("site-found", series=words(f"site-series-{one.series}"), kind=words(f"site-finding-{one.kind}"))


def _chart(words: Words, seen: SiteSeen, name: str, days: Sequence[DayShown]) -> Chart:
    """Return a series with its band; the days of findings are marked."""
    of_it = [one for one in seen.findings if one.series == name]
    marked = [
        (each.value or 0) if any(one.since <= each.day <= one.seen_on for one in of_it) else None for each in days
    ]  # fmt: skip
    number = sum(value is not None for value in marked)
    label = words(f"site-series-{name}")
    finding = words.count("site-days-out", number, series=label) if number else words("site-ordinary", series=label)
    series = [
        Series(label, [each.value for each in days]),
        Series(words("site-high"), [each.high for each in days], "2", dashed=True),
        Series(words("site-expected"), [each.expected for each in days], "3", dashed=True),
        Series(words("site-low"), [each.low or None for each in days], "4", dashed=True),
    ]
    if number:
        series.append(Series(words("site-marked"), marked, "bad", "bar"))
    return Chart(name, "line", finding, [words.day(each.day) for each in days], series)
