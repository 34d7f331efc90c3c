"""The protocol of a private check over HTTP, and its audit afterwards."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from gateway.crosscheck.auditing import audit_check
from gateway.crosscheck.documents import audit_document, terms_document
from gateway.crosscheck.psi import LARGEST_MESSAGE
from gateway.crosscheck.taking_part import Theirs, commit_theirs, exchange_sets, read_own
from gateway.identity.caller import require, working
from gateway.runtime.actor import Actor
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["核对 Cross-checks"])
Counterpart = Annotated[Actor, Depends(require("deliveries"), scope="function")]
Reading = Annotated[UnitOfWork, Depends(working("deliveries"), scope="function")]
Overseer = Annotated[Actor, Depends(require("audit"), scope="function")]
LONGEST_STATEMENT = 8 * 1024
_LONGEST = LARGEST_MESSAGE * 4 // 3 + 4  # in base64
_LARGEST_BODY = 2 * _LONGEST + LONGEST_STATEMENT + 1024
LARGEST_OPENING = 4 * 1024 * 1024
Statement = Annotated[str, Field(max_length=LONGEST_STATEMENT)]


class Committed(BaseModel):
    """The counterpart's signed commitment."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    statement: Statement


class Exchanged(BaseModel):
    """What the counterpart sends of its set."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    statement: Statement
    message: Annotated[str, Field(max_length=_LONGEST)]
    response: Annotated[str, Field(max_length=_LONGEST)] = ""


@router.get("/crosschecks/{check_id}/terms", summary="隐私核对的条款 Terms of a private check")
async def terms(check_id: UUID, work: Reading) -> dict[str, Any]:
    """Return to the counterpart what was agreed, and our signed commitment."""
    return terms_document(*await read_own(work, check_id), work.now)


@router.post("/crosschecks/{check_id}/commitment", summary="对方的承诺 The counterpart's commitment")
async def commitment(
    check_id: UUID, said: Committed, units: Units, caller: Counterpart, settings: TheSettings
) -> dict[str, Any]:
    """Take the counterpart's signed commitment, once; return our encrypted set in base64: a setup where the counterpart
    learns the result, a request where we do.
    """
    return {"message": await commit_theirs(units, caller, check_id, said.statement, settings.psi_python)}


@router.post("/crosschecks/{check_id}/message", max_body_size=_LARGEST_BODY, summary="交换集合 Exchange the sets")
async def message(
    check_id: UUID, sent: Exchanged, units: Units, caller: Counterpart, settings: TheSettings
) -> dict[str, Any]:
    """Take the counterpart's encrypted set, once: its request, or its setup with its response to our request. What is
    answered is our signed receipt and, where the counterpart learns, our response.
    """
    theirs = Theirs(sent.statement, sent.message, sent.response)
    receipt, *answered = await exchange_sets(units, caller, check_id, theirs, settings.psi_python)
    return {"receipt": receipt, "response": answered[0] if answered else None}


@router.post(
    "/crosschecks/{check_id}/audit", max_body_size=LARGEST_OPENING, summary="审计隐私核对 Audit a private check"
)
async def audit(
    check_id: UUID, request: Request, units: Units, caller: Overseer, settings: TheSettings
) -> dict[str, Any]:
    """Show that the set that was used is the one committed to: ours and, where the body is the counterpart's opening,
    theirs.
    """
    opened = await request.body()
    return audit_document(check_id, await audit_check(units, caller, check_id, settings.psi_python, opened or None))
