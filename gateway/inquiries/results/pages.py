"""What came of the institution's answers, on a page: figures, a chart of admission, and tables that are also files."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from gateway.console.chart import Chart, Series
from gateway.console.render import PageError
from gateway.console.table import Column, Content, Filter, TableQuery, TableSpec, in_memory, table_query
from gateway.console.words import Words, words_of
from gateway.inquiries.results.report import LONGEST_DAYS, Report, read_own_results
from gateway.inquiries.results.tally import NO_BAND
from gateway.inquiries.shown import product_text
from gateway.people.listing import show_table
from gateway.people.staff import Staff
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Units
from gateway.web.router import Router
from scoring_adapter.scorecard import load_scorecard

router = Router(prefix="/console/usage-results/report", include_in_schema=False)
SPEC = TableSpec(
    "usage-report",
    (
        Column("what", "usage-report-what"), Column("answers", "usage-report-answers", "number", sortable=True),
        Column("reported", "usage-report-reported", "number", sortable=True),
        Column("granted", "usage-report-granted", "number", sortable=True),
        Column("admission", "usage-report-admission", "number", sortable=True),
        Column("first", "usage-report-first", "number", sortable=True),
        Column("amount", "usage-report-amount", "number", sortable=True),
        Column("balance", "usage-report-balance", "number", sortable=True),
        Column("defaulted", "usage-report-defaulted", "number", sortable=True),
        Column("default", "usage-report-default", "number", sortable=True),
    ),
    (
        Filter("by", "usage-report-by", options=("band", "product"), prefix="usage-report-by-"),
        Filter("since", "from-day", "day"), Filter("until", "to-day", "day"),
    ),
)  # fmt: skip


SORTED = {
    "answers": "answers", "reported": "reported", "granted": "granted", "defaulted": "defaulted", "first": "first_time",
    "amount": "amount", "balance": "balance", "admission": "admission_rate", "default": "default_rate",
}  # fmt: skip


@router.get("")
async def show(
    request: Request, units: Units, staff: Staff, asked: Annotated[TableQuery, Depends(table_query(SPEC))]
) -> Response:
    """Show the report of a period, by default of the last year: by band, or by product and view."""
    words, chosen = words_of(request), asked.filters
    try:
        async with units.begin("usage.count", staff.reader) as work:
            found = await read_own_results(work, _day(chosen["since"]), _day(chosen["until"]))
    except (DeniedError, ValueError) as fault:
        raise PageError("usage-report-period", 400) from fault
    lines = found.products if chosen["by"] == "product" else found.bands
    table = in_memory(
        SPEC, asked, list(lines), cells=lambda one: _cells(one, words),
        keys={name: _number_of(of) for name, of in SORTED.items()},
    )  # fmt: skip
    return await show_table(
        request, units, staff.present, "usage_report_of", table, found=found, scripts=("charts",),
        chart=_chart(found, lines, words), days=LONGEST_DAYS, percent=lambda one: percent(one, words),
    )  # fmt: skip


def percent(share: str | None, words: Words) -> str:
    """Return a share as a percentage with two places; a dash of none."""
    return words("usage-report-percent", share=f"{Decimal(share) * 100:.2f}") if share is not None else "—"


def what_of(line: dict[str, Any], words: Words) -> str:
    """Return what a line is of: a product with its view, or with its band."""
    product = product_text(words, line["product"])
    if line.get("view"):
        return f"{product} · {words('view-version', name=line['view'], number=line['version'])}"
    if "band" not in line:
        return product
    none = line["band"] == NO_BAND
    return f"{product} · {words('usage-report-no-band') if none else _band(line['band'], words)}"


def _band(code: str, words: Words) -> str:
    """Return what the newest card calls a band; of another model's, its code."""
    found = next((one for one in load_scorecard().card.bands if one.id == code), None)
    return words.either(found.name.zh, found.name.en) if found else code


def _cells(one: dict[str, Any], words: Words) -> list[Content]:
    return [
        what_of(one, words), one["answers"], one["reported"], one["granted"], percent(one["admission_rate"], words),
        one["first_time"], one["amount"], one["balance"], one["defaulted"], percent(one["default_rate"], words),
    ]  # fmt: skip


def _chart(found: Report, lines: Sequence[dict[str, Any]], words: Words) -> Chart | None:
    if not found.total["reported"]:
        return None
    told = [one for one in lines if one["reported"]]
    return Chart(
        "usage-report", "across",
        words("usage-report-finding", granted=words.number(found.total["granted"]),
              reported=words.number(found.total["reported"]), first=words.number(found.total["first_time"])),
        [what_of(one, words) for one in told],
        [Series(words("usage-report-granted"), [one["granted"] for one in told], "ok"),
         Series(words("usage-report-refused"), [one["refused"] for one in told], "warn")],
        words("audit-unit-times"), stacked=True,
    )  # fmt: skip


def _day(said: str) -> date | None:
    return date.fromisoformat(said) if said else None


def _number_of(name: str) -> Callable[[dict[str, Any]], Decimal | None]:
    return lambda line: None if line[name] is None else Decimal(line[name])
