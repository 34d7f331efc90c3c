"""The quota on a page: what was used of it, by day, account and product, and how long it will last at this pace."""

from typing import Any, get_args

from fastapi import Request
from fastapi.responses import Response

from gateway.console.chart import Chart, Series
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.people.staff import Staff
from gateway.quota.forecast import Forecast
from gateway.quota.month_routes import months_csv
from gateway.quota.months import find_totals
from gateway.quota.products import PRODUCTS
from gateway.quota.routes import Csv
from gateway.quota.use import Holder, QuotaUse, read_quota_use
from gateway.rates.limits import DEFAULTS, Measure, RateLimits, read_rate_limits
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/quota", include_in_schema=False)
MOST_SHOWN = 500


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show the institution's quota and its accounts'."""
    async with units.begin("quota.show", staff.reader) as work:
        use = await read_quota_use(work)
        months, limits = await _months(work, use), await read_rate_limits(work.session)
    words = words_of(request)
    return page(
        request, "quota", staff.present, scripts=("charts",), use=use, whole=use.institution, products=list(PRODUCTS),
        by_day=_by_day(use, words), ahead=ahead(use.institution, words), told={
            holder.id: ahead(holder, words) for holder in use.holders[1:]
        },
        pace=pace_note(use.institution.forecast, words), months=months,
        rates=[(holder, own_rates(limits, holder)) for holder in use.holders],
        measures=get_args(Measure),
    )  # fmt: skip


@router.get("/months.csv")
async def download(units: Units, staff: Staff) -> Response:
    """Return the closed months of the institution and its accounts as a file."""
    async with units.begin("quota.months", staff.reader) as work:
        content = months_csv(await _months(work, await read_quota_use(work)))
    headers = {"Content-Disposition": 'attachment; filename="quota-months.csv"'}
    return Csv(content, headers=headers)


async def _months(work: UnitOfWork, use: QuotaUse) -> list[dict[str, Any]]:
    """Return the closed months of the acting person's institution and of its accounts, newest first."""
    institution = work.actor.institution_id or ""
    accounts = [holder.id for holder in use.holders[1:]]
    found = [
        *await find_totals(work, scope="institution", ids=[institution], limit=MOST_SHOWN),
        *await find_totals(work, scope="account", ids=accounts, limit=MOST_SHOWN),
    ]
    return sorted(found, key=lambda one: one["month"], reverse=True)


def own_rates(limits: RateLimits, holder: Holder) -> dict[str, int]:
    """Return how fast and how much at once a holder may ask, by measure."""
    return {
        measure: limits.most(scope, holder.id, measure) for scope, measure in DEFAULTS if scope == holder.scope
    }  # fmt: skip


def ahead(holder: Holder, words: Words) -> str:
    """Return how long a quota will last, in words."""
    told = holder.forecast
    if holder.per_month is None:
        return words("quota-no-plan")
    expected = words.number(told.expected)
    if told.runs_out is None:
        return words("quota-lasts", expected=expected)
    if holder.used_month >= holder.per_month:
        return words("quota-used-up")
    return words("quota-runs-out", day=words.day(told.runs_out), expected=expected)


def pace_note(told: Forecast, words: Words) -> str:
    """Return what the pace is the mean of: on the first day of use that day alone."""
    return words.count("quota-pace-note", told.days) if told.days else words("quota-pace-today")


def _by_day(use: QuotaUse, words: Words) -> Chart:
    days, used = use.days, use.institution.by_day
    most = max(days, key=lambda day: used.get(day, 0))
    finding = words("quota-chart-none") if not used.get(most) else words(
        "quota-chart", total=words.number(use.institution.used_month), most=words.number(used[most]),
        day=words.day(most),
    )  # fmt: skip
    figures = [used.get(day, 0) for day in days]
    return Chart(
        "quota-by-day", "bar", finding, [f"{day:%m-%d}" for day in days], [Series(words("quota-used"), figures)],
        words("units-unit"),
    )  # fmt: skip
