"""Consents over HTTP: an institution requests, the enterprise's signatory decides, both may revoke and look."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from consent import store
from consent.life import Status
from gateway.consents.drafting import ConsentRequest, Name, draft
from gateway.consents.life import change_consent, get_consent, request_consent
from gateway.consents.link import draw_link
from gateway.consents.reading import Page, consent_document, consent_documents
from gateway.consents.reading import list_consents as list_own_consents
from gateway.consents.reasons import REASONS
from gateway.identity.caller import working
from gateway.runtime.denial import Denial
from gateway.runtime.reasons import LONGEST, SHORTEST
from gateway.runtime.work import UnitOfWork
from gateway.web.problems import problem
from gateway.web.router import Router

router = Router(prefix="/v1/consents", tags=["授权 Consent"])
Party = Annotated[UnitOfWork, Depends(working("consents"), scope="function")]
Action = Literal["approve", "reject", "pause", "resume", "revoke"]


class ConsentChange(BaseModel):
    """A change: an approval or a rejection signed with the signatory's own key, and why it is made."""

    model_config = ConfigDict(extra="forbid")

    approval: Annotated[str | None, Field(max_length=8192, description="JWS over the terms; docs/consents.md.")] = None
    reason: Annotated[
        str | None,
        Field(min_length=SHORTEST, max_length=LONGEST, description="原因，对方看得到 Why; the other party reads it."),
    ] = None


@router.post("", status_code=201, summary="请求授权 Request a consent")
async def request(work: Party, wanted: ConsentRequest) -> dict[str, Any]:
    """Store the request and return the terms for the signatory to sign. What it does not name is as the template of its
    purpose has it; one that is to follow another consent (`supersedes`) differs from it in its dates alone.
    """
    return await consent_document(work, await request_consent(work, await draft(work, wanted)))


@router.get("", summary="授权列表 Consents")
async def list_consents(
    work: Party,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    status: Annotated[Status | None, Query(description="状态 Those that stand so.")] = None,
    institution: Annotated[Name | None, Query(description="机构 Those of this institution.")] = None,
    subject: Annotated[Name | None, Query(description="企业 Those of this enterprise, by its USCC.")] = None,
) -> dict[str, Any]:
    """Return the caller's consents as they stand, oldest first; `next` pages on."""
    found = await list_own_consents(work, Page(limit, after, status, institution, subject))
    return {
        "consents": await consent_documents(work, found),
        "next": str(found[-1].terms.consent_id) if len(found) == limit else None,
    }


@router.get("/reasons", summary="可选的理由 Reasons to choose from")
async def reasons(_work: Party) -> dict[str, Any]:
    """Return reasons an enterprise may give, by action, in both languages; `reason` is sent as text, its own or one of
    these.
    """
    return {
        action: [{"reason": code, "zh": zh, "en": en} for code, (zh, en) in listed.items()]
        for action, listed in REASONS.items()
    }


@router.get("/{consent_id}", summary="查看授权 A consent")
async def show(consent_id: UUID, work: Party) -> dict[str, Any]:
    """Return a consent as it stands."""
    return await consent_document(work, await get_consent(work, consent_id))


@router.get("/{consent_id}/evidence", summary="授权证据 Every version, approval and receipt")
async def evidence(consent_id: UUID, work: Party) -> dict[str, Any]:
    """Return what was signed: the canonical terms, each version's approval and receipt, and the receipts' key."""
    await get_consent(work, consent_id)
    rows = await store.list_versions(work.session, consent_id)
    versions = [
        {
            "version": row.version, "status": row.status, "actor": row.actor, "approval": row.approval,
            "reason": row.reason, "receipt": row.receipt, "entry": str(row.event_id),
            "recorded_at": row.recorded_at.isoformat(),
        }
        for row in rows
    ]  # fmt: skip
    return {"terms": rows[0].terms.decode(), "versions": versions, "keys": work.keys.publics("consent")}


@router.get("/{consent_id}/qr.svg", summary="授权二维码 The request's QR code", response_class=Response)
async def qr(consent_id: UUID, work: Party) -> Response:
    """Return the picture that leads the enterprise's owner to this request, as long as it waits for an answer."""
    return Response(
        await draw_link(work, consent_id), media_type="image/svg+xml", headers={"Cache-Control": "no-store"}
    )


@router.get("/{consent_id}/uses", summary="授权使用记录 Who asked on this consent")
async def uses(
    consent_id: UUID,
    work: Party,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return the answers given on a consent, newest first."""
    await get_consent(work, consent_id)
    rows = await store.list_uses(work.session, consent_id, limit)
    return {
        "uses": [
            {
                "inquiry": str(row.inquiry_id), "account": row.account, "institution": row.institution,
                "product": row.product, "purpose": row.purpose, "version": row.version,
                "at": row.used_at.isoformat(), "entry": str(row.event_id),
            }
            for row in rows
        ]
    }  # fmt: skip


@router.post("/{consent_id}/{action}", summary="授权、拒绝、暂停、恢复、撤销 Approve, reject, pause, resume, revoke")
async def change(
    consent_id: UUID, action: Action, request: Request, work: Party, asked: ConsentChange | None = None
) -> Response:
    """Change a consent, with a reason that both parties read; made twice, a change is the same one."""
    asked = asked or ConsentChange()
    changed = await change_consent(work, consent_id, action, asked.approval, asked.reason)
    if isinstance(changed, Denial):
        return problem(request, changed)
    request.app.state.metrics.count("consent", changed.status)
    return JSONResponse(await consent_document(work, changed))
