"""Many questions in one request: each with its own verdict, charged all or none unless partial."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from connectors.personal.sealing import Protector
from gateway.identity.caller import require, working
from gateway.inquiries.asking import Question
from gateway.inquiries.batches.batch import (
    MOST_QUESTIONS,
    BatchRequest,
    ask_rows,
    get_batch,
    give_rows,
    open_batch,
    read_rows,
)
from gateway.inquiries.batches.results import batch_document
from gateway.inquiries.dependencies import TheProviders
from gateway.runtime.actor import Actor
from gateway.runtime.denial import Denial
from gateway.runtime.work import UnitOfWork
from gateway.web.dependencies import Units, part
from gateway.web.problems import problem
from gateway.web.router import Router

router = Router(prefix="/v1/inquiries", tags=["查询 Ask"])
Asker = Annotated[Actor, Depends(require("inquiries"), scope="function")]
Reading = Annotated[UnitOfWork, Depends(working("inquiries"), scope="function")]
Secrets = Annotated[Protector, Depends(part("protector"))]
Key = Annotated[
    str, Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,200}$", description="幂等键 One per batch.")
]
LARGEST_BATCH = 512 * 1024


class QuestionBatch(BaseModel):
    """Questions that are put together."""

    model_config = ConfigDict(extra="forbid")

    questions: Annotated[list[Question], Field(min_length=1, max_length=MOST_QUESTIONS)]
    partial: Annotated[bool, Field(description="能答几个答几个 As many as the quota has room for.")] = False


@router.post(":batch", summary="批量查询 Ask about many enterprises", max_body_size=LARGEST_BATCH)
async def ask_many(
    asked: QuestionBatch,
    request: Request,
    units: Units,
    providers: TheProviders,
    protector: Secrets,
    caller: Asker,
    key: Key,
) -> Response:
    """Ask each question, in their order, and return each one's verdict; the same key again returns the same.

    All or none: where the quota has no room for all, none is asked. Answers are signed one by one.
    """
    wanted = BatchRequest(key, asked.questions, asked.partial)
    async with units.begin("inquiry-batch.open", caller) as work:
        batch = await open_batch(work, protector, wanted)
    if isinstance(batch, Denial):
        return problem(request, batch)
    asked_now = await ask_rows(units, providers, protector, batch, request.app.state.metrics)
    given = {} if len(asked_now) == batch.total else await give_rows(units, providers, protector, caller, batch)
    ended = given | asked_now
    async with units.begin("inquiry-batch.result", caller) as work:
        rows = await read_rows(work, batch.batch_id)
    return JSONResponse(batch_document(request.app.state.issuer, batch, rows, ended))


@router.get("/batches/{batch_id}", summary="批量查询的进度 How far a batch is")
async def show(batch_id: UUID, request: Request, work: Reading) -> dict[str, Any]:
    """Return how each question of a batch ended; its answers are given again to whoever sends it again by its key."""
    batch, rows = await get_batch(work, batch_id)
    return batch_document(request.app.state.issuer, batch, rows, {})
