"""What an auditor reads: events by filter, and the proof of each; reading is recorded too."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from gateway.evidence.entries import prove_entry, search_entries
from gateway.identity.caller import working
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1/audit", tags=["审计 Audit"])
Auditing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
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


@router.get("/entries", summary="按条件查事件 Events by filter")
async def entries(request: Request, work: Auditing, query: Annotated[EntryQuery, Query()]) -> dict[str, Any]:
    """Return events in the order of their ids; `index` is null until an event is in the tree; `next` pages on.

    An event with `differs` was found by columns that somebody changed: its leaf, which the tree covers, says otherwise.
    """
    asked = query.model_dump(exclude={"after", "limit"}, exclude_none=True)
    found = await search_entries(work, asked, query.after, query.limit)
    page = [{"index": one.leaf_index, "leaf": orjson.loads(one.leaf), **_marked(request, one.differs)} for one in found]
    return {"entries": page, "next": str(found[-1].event_id) if len(found) == query.limit else None}


@router.get("/entries/{event_id}/proof", summary="包含证明 Inclusion proof")
async def proof(event_id: UUID, request: Request, work: Auditing) -> dict[str, Any]:
    """Return the leaf, its index, the audit path in hex (RFC 6962 2.1.1) and the checkpoint it leads to.

    `opened` holds the salt and payload that the leaf's commitment is over (HMAC-SHA256), null once erased.
    """
    found = await prove_entry(work, event_id)
    return {
        "index": found.proof.index,
        "leaf": found.proof.leaf.decode(),
        "path": [step.hex() for step in found.proof.path],
        "checkpoint": found.proof.note,
        "opened": found.opened,
        **_marked(request, found.proof.differs),
    }


def _marked(request: Request, differs: list[str]) -> dict[str, Any]:
    """Return the mark of an entry whose columns differ from its leaf, and count it; nothing where none does."""
    if not differs:
        return {}
    request.app.state.metrics.count("audit-entry", "columns-differ")
    return {"differs": differs}
