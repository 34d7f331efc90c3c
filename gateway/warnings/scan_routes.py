"""Joint scans over HTTP: put, how far they are, what was found of each enterprise."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from gateway.identity.caller import require, working
from gateway.inquiries.asking import Name
from gateway.inquiries.batches.routes import Key
from gateway.inquiries.dependencies import TheProviders
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.warnings.documents import scan_document
from gateway.warnings.routes import Code, Secrets
from gateway.warnings.scan_rows import scanned, scanned_document
from gateway.warnings.scanning import MOST_SCANNED, ScanRequest, get_scan, list_scans, open_scan
from gateway.web.dependencies import Units
from gateway.web.problems import problem
from gateway.web.router import Router

router = Router(prefix="/v1/joint-scans", tags=["风险预警 Warnings"])
Asker = Annotated[Actor, Depends(require("inquiries"), scope="function")]
Working = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
LARGEST_SCAN = 128 * 1024
MOST_ROWS = 100


class Customers(BaseModel):
    """Customers to be asked about together."""

    model_config = ConfigDict(extra="forbid")

    provider: Annotated[Name, Field(description="联合应答的名称 The joint answer's name.")]
    subjects: Annotated[
        list[Code] | None,
        Field(min_length=1, max_length=MOST_SCANNED, description="不写为全部已订阅的企业 Left out: all subscribed."),
    ] = None


@router.post("", summary="联合扫描 Scan customers", status_code=202, max_body_size=LARGEST_SCAN)
async def scan(
    asked: Customers, request: Request, units: Units, protector: Secrets, caller: Asker, key: Key
) -> Response:
    """Have the watch and a joint answer asked about each of these enterprises; the same key again is the same scan.

    All or none: where the quota has no room for all, none is asked. The worker asks; how far it is stands at the scan.
    """
    wanted = ScanRequest(key, asked.subjects, asked.provider)
    async with units.begin("joint-scan.open", caller) as work:
        opened = await open_scan(work, protector, wanted)
        if isinstance(opened, Denial):
            return problem(request, opened)
        found, _ = await get_scan(work, opened.scan_id)
    return JSONResponse(scan_document(found), status_code=202)


@router.get("", summary="联合扫描的列表 Scans")
async def scans(work: Working, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> dict[str, Any]:
    """Return the institution's scans, newest first, with how far each is."""
    return {"scans": [scan_document(row) for row in await list_scans(work, limit)]}


@router.get("/{scan_id}", summary="联合扫描的进度和结果 How far a scan is, and what was found")
async def show(
    scan_id: UUID,
    units: Units,
    providers: TheProviders,
    protector: Secrets,
    caller: Asker,
    after: Annotated[int, Query(ge=0, le=MOST_SCANNED, description="自此序号之后 After this number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = MOST_ROWS,
) -> dict[str, Any]:
    """Return how far a scan is, and of some of its enterprises each part: the watch's level, each score's band, or the
    fault that kept it away. What is answered is given again as standing and consent permit by now.
    """
    async with units.begin("joint-scan.show", caller) as work:
        found, batches = await get_scan(work, scan_id)
    rows = await scanned(units, providers, protector, caller, batches, after + 1, after + limit)
    following = rows[-1].number if rows and rows[-1].number < found.total else None
    return {**scan_document(found), "enterprises": [scanned_document(one) for one in rows], "next": following}
