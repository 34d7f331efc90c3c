"""Platforms as those who oversee see them: all with what was found, one with its figures. Each look is an entry."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from connectors.personal.sealing import is_sealed
from connectors.store.numbers import find_by_numbers
from connectors.store.subjects import Subject
from gateway.records.access import demand_overseer
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.sites.tables import Site, SiteDay, SiteFinding, SiteFirm
from risk_monitor.site_keys import find_site_key

MOST = 10_000
_SAID = text("SELECT record_id, canonical FROM record WHERE record_id = ANY(CAST(:records AS uuid[]))")
_REGISTERED = text("SELECT number FROM subject WHERE number = ANY(CAST(:numbers AS bigint[])) AND name IS NOT NULL")
_CODE = "uscc"


@dataclass(frozen=True)
class FirmSeen:
    """Whose a site is: the code and the name as far as they are known and nobody's personal data; `inside` the city's
    register or not. One outside is looked at for risks too, where it has a code.
    """

    uscc: str | None
    name: str | None
    inside: bool


@dataclass(frozen=True)
class SiteSeen:
    """A site: its profile's facts (None without one), its firms, and its findings, those that stand first."""

    site: Site
    name: str | None
    profile: Mapping[str, Any] | None
    firms: Sequence[FirmSeen]
    findings: Sequence[SiteFinding]

    @property
    def standing(self) -> Sequence[SiteFinding]:
        """The findings that have not ended."""
        return [one for one in self.findings if one.ended is None]


@dataclass(frozen=True)
class Sites:
    """Sites, those with what was found last first; `day` is the last day judged, None before it."""

    day: SiteDay | None
    sites: Sequence[SiteSeen]


async def read_sites(
    work: UnitOfWork,
    kind: str | None = None,
    series: str | None = None,
    since: date | None = None,
    most: int = MOST,
) -> Sites:
    """Return all sites, or those of which something stands that is of a kind, of a series, opened since a day; that it
    was read is recorded.

    Raises DeniedError for whoever does not oversee.
    """
    demand_overseer(work)
    session = work.session
    findings = (await session.execute(select(SiteFinding).where(col(SiteFinding.ended).is_(None)))).scalars().all()
    narrowed = kind is not None or series is not None or since is not None
    chosen = {
        one.site for one in findings
        if kind in {None, one.kind} and series in {None, one.series} and (since is None or one.since >= since)
    }  # fmt: skip
    sites = (await session.execute(select(Site).order_by(col(Site.key)))).scalars().all()
    newest = {one.site: one.since for one in sorted(findings, key=lambda one: one.since)}
    wanted = [one for one in sites if not narrowed or one.key in chosen]
    wanted.sort(key=lambda one: newest.get(one.key, date.min), reverse=True)
    seen = await _seen(session, wanted[:most], findings)
    await work.record("site.read", {"view": "list", "found": len(seen)}, outcome="read")
    return Sites(await find_day(session), seen)


async def read_site(work: UnitOfWork, address: str) -> SiteSeen:
    """Return one site by any of its addresses, with all that was ever found of it; that is recorded.

    Raises DeniedError for whoever does not oversee, and where there is no such site.
    """
    demand_overseer(work)
    key = find_site_key(address)
    its_own, other = col(Site.key) == key, col(Site.others).contains([key])
    found = select(Site).where(its_own | other).order_by(its_own.desc(), col(Site.key)).limit(1)
    site = (await work.session.execute(found)).scalars().one_or_none() if key else None
    if site is None:
        raise DeniedError("site-not-found", "没有此平台。There is no such platform.")
    findings = select(SiteFinding).where(col(SiteFinding.site) == site.key)
    told = (await work.session.execute(findings)).scalars().all()
    [seen] = await _seen(work.session, [site], told)
    await work.record("site.read", {"view": "site", "found": len(seen.findings)}, outcome="read")
    return seen


async def find_day(session: AsyncSession) -> SiteDay | None:
    """Return the last day that was judged."""
    day = select(SiteDay).order_by(col(SiteDay.day).desc()).limit(1)
    return (await session.execute(day)).scalars().one_or_none()


async def read_sites_of(session: AsyncSession, subject: int) -> Sequence[SiteSeen]:
    """Return the sites of an enterprise of the city's register, by its number, with what stands of them.

    Whoever asks has been let in, and notes it.
    """
    of_firm = select(SiteFirm.site).where(col(SiteFirm.subject) == subject)
    sites = (await session.execute(select(Site).where(col(Site.key).in_(of_firm)).order_by(col(Site.key)))).scalars()
    standing = select(SiteFinding).where(col(SiteFinding.site).in_(of_firm), col(SiteFinding.ended).is_(None))
    return await _seen(session, sites.all(), (await session.execute(standing)).scalars().all())


async def _seen(session: AsyncSession, sites: Sequence[Site], findings: Sequence[SiteFinding]) -> list[SiteSeen]:
    keys = [one.key for one in sites]
    firms = (await session.execute(select(SiteFirm).where(col(SiteFirm.site).in_(keys)))).scalars().all()
    records = [one.record_id for one in sites if one.record_id] + [one.record_id for one in firms]
    said = await _said(session, records)
    numbers = sorted({one.subject for one in firms if one.subject is not None})
    subjects = await find_by_numbers(session, numbers)
    registered = set((await session.execute(_REGISTERED, {"numbers": numbers})).scalars())
    of_site: dict[str, list[FirmSeen]] = {}
    for firm in firms:
        of_site.setdefault(firm.site, []).append(_firm(firm, said, subjects, registered))
    found: dict[str, list[SiteFinding]] = {}
    for one in sorted(findings, key=lambda one: (one.ended is None, one.since), reverse=True):
        found.setdefault(one.site, []).append(one)
    seen = []
    for site in sites:
        profile = said[site.record_id]["fields"] if site.record_id in said else None
        name = profile.get("platform_name") or profile.get("app_name") if profile else None
        seen.append(SiteSeen(site, name, profile, _once(of_site.get(site.key, [])), found.get(site.key, [])))
    return seen


async def _said(session: AsyncSession, records: Sequence[UUID]) -> dict[UUID | None, dict[str, Any]]:
    rows = await session.execute(_SAID, {"records": records})
    return {record: orjson.loads(canonical) for record, canonical in rows if canonical is not None}


def _firm(
    firm: SiteFirm,
    said: Mapping[UUID | None, Mapping[str, Any]],
    subjects: Mapping[int, Subject],
    registered: Container[int | None],
) -> FirmSeen:
    known = subjects.get(firm.subject or 0)
    if known and firm.subject in registered:
        return FirmSeen(known.uscc, known.name, inside=True)
    name = said[firm.record_id].get("name") if firm.record_id in said else None
    code = known.uscc if known else firm.value if firm.known_by == _CODE else None
    return FirmSeen(code, None if is_sealed(name) else name, inside=False)


def _once(firms: Sequence[FirmSeen]) -> list[FirmSeen]:
    """Return each firm once, those of the city first; one known by a code and by its name is one."""
    coded = {one.name for one in firms if one.uscc and one.name}
    kept = [one for one in dict.fromkeys(firms) if one.uscc or one.name not in coded]
    return sorted(kept, key=lambda one: (not one.inside, one.uscc or "", one.name or ""))
