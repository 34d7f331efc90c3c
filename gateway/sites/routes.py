"""Platforms over HTTP, for those who oversee."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query

from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.sites.documents import site_document, sites_document
from gateway.sites.reading import MOST, read_site, read_sites
from gateway.sites.shown import read_shown
from gateway.web.router import Router
from risk_monitor.site_names import FindingKind, SeriesName

router = Router(prefix="/v1", tags=["平台监测 Platform watch"])
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Address = Annotated[
    str, Path(max_length=300, description="网站域名，或“商店:应用标识” Its site, or its store and id there.")
]


@router.get("/sites", summary="互联网金融平台 Internet-finance platforms")
async def sites(
    work: Overseeing,
    kind: Annotated[FindingKind | None, Query(description="有此类异常的 With a finding of this kind.")] = None,
    series: Annotated[SeriesName | None, Query(description="此序列有异常的 With a finding of this series.")] = None,
    since: Annotated[date | None, Query(description="自该日起出现的 That opened on this day or later.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> dict[str, Any]:
    """Return platforms wherever their firms are, those with the newest finding first, each with what stands of it.

    `day` tells of the last day judged; `silent` says that the feed of traffic itself said nothing on it.
    """
    return sites_document(await read_sites(work, kind, series, since, limit))


@router.get("/sites/{site}", summary="一个平台 One platform")
async def site(site: Address, work: Overseeing) -> dict[str, Any]:
    """Return a platform by any of its addresses: whose it is, all findings, 60 days of figures with their bands."""
    seen = await read_site(work, site)
    return site_document(seen, await read_shown(work, seen))
