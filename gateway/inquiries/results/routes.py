"""What came of answers, counted, over HTTP: an institution reads its own, operators and auditors those of others."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.inquiries.results.report import read_own_results, read_results, report_document
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["回流 Feedback"])
Own = Annotated[UnitOfWork, Depends(working("usage-results"), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Since = Annotated[date | None, Query(description="起始日，默认一年前 The first day; a year ago by default.")]
Until = Annotated[date | None, Query(description="截止日，含当日，默认今天 The last day, included; today by default.")]
Whose = Annotated[str | None, Query(max_length=63, description="机构 Those of this institution.")]


@router.get("/usage-report", summary="应用结果统计 What came of answers")
async def own(work: Own, since: Since = None, until: Until = None) -> dict[str, Any]:
    """Return what came of the own institution's answers of a period: admission, first-time borrowers, amounts, balances
    and defaults, in all, by product and view, and by band.
    """
    return report_document(await read_own_results(work, since, until))


@router.get("/admin/usage-report", summary="各机构的应用结果统计 What came of answers of others")
async def of_others(
    work: Seeing, institution: Whose = None, since: Since = None, until: Until = None
) -> dict[str, Any]:  # fmt: skip
    """Return the same of one institution, or of all together; what could tell of a single enterprise is null."""
    return report_document(await read_results(work, institution, since, until))
