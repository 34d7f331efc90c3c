"""An enterprise's signatories over HTTP: who they are, what was changed, and its own word on a key that waits."""

from typing import Annotated, Any, Literal

from fastapi import Depends
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from gateway.identity.caller import require, working
from gateway.identity.clients.signatories import decide_key, list_signatories, signatory_document
from gateway.identity.dependencies import TheAccess
from gateway.people.owners import decide_owner
from gateway.people.reading import people_of_enterprise
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units
from gateway.web.router import Router

router = Router(prefix="/v1/signatories", tags=["授权 Consent"])
Signatory = Annotated[UnitOfWork, Depends(working("records"), scope="function")]
Id = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$")]


class KeyDecision(BaseModel):
    """Which key of the signatory is meant."""

    model_config = ConfigDict(extra="forbid")

    kid: Annotated[str, Field(min_length=1, max_length=200, description="密钥编号 The key's id.")]


@router.get("", summary="本企业的签署人 The enterprise's signatories")
async def signatories(work: Signatory) -> dict[str, Any]:
    """Return every signatory of the caller's enterprise by its keys, newest first: each addition, replacement and new
    key since the first, with its entry of the log; and its people who sign in at the console, each with `acts_from`. A
    key that is `waiting`, and a person until then, can be confirmed or objected to.
    """
    now = await database_now(work.session)
    people = [
        {
            "person": one["person_id"], "name": one["name"], "status": one["status"],
            "invited_at": one["created_at"].isoformat(),
            "acts_from": one["acts_from"].isoformat() if one["acts_from"] else None,
        }
        for one in await people_of_enterprise(work)
    ]  # fmt: skip
    return {"signatories": [signatory_document(row, now) for row in await list_signatories(work)], "people": people}


@router.post("/people/{person_id}/{decision}", summary="确认新经办人或提出异议 Confirm a person, or object to them")
async def decide_on_person(person_id: Id, decision: Literal["confirm", "object"], work: Signatory) -> dict[str, Any]:
    """Confirm a person who waits and acts for the enterprise from now on, or object, which ends their way in."""
    await decide_owner(work, person_id, decision)
    return {"person": person_id, "decision": decision, "decided_by": work.actor.name}


@router.post("/{signatory_id}/{decision}", summary="确认新密钥或提出异议 Confirm a key, or object to it")
async def decide(
    signatory_id: Id,
    decision: Literal["confirm", "object"],
    named: KeyDecision,
    units: Units,
    access: TheAccess,
    caller: Annotated[Actor, Depends(require("records"), scope="function")],
) -> dict[str, Any]:
    """Confirm a key that waits, which is good from now on, or object to it, which ends it."""
    async with units.begin("signatory.decide", caller) as work:
        key = await decide_key(work, client_id=signatory_id, kid=named.kid, decision=decision)
    access.expire()
    return {"signatory": signatory_id, "kid": key.kid, "decided": key.decided, "decided_by": key.decided_by}
