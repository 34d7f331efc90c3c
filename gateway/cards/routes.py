"""Released cards over HTTP: published, for institutions, operators and auditors."""

from typing import Annotated, Any

from fastapi import Depends, Path

from gateway.cards.listing import list_cards, show_card
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/cards", tags=["评分 Scores"])
Seeing = Annotated[UnitOfWork, Depends(working("inquiries", "admin", "audit"), scope="function")]
Number = Annotated[int, Path(ge=0, le=2**31 - 1, description="第几次启用 Which; 0 is the shipped one.")]


@router.get("", summary="评分卡的各次启用 Releases of the scorecard")
async def show(work: Seeing) -> dict[str, Any]:
    """Return every release, the newest first, and which is in force."""
    return {"cards": await list_cards(work)}


@router.get("/{number}", summary="一张评分卡 A scorecard")
async def show_one(work: Seeing, number: Number) -> dict[str, Any]:
    """Return a release with its card; operators and auditors are told the report it was tried with."""
    return await show_card(work, number)
