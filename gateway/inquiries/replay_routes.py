"""The auditor's door to answers computed again, and to what providers signed of them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from gateway.identity.caller import working
from gateway.inquiries.provider_statements import read_statements
from gateway.inquiries.replay import replay_document, replay_inquiry
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/audit/inquiries", tags=["审计 Audit"])
Auditing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]


@router.post("/{inquiry_id}/replay", summary="重算一次应答 Compute an answer again")
async def replay(inquiry_id: UUID, work: Auditing) -> dict[str, Any]:
    """Compute an answer again from the records as they were known then; `outcome` is equal, different or
    not-replayable, with what differs or why.
    """
    return replay_document(await replay_inquiry(work, inquiry_id))


@router.get("/{inquiry_id}/statements", summary="提供方签过名的原文 What providers signed")
async def statements(inquiry_id: UUID, work: Auditing) -> dict[str, Any]:
    """Return what outside providers signed of an answer: the body as it came (base64), its signature (RFC 7797), the
    key that was agreed then, and whether the signature holds. Nothing where none of them signs.
    """
    return {"statements": await read_statements(work, inquiry_id)}
