"""What was asked, counted, at the console; and the inquiries behind each figure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request
from fastapi.responses import Response

from connectors.model.calendar import NIGHT, day_ends, day_of, day_starts
from gateway.console.chart import Chart, Series
from gateway.console.render import PageError, page
from gateway.console.table import Cell, Column, Content, Filter, Table, TableQuery, TableSpec, table_query
from gateway.console.words import Words, words_of
from gateway.evidence.wording import (
    Names,
    asked_in_words,
    find_names,
    institution_meant,
    outcome_in_words,
    outcome_meant,
    reason_in_words,
)  # fmt: skip
from gateway.inquiries.asked import AskedFilter
from gateway.inquiries.questions import Question
from gateway.inquiries.statistics import Period
from gateway.people.acting import acting
from gateway.people.guard import AuditorPresent
from gateway.people.listing import show_table
from gateway.questions.one import list_behind
from gateway.questions.pages import basis, by_whom
from gateway.questions.patterns import REPEATED_FROM, SHARED_FROM, UNUSUAL_FROM, UNUSUAL_PERCENT
from gateway.questions.statistics import DEFAULT_DAYS, LONGEST_DAYS, Part, Statistics, read_statistics
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/audit", include_in_schema=False)
ROWS = "/console/audit/inquiries"
MOST_BARS = 12
BEHIND = TableSpec(
    "audit-inquiries",
    (
        Column("when", "audit-when", "time"), Column("institution", "audit-institution-by"),
        Column("about", "audit-about"), Column("what", "audit-asked-for"), Column("ending", "outcome"),
        Column("why", "audit-basis"),
    ),
    (
        Filter("institution", "institution", "text"), Filter("account", "audit-account", "text"),
        Filter("uscc", "audit-code", "text"), Filter("outcome", "outcome", "text"),
        Filter("time", "audit-time", options=("night", "weekend"), prefix="audit-time-"),
        Filter("hours", "audit-hours", "text"), Filter("since", "audit-since", "day"),
        Filter("until", "audit-until", "day"),
    ),
)  # fmt: skip


@router.get("/statistics")
async def statistics(
    request: Request, units: Units, present: AuditorPresent, part: Part = "endings", since: str = "", until: str = ""
) -> Response:
    """Show one part of what is counted of a period: by default the last 30 days."""
    words = words_of(request)
    fault = ""
    try:
        first, last = _days(since, until)
    except ValueError:
        fault, (first, last) = "audit-period-wrong", _days("", "")
    async with units.begin("statistics.show", acting(present)) as work:
        begins, ends = day_starts(first), day_ends(last)
        counted = await read_statistics(work, begins, ends, [part])
        names = await find_names(
            work.session, words, institutions=[*counted.institutions, *(one.institution for one in counted.repeated)],
            codes=[*(one.uscc for one in counted.shared), *(one.uscc for one in counted.repeated)],
        )  # fmt: skip
    span = {"since": first.isoformat(), "until": last.isoformat()}
    tabs = [
        (words(f"audit-part-{one}"), f"/console/audit/statistics?{urlencode({'part': one, **span})}", one == part)
        for one in get_args(Part)
    ]
    return page(
        request, "audit_statistics", present, status=400 if fault else 200, scripts=("charts",), part=part, tabs=tabs,
        span=span, counted=counted, names=names, fault=fault, charts=_charts(words, names, counted, part),
        rows=lambda **more: f"{ROWS}?{urlencode({**span, **more})}",
        reason=lambda one: reason_in_words(words, one), product=lambda one: asked_in_words(words, "product", one),
        thresholds={
            "shared": SHARED_FROM, "repeated": REPEATED_FROM, "least": UNUSUAL_FROM, "percent": UNUSUAL_PERCENT,
            "days": LONGEST_DAYS,
        },
    )  # fmt: skip


@router.get("/inquiries")
async def inquiries(
    request: Request,
    units: Units,
    present: AuditorPresent,
    asked: Annotated[TableQuery, Depends(table_query(BEHIND))],
) -> Response:
    """Show the inquiries behind a figure, newest first."""
    words = words_of(request)
    try:
        before = UUID(asked.after) if asked.after else None
        async with units.begin("inquiries.show", acting(present)) as work:
            found = await list_behind(work, await _wanted(work, words, asked.filters), before, asked.limit + 1)
            names = await find_names(
                work.session, words, institutions=[one.institution for one, _ in found],
                actors=[one.person for one, _ in found if one.person],
                codes=[code for _, code in found],
            )  # fmt: skip
    except (DeniedError, ValueError) as fault:
        raise PageError("audit-filter-wrong", 400) from fault
    shown = found[: asked.limit]
    table = Table(
        BEHIND, asked, [_row(names, one, code) for one, code in shown],
        following=str(shown[-1][0].id) if len(found) > asked.limit else "",
    )  # fmt: skip
    return await show_table(request, units, present, "audit_inquiries", table, days=DEFAULT_DAYS)


def _days(since: str, until: str) -> tuple[date, date]:
    """Return the first and the last day of a period. Raises ValueError for none, or too long a one."""
    last = date.fromisoformat(until) if until else day_of(now())
    first = date.fromisoformat(since) if since else last - timedelta(days=DEFAULT_DAYS - 1)
    if not timedelta() <= last - first < timedelta(days=LONGEST_DAYS) or not 2000 <= first.year <= last.year < 2200:
        raise ValueError(first, last)
    return first, last


async def _wanted(work: UnitOfWork, words: Words, filters: Mapping[str, str]) -> AskedFilter:
    first, last = _days(filters["since"], filters["until"])
    period = Period(day_starts(first), day_ends(last))
    said, hours = filters["institution"], filters["hours"]
    return AskedFilter(
        period,
        institution=await institution_meant(work.session, said) if said else None,
        account=filters["account"] or None,
        uscc=_code(filters["uscc"]) or None,
        outcome=outcome_meant(words, filters["outcome"]) if filters["outcome"] else None,
        weekend=True if filters["time"] == "weekend" else None,
        hours=sorted(NIGHT) if filters["time"] == "night" else _hours(hours) if hours else None,
    )


def _code(said: str) -> str:
    """Return a code as inquiries hold it; what was typed and was none is held by its hash."""
    return said if ":" in said else said.upper()


def _hours(said: str) -> list[int]:
    """Read hours of the day, such as "2,3". Raises ValueError."""
    hours = [int(one) for one in said.split(",")]
    if not all(0 <= hour < 24 for hour in hours):
        raise ValueError(said)
    return hours


def _charts(words: Words, names: Names, counted: Statistics, part: str) -> dict[str, Chart]:
    unit = words("audit-unit-times")
    if part == "endings" and counted.asked:
        most = list(counted.institutions.items())[:MOST_BARS]
        why = list(counted.reasons)[:MOST_BARS]
        first, number = most[0]
        made = {
            "institutions": Chart(
                "institutions", "across",
                words("audit-most-asked", institution=names.institution(first), times=words.number(number)),
                [names.institution(one) for one, _ in most],
                [Series(words("audit-asked"), [number for _, number in most])], unit,
            ),
        }  # fmt: skip
        if why:
            made["reasons"] = Chart(
                "reasons", "across",
                words("audit-most-denied", reason=reason_in_words(words, why[0][0]), times=words.number(why[0][1])),
                [reason_in_words(words, reason) for reason, _ in why],
                [Series(words("audit-refused"), [number for _, number in why], "bad")], unit,
            )  # fmt: skip
        return made
    if part == "hours" and any((*counted.weekdays, *counted.weekends)):
        finding = words(
            "audit-hours-found", nights=words.number(counted.nights), weekends=words.number(sum(counted.weekends))
        )
        return {
            "hours": Chart(
                "hours", "bar", finding, [f"{hour:02}" for hour in range(24)],
                [Series(words("audit-weekdays"), counted.weekdays),
                 Series(words("audit-weekends"), counted.weekends, "3")],
                unit, stacked=True,
            )
        }  # fmt: skip
    return {}


def _row(names: Names, one: Question, uscc: str) -> list[Content]:
    words = names.words
    ending, tone = outcome_in_words(words, one.outcome)
    products = "、".join(asked_in_words(words, "product", product) for product in one.products)
    known: Any = names.enterprise(uscc)
    return [
        Cell(words.moment(one.asked_at), f"/console/audit/inquiries/{one.id}"),
        Cell(names.institution(one.institution), sub=by_whom(names, one)),
        Cell(known, sub=uscc if known != uscc and ":" not in uscc else ""),
        Cell(products, sub=asked_in_words(words, "purpose", one.purpose)),
        Cell(ending, tone=tone),
        Cell(basis(words, one)),
    ]
