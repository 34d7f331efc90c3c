"""Scores of all enterprises over HTTP, for those who oversee them."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query

from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.scores.challenger_nights import MOST_NIGHTS, list_nights, night_document
from gateway.scores.documents import movers_document
from gateway.scores.movers import MOST, read_movers
from gateway.web.router import Router

router = Router(prefix="/v1/scores", tags=["评分 Scores"])
Running = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]


@router.get("/movers", summary="评分变动 Whose score moved")
async def movers(
    work: Overseeing,
    day: Annotated[date | None, Query(description="截至日 The day; today where none is given.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> dict[str, Any]:
    """Return who moved into another band, or far, on this day or on the last one before it on which somebody did.

    Each with the score and band before and after, and the tags that moved it most with their points.
    """
    return movers_document(await read_movers(work, day, limit))


@router.get("/challenger", summary="挑战者的各夜比较 The challenger's nights")
async def challenger(work: Running, limit: Annotated[int, Query(ge=1, le=MOST_NIGHTS)] = MOST_NIGHTS) -> dict[str, Any]:
    """Return how the declared challenger compared with the card in force, night by night, the newest first: figures of
    all enterprises together, or why there are none.
    """
    return {"nights": [night_document(one) for one in await list_nights(work, limit)]}
