"""How fast and how much at once may be asked, over HTTP: its own to who asks, all to operators and auditors."""

from typing import Annotated, Any

from fastapi import Depends

from gateway.identity.caller import working
from gateway.quota.rates import SCOPES, find_in_force, find_rates
from gateway.rates.limits import EVERYONE, Scope
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1")
# Whatever an account or a signatory may do: each of its requests is counted.
_RATED = ("inquiries", "consents", "usage-results", "webhooks", "records")
Limited = Annotated[UnitOfWork, Depends(working(*_RATED), scope="function")]
Seeing = Annotated[UnitOfWork, Depends(working("admin", "audit"), scope="function")]


@router.get("/rates", summary="自己的频次上限 The own rates", tags=["查询 Ask"])
async def own(work: Limited) -> dict[str, Any]:
    """Return what holds for the calling account or signatory: set for it, set for all, or the program's.

    Those of its institution are shown to the institution's people on the page of the quota.
    """
    scope: Scope = "signatory" if work.actor.kind == "signatory" else "account"
    found = await find_in_force(work, scope, work.actor.client_id)
    return {
        "scope": scope, "id": work.actor.client_id,
        "rates": [{name: value for name, value in _shown(one).items() if name != "reason"} for one in found],
    }  # fmt: skip


@router.get("/admin/rates", summary="频次上限 Rates", tags=["管理 Administration"])
async def all_of_them(work: Seeing) -> dict[str, Any]:
    """Return what holds for all of each kind that have no own limit (`common`), and what was set for one (`own`)."""
    common = {scope: [_shown(one) for one in await find_in_force(work, scope, EVERYONE)] for scope in SCOPES}
    own = [
        {"scope": one["scope"], "id": one["id"], **_shown({**one, "source": "own"})}
        for one in await find_rates(work, limit=None) if one["id"] != EVERYONE
    ]  # fmt: skip
    return {"common": common, "own": own}


@router.get("/admin/rates/{scope}/{scope_id}", summary="一方的频次上限 Rates of one", tags=["管理 Administration"])
async def of_one(scope: Scope, scope_id: str, work: Seeing) -> dict[str, Any]:
    """Return every limit that holds for an account, an institution or a signatory, and where each comes from."""
    try:
        found = await find_in_force(work, scope, scope_id)
    except DeniedError as fault:
        raise DeniedError("not-found", fault.denial.detail) from fault
    return {"scope": scope, "id": scope_id, "rates": [_shown(one) for one in found]}


def _shown(rate: dict[str, Any]) -> dict[str, Any]:
    since = rate["effective_from"]
    return {
        "measure": rate["measure"], "limit": rate["limit"], "source": rate["source"],
        "effective_from": since.isoformat() if since else None, "reason": rate["reason"],
    }  # fmt: skip
