"""What is kept of the register and of findings: written by whoever judges, under its lock; over long ago, deleted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.runtime.work import UnitOfWork
from gateway.sites.days import Stand
from gateway.sites.register import Placed
from gateway.sites.tables import Site, SiteFirm
from risk_monitor.site_findings import Finding, Key
from risk_monitor.site_rules import VERSION

_FINDINGS = text("""
    SELECT site, series, kind, since, seen_on, value, expected, low, high, ended, usual FROM site_finding
    WHERE ended IS NULL OR ended > :first ORDER BY since
""")
_WRITE = text("""
    INSERT INTO site_finding (site, series, kind, since, seen_on, ended, usual, value, expected, low, high, version)
    VALUES (:site, :series, :kind, :since, :seen_on, :ended, :usual, :value, :expected, :low, :high, :version)
    ON CONFLICT (site, series, kind, since) DO UPDATE
    SET seen_on = excluded.seen_on, ended = excluded.ended, usual = excluded.usual, value = excluded.value
""")
_END_GONE = text("""
    UPDATE site_finding f SET ended = seen_on + 1
    WHERE ended IS NULL AND NOT EXISTS (SELECT FROM site s WHERE s.key = f.site)
""")

_FORGET = text("DELETE FROM site_finding WHERE ended < :first")


async def keep_register(session: AsyncSession, sites: Sequence[Placed]) -> None:
    """Write the register anew; what was found of a site that is no more has ended."""
    await session.execute(delete(SiteFirm))
    await session.execute(delete(Site))
    session.add_all(
        Site(key=one.key, platforms=one.platforms, others=one.others, record_id=one.record) for one in sites
    )
    rows = {
        (one.key, firm.known_by, firm.value): SiteFirm(
            site=one.key, known_by=firm.known_by, value=firm.value, subject=firm.subject, record_id=record
        )
        for one in sites
        for firm, record in one.firms.items()
    }
    session.add_all(rows.values())
    await session.flush()
    await session.execute(_END_GONE)


async def load_stand(session: AsyncSession, sites: Sequence[Placed], first: date) -> Stand:
    """Return the findings of these sites that stand, or ended after a day; rows are as the sites come."""
    rows, stand = {one.key: row for row, one in enumerate(sites)}, Stand()
    for site, series, kind, *found in await session.execute(_FINDINGS, {"first": first}):
        if site in rows:
            stand.take({(rows[site], series, kind): Finding(*found)})
    return stand


async def write_findings(session: AsyncSession, sites: Sequence[Placed], found: Mapping[Key, Finding]) -> None:
    """Write the findings of a day that changed."""
    values = [
        {**vars(one), "site": sites[row].key, "series": series, "kind": kind, "version": VERSION}
        for (row, series, kind), one in sorted(found.items())
    ]
    if values:
        await session.execute(_WRITE, values)


async def forget_findings(work: UnitOfWork, keep_days: int) -> None:
    """Delete the findings that ended before the last so many days; what stands is never deleted."""
    await work.session.execute(_FORGET, {"first": day_of(work.now) - timedelta(days=keep_days)})


def told(sites: Sequence[Placed], found: Iterable[tuple[Key, Finding]]) -> list[list[object]]:
    """Return findings as the log's digest covers them."""
    return [
        [
            sites[row].key, series, kind, one.since.isoformat(), one.seen_on.isoformat(),
            one.ended.isoformat() if one.ended else None, one.value, one.expected, one.low, one.high,
        ]
        for (row, series, kind), one in sorted(found)
    ]  # fmt: skip
