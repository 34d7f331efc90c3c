"""An enterprise's network over HTTP, for those who oversee it."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query

from gateway.identity.caller import working
from gateway.network.documents import network_document
from gateway.network.network_of import read_network
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/subjects", tags=["评分 Scores"])
Overseeing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Code = Annotated[str, Path(pattern=r"^[0-9A-Z]{18}$", description="统一社会信用代码 Its unified social credit code.")]


@router.get("/{uscc}/network", summary="关联网络 An enterprise's network")
async def network(
    uscc: Code,
    work: Overseeing,
    as_of: Annotated[date | None, Query(description="截至日 As of a day; today where none is given.")] = None,
) -> dict[str, Any]:
    """Return who stands near an enterprise within three hops, who holds it and what it holds, and who controls it.

    Shares are parts per million, multiplied along each way and added up; a party with `more` has edges that lead on.
    Persons are told apart by numbers, and their names by nobody.
    """
    return network_document(await read_network(work, uscc, as_of))
