"""The quota on a page: what was used of it, by day, account and product, and how long it will last at this pace."""

from fastapi import Request
from fastapi.responses import Response

from gateway.console.chart import Chart, Series
from gateway.console.render import page
from gateway.console.words import Words, words_of
from gateway.people.staff import Staff
from gateway.quota.products import PRODUCTS
from gateway.quota.use import Holder, QuotaUse, read_quota_use
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/console/quota", include_in_schema=False)


@router.get("")
async def show(request: Request, units: Units, staff: Staff) -> Response:
    """Show the institution's quota and its accounts'."""
    async with units.begin("quota.show", staff.reader) as work:
        use = await read_quota_use(work)
    words = words_of(request)
    return page(
        request, "quota", staff.present, scripts=("charts",), use=use, whole=use.institution, products=list(PRODUCTS),
        by_day=_by_day(use, words), ahead=ahead(use.institution, words), told={
            holder.id: ahead(holder, words) for holder in use.holders[1:]
        },
    )  # fmt: skip


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


def _by_day(use: QuotaUse, words: Words) -> Chart:
    days, used = use.days, use.institution.by_day
    most = max(days, key=lambda day: used.get(day, 0))
    finding = words(
        "quota-chart", total=words.number(use.institution.used_month), most=words.number(used.get(most, 0)),
        day=words.day(most),
    )  # fmt: skip
    figures = [used.get(day, 0) for day in days]
    return Chart(
        "quota-by-day", "bar", finding, [f"{day:%m-%d}" for day in days], [Series(words("quota-used"), figures)],
        words("units-unit"),
    )  # fmt: skip
