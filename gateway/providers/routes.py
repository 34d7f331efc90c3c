"""Providers over HTTP, for operators and auditors; they are changed with actions that two people make."""

from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.providers.days import LONGEST_DAYS, list_days
from gateway.providers.setting import list_in_force, list_versions
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/admin/providers", tags=["管理 Administration"])
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Which = Annotated[str | None, Query(max_length=63, description="评分提供方 That of this provider.")]
Days = Annotated[int, Query(ge=1, le=LONGEST_DAYS, description="几天，含今天 Of so many days, today too.")]


@router.get("", summary="评分提供方 Providers of scores")
async def show(work: Seeing, provider: Which = None) -> dict[str, Any]:
    """Return every registered provider as it stands; of one that is named, every version of its terms."""
    return {"providers": await (list_versions(work, provider) if provider else list_in_force(work))}


@router.get("/days", summary="评分提供方逐日记录 What providers answered, day by day")
async def days(work: Seeing, provider: Which = None, days: Days = 30) -> dict[str, Any]:
    """Return how often each was asked, how it ended, how long it took (bounds in ms) and in how many tries."""
    return {"days": await list_days(work, provider, days)}
