"""Subscriptions and warnings over HTTP, for the institution's accounts."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from connectors.personal.sealing import Protector
from gateway.identity.caller import require, working
from gateway.inquiries.asking import Names
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.warnings.change import Change
from gateway.warnings.documents import outcomes_document, subscription_document, warning_document
from gateway.warnings.reading import MOST, Wanted, list_subscriptions, list_warnings, mark_seen, reopen_warning
from gateway.warnings.subscribing import MOST_AT_ONCE, Wish, subscribe_many, unsubscribe
from gateway.web.dependencies import Units, part
from gateway.web.problems import problem
from gateway.web.router import Router
from risk_monitor.names import Kind, Level
from signing.jws import payload_of

router = Router(prefix="/v1", tags=["风险预警 Warnings"])
Asker = Annotated[Actor, Depends(require("inquiries"), scope="function")]
Working = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Code = Annotated[str, Field(min_length=1, max_length=64)]
LARGEST_LIST = 64 * 1024


class Customers(BaseModel):
    """Enterprises to be subscribed to."""

    model_config = ConfigDict(extra="forbid")

    subjects: Annotated[list[Code], Field(min_length=1, max_length=MOST_AT_ONCE)]
    categories: Annotated[
        Names, Field(description="须写明的受限数据类别 Categories of restricted data, which have to be named.")
    ] = []


@router.post("/warning-subscriptions", summary="订阅风险预警 Subscribe to customers", max_body_size=LARGEST_LIST)
async def subscribe(
    asked: Customers, request: Request, units: Units, protector: Secrets, caller: Asker
) -> dict[str, Any]:
    """Subscribe to each of these enterprises, in their order; one that is denied keeps no other out.

    Each that is new is charged once, and its answer says where it stands now. Sent again, nothing is done twice.
    """
    wished = [Wish(one, asked.categories) for one in asked.subjects]
    found = await subscribe_many(units, protector, caller, wished)
    return outcomes_document(request.app.state.issuer, asked.subjects, found)


@router.get("/warning-subscriptions", summary="已订阅的企业 Subscriptions")
async def subscriptions(
    work: Working,
    status: Annotated[Literal["active", "ended"] | None, Query(description="有效或已结束 In force or ended.")] = None,
    before: Annotated[UUID | None, Query(description="翻页 Those before this one; `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> dict[str, Any]:
    """Return the institution's subscriptions, newest first."""
    rows = await list_subscriptions(work, status=status, limit=limit, before=before)
    following = str(rows[-1].subscription_id) if len(rows) == limit else None
    return {"subscriptions": [subscription_document(row) for row in rows], "next": following}


@router.post("/warning-subscriptions/{subscription_id}:end", summary="结束订阅 End a subscription")
async def end(subscription_id: UUID, work: Working) -> dict[str, Any]:
    """End a subscription: nothing more is told of the enterprise. What was charged is not given back."""
    return subscription_document(await unsubscribe(work, subscription_id))


@router.get("/warnings", summary="风险预警 Warnings")
async def warnings(
    work: Working,
    seen: Annotated[bool | None, Query(description="是否已阅 Seen or not.")] = None,
    change: Annotated[Change | None, Query(description="变化 How it changed.")] = None,
    level: Annotated[Level | None, Query(description="现在的最高等级 The highest level now.")] = None,
    kind: Annotated[Kind | None, Query(alias="type", description="风险类型 A type of risk.")] = None,
    since: Annotated[datetime | None, Query(description="自此刻起告知的 Told since this moment.")] = None,
    before: Annotated[UUID | None, Query(description="翻页 Those before this one; `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> dict[str, Any]:
    """Return what the institution was told, newest first.

    Where the consent is in force no more, what was told is `withheld`; that it was told is not.
    """
    rows = await list_warnings(work, Wanted(seen, change, level, kind, since), limit=limit, before=before)
    following = str(rows[-1].warning_id) if len(rows) == limit else None
    return {"warnings": [warning_document(row, is_open=row.open) for row in rows], "next": following}


@router.get("/warnings/{warning_id}", summary="一条预警及其签名应答 A warning with its signed answer")
async def warning(warning_id: UUID, request: Request, work: Working) -> Response:
    """Return a warning with the signed answer that says why; it is recorded as an answer that was given again."""
    row, answer = await reopen_warning(work, warning_id)
    if isinstance(answer, Denial):
        return problem(request, answer)
    shown = {**warning_document(row, is_open=True), "answer": {**payload_of(answer), "answer": answer}}
    return JSONResponse(shown)


@router.post("/warnings/{warning_id}:seen", summary="标为已阅 Mark as seen")
async def seen(warning_id: UUID, work: Working) -> dict[str, Any]:
    """Note that the warning was seen; marked twice, the first time stands."""
    return warning_document(await mark_seen(work, warning_id), is_open=False)
