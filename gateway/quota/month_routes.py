"""Closed months of the ledger over HTTP: what an account was charged in each, signed."""

from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import Response

from gateway.identity.caller import working
from gateway.quota.entries import written_csv
from gateway.quota.months import find_totals
from gateway.quota.routes import Csv
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/quota/months", tags=["查询 Ask"])
Account = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
COLUMNS = ("month", "scope", "id", "charges", "reversals", "units", "closed_at", "entry", "signature")
MOST = 1200


@router.get("", summary="已结月份 Closed months")
async def months(work: Account) -> dict[str, Any]:
    """Return the account's totals of each closed month, newest first; `signature` (JWS) says the same.

    A closed month stays as it is: what is taken back afterwards is a reversal in a later one.
    """
    return {"months": [month_document(one) for one in await _own(work)]}


@router.get(".csv", summary="已结月份文件 Closed months as a file", response_class=Csv)
async def months_file(work: Account) -> Response:
    """Return the same as CSV."""
    headers = {"Content-Disposition": 'attachment; filename="quota-months.csv"'}
    return Csv(months_csv(await _own(work)), headers=headers)


async def _own(work: UnitOfWork) -> list[dict[str, Any]]:
    return await find_totals(work, scope="account", ids=[work.actor.client_id], limit=MOST)


def month_document(total: dict[str, Any]) -> dict[str, Any]:
    """Return a total as the interface shows it."""
    return {**total, "closed_at": total["closed_at"].isoformat(), "entry": str(total["entry"])}


def months_csv(totals: list[dict[str, Any]]) -> bytes:
    """Return totals as CSV."""
    rows = [month_document(one) for one in totals]
    return written_csv(COLUMNS, [{name: row[name] for name in COLUMNS} for row in rows])
