"""What an auditor reads: events by filter, and the proof of each; reading is recorded too."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from audit.errors import ProofError
from audit.events import Event
from audit.proofs import get_proof
from audit.search import Filter, search
from gateway.identity.caller import require
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/v1/audit", tags=["audit 审计"])
Auditor = Annotated[Actor, Depends(require("audit"), scope="function")]
Text = Annotated[str | None, Field(max_length=100, pattern=r"^[^\x00]*$")]
Instant = Annotated[AwareDatetime | None, Field(description="RFC 3339 with an offset, such as Z or +08:00.")]


class EntryQuery(BaseModel):
    """What to look for; the period is half open."""

    model_config = ConfigDict(extra="forbid")

    institution: Text = None
    account: Text = None
    subject: Text = None
    outcome: Text = None
    type: Text = None
    since: Instant = None
    until: Instant = None
    after: Annotated[UUID | None, Field(description="The last id of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.get("/entries", summary="Events by filter 按条件查事件")
async def entries(
    gateway: Gw, session: Transaction, auditor: Auditor, query: Annotated[EntryQuery, Query()]
) -> dict[str, Any]:
    """Return events in the order of their ids; `index` is null until an event is in the tree; `next` pages on."""
    wanted = query.model_dump(exclude={"after", "limit"}, exclude_none=True)
    found = await search(session, gateway.audit.log_id, Filter(**wanted), query.after, query.limit)
    payload = {"filter": {name: str(value) for name, value in wanted.items()}, "found": len(found)}
    await gateway.audit.record(session, Event("audit.read", auditor.name, payload=payload))
    page = [{"index": row.leaf_index, "leaf": orjson.loads(row.leaf)} for row in found]
    return {"entries": page, "next": str(found[-1].event_id) if len(found) == query.limit else None}


@router.get("/entries/{event_id}/proof", summary="Inclusion proof 包含证明")
async def proof(event_id: UUID, gateway: Gw, session: Transaction, _auditor: Auditor) -> dict[str, Any]:
    """Return the leaf, its index, the audit path in hex (RFC 6962 2.1.1) and the checkpoint it leads to.

    `opened` holds the salt and payload that the leaf's commitment is over (HMAC-SHA256), null once erased.
    """
    try:
        found = await get_proof(session, gateway.audit.log_id, event_id)
    except ProofError as fault:
        raise DeniedError("not-yet-proved", str(fault)) from fault
    return {
        "index": found.index,
        "leaf": found.leaf.decode(),
        "path": [step.hex() for step in found.path],
        "checkpoint": found.note,
        "opened": await gateway.audit.find_payload(session, event_id),
    }
