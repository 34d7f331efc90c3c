"""What an auditor reads: events by filter, and the proof of each; reading is recorded too."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from audit.entry_proof import write_tlog_proof
from connectors.personal.sealing import Protector
from gateway.evidence.entries import OpenedEntry, prove_entry, search_entries
from gateway.identity.caller import working
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import part
from gateway.web.problems import problem
from gateway.web.router import Router

router = Router(prefix="/v1/audit", tags=["审计 Audit"])
Auditing = Annotated[UnitOfWork, Depends(working("audit"), scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Text = Annotated[str | None, Field(max_length=100, pattern=r"^[^\x00]*$")]
Instant = Annotated[AwareDatetime | None, Field(description="RFC 3339 with an offset, such as Z or +08:00.")]


class EntryQuery(BaseModel):
    """What to look for; the period is half open."""

    model_config = ConfigDict(extra="forbid")

    institution: Text = None
    account: Text = None
    actor: Annotated[
        Text, Field(description="行为人：账户、部门或人员 Who acted: an account, an agency, a person.")
    ] = None
    subject: Annotated[Text, Field(description="企业的代码、名称或编号 An enterprise: a code, a name, or its id.")] = (
        None
    )
    outcome: Text = None
    type: Text = None
    since: Instant = None
    until: Instant = None
    after: Annotated[UUID | None, Field(description="The last id of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


@router.get("/entries", summary="按条件查事件 Events by filter")
async def entries(
    request: Request, work: Auditing, protector: Secrets, query: Annotated[EntryQuery, Query()]
) -> Response:
    """Return events in the order of their ids; `index` is null until an event is in the tree; `next` pages on.

    An event with `differs` was found by columns that somebody changed: its leaf, which the tree covers, says otherwise.
    """
    asked = query.model_dump(exclude={"after", "limit"}, exclude_none=True)
    found = await search_entries(work, protector, asked, query.after, query.limit)
    if isinstance(found, Denial):
        return problem(request, found)
    page = [{"index": one.leaf_index, "leaf": orjson.loads(one.leaf), **_marked(request, one.differs)} for one in found]
    return JSONResponse({"entries": page, "next": str(found[-1].event_id) if len(found) == query.limit else None})


@router.get("/entries/{event_id}/proof", summary="包含证明 Inclusion proof")
async def proof(event_id: UUID, request: Request, work: Auditing) -> dict[str, Any]:
    """Return the leaf, its index, the audit path in hex (RFC 6962 2.1.1) and the checkpoint it leads to.

    `opened` holds the salt and payload that the leaf's commitment is over (HMAC-SHA256), null once erased.
    """
    return proof_document(request, await prove_entry(work, event_id))


def proof_document(request: Request, found: OpenedEntry) -> dict[str, Any]:
    """Return an entry's proof as the interface shows it."""
    return {
        "index": found.proof.index,
        "leaf": found.proof.leaf.decode(),
        "path": [step.hex() for step in found.proof.path],
        "checkpoint": found.proof.note,
        "opened": found.opened,
        **_marked(request, found.proof.differs),
    }


@router.get(
    "/entries/{event_id}/tlog-proof", summary="包含证明文件 A C2SP tlog-proof", response_class=PlainTextResponse
)
async def tlog_proof(event_id: UUID, work: Auditing) -> Response:
    """Return the proof as a file (c2sp.org/tlog-proof@v1); its extra data is the entry. The payload is not opened."""
    return tlog_proof_file(event_id, await prove_entry(work, event_id, opening=False))


def tlog_proof_file(event_id: UUID, found: OpenedEntry) -> Response:
    """Return an entry's proof as a file to keep."""
    proved = found.proof
    headers = {"Content-Disposition": f'attachment; filename="{event_id}.tlog-proof"'}
    return PlainTextResponse(write_tlog_proof(proved.index, proved.leaf, proved.path, proved.note), headers=headers)


def _marked(request: Request, differs: list[str]) -> dict[str, Any]:
    """Return the mark of an entry whose columns differ from its leaf, and count it; nothing where none does."""
    if not differs:
        return {}
    request.app.state.metrics.count("audit-entry", "columns-differ")
    return {"differs": differs}
