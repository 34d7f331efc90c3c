"""One site's figures day by day, each with the band it was or would be judged by; and its newest ratings."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.model.calendar import day_of
from connectors.model.folding import document_key
from gateway.runtime.work import UnitOfWork
from gateway.sites.days import Stand, bands_of
from gateway.sites.figures import read_figures
from gateway.sites.of_firms import read_of_firms
from gateway.sites.reading import SiteSeen
from gateway.sites.register import Firm, Placed
from gateway.sites.shown import DayShown, Rating
from gateway.sites.tables import SiteFirm
from risk_monitor.site_findings import Finding
from risk_monitor.site_names import SERIES, SeriesName
from risk_monitor.site_rules import WINDOW_DAYS

SHOWN_DAYS = 60
RATINGS, RATED_DAYS = "platform_rating", 366


async def read_series(work: UnitOfWork, seen: SiteSeen) -> dict[SeriesName, Sequence[DayShown]]:
    """Return 60 days of each series up to yesterday, of those that have a figure. Whoever asks has been let in."""
    session, last, site = work.session, day_of(work.now) - timedelta(days=1), seen.site
    placed = Placed(site.key, site.platforms, site.others, site.record_id, await _firms(session, seen))
    first = last - timedelta(days=SHOWN_DAYS + WINDOW_DAYS - 1)
    figures, stand = await read_figures(session, [placed], first, last), _stand(seen)
    shown: dict[SeriesName, Sequence[DayShown]] = {}
    for name in SERIES:
        if not figures.given[name].any() or not (name == "traffic" or figures.values[name].any()):
            continue
        days = []
        for at in range(WINDOW_DAYS, figures.days):
            band, given = bands_of(figures, stand, name, at), bool(figures.given[name][0, at])
            known = bool(band.known[0])
            days.append(
                DayShown(
                    first + timedelta(days=at), int(figures.values[name][0, at]) if given else None,
                    *(int(of[0]) if known else None for of in (band.expected, band.low, band.high)),
                )
            )  # fmt: skip
        shown[name] = days
    return shown


async def read_ratings(work: UnitOfWork, seen: SiteSeen) -> list[Rating]:
    """Return the newest rating of each rater in a year. Whoever asks has been let in."""
    last = day_of(work.now)
    firms = list(await _firms(work.session, seen))
    found: dict[str, Rating] = {}
    for one in await read_of_firms(work.session, firms, [RATINGS], last - timedelta(days=RATED_DAYS), last):
        rating = Rating(one.fields["rater"], one.fields.get("rating"), one.day)
        if document_key(one.fields["platform_id"]) in seen.site.platforms:
            kept = found.setdefault(rating.rater, rating)
            found[rating.rater] = max(kept, rating, key=lambda each: each.day)
    return sorted(found.values(), key=lambda each: each.day, reverse=True)


async def _firms(session: AsyncSession, seen: SiteSeen) -> dict[Firm, UUID]:
    rows = (await session.execute(select(SiteFirm).where(col(SiteFirm.site) == seen.site.key))).scalars()
    return {Firm(one.known_by, one.value, one.subject): one.record_id for one in rows}


def _stand(seen: SiteSeen) -> Stand:
    stand = Stand()
    for one in seen.findings:
        found = Finding(
            one.since, one.seen_on, one.value, one.expected, one.low, one.high, ended=one.ended, usual=one.usual
        )
        stand.take({(0, one.series, one.kind): found})  # type: ignore[dict-item]  # words the table checks
    return stand
