"""An enterprise and its records over HTTP: what is held about it, what it objects to, and what became of that."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict

from connectors.records.objections import ObjectionPage, ObjectionState
from connectors.records.pages import RecordPage
from gateway.cards.in_force import card_in_force
from gateway.identity.caller import working
from gateway.intake.routes import DatasetName
from gateway.records.documents import act_document
from gateway.records.history import list_own_holdings, list_own_records
from gateway.records.in_words import scored_by
from gateway.records.life_routes import Document, Reason, TheProtector
from gateway.records.objections import list_objections, object_to_record
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["记录 Records"])
BySignatory = Annotated[UnitOfWork, Depends(working("records"), scope="function")]
Limit = Annotated[int, Query(ge=1, le=500)]


class Objection(BaseModel):
    """An enterprise's objection."""

    model_config = ConfigDict(extra="forbid")
    reason: Reason
    document: Document = None


@router.get("/records", summary="本企业记录 Records of one's own enterprise")
async def own_records(
    work: BySignatory,
    protector: TheProtector,
    after: UUID | None = None,
    limit: Limit = 200,
    dataset: Annotated[DatasetName | None, Query(description="数据目录 Those of this dataset.")] = None,
    hidden: Annotated[bool, Query(description="也列出不再公示的 Those too that are not shown any more.")] = False,  # noqa: FBT002
) -> dict[str, Any]:
    """Return what is held of the signatory's enterprise, as of today, by dataset, with its source and sharing class.

    What is personal of others is masked. `next` pages on.
    """
    found = await list_own_records(work, protector, RecordPage(limit, after, dataset, hidden))
    return {"records": found, "next": found[-1]["record"] if len(found) == limit else None}


@router.get("/records/by-dataset", summary="本企业记录的目录 Datasets of one's own enterprise")
async def holdings(work: BySignatory) -> dict[str, Any]:
    """Return what is held of the signatory's enterprise, by dataset: how many, how many of them are shown, the newest
    event's day, and whether the score is computed from it.
    """
    scored = scored_by(await card_in_force(work.session, work.now))
    return {"datasets": [{**asdict(one), "scored": one.dataset in scored} for one in await list_own_holdings(work)]}


@router.post("/records/{record_id}/objections", status_code=201, summary="提出异议 Object to a record")
async def object_to(record_id: UUID, asked: Objection, work: BySignatory) -> dict[str, Any]:
    """Object to a record about one's own enterprise: it stays visible, marked, until the agency decides."""
    return act_document(await object_to_record(work, record_id, asked.reason, asked.document))


@router.get("/objections", summary="本企业的异议 Objections to the enterprise's records")
async def objections(
    work: BySignatory,
    after: UUID | None = None,
    limit: Limit = 100,
    state: Annotated[ObjectionState | None, Query(description="状态 Those in this state.")] = None,
    record: Annotated[UUID | None, Query(description="记录 Those to this record.")] = None,
) -> dict[str, Any]:
    """Return objections, whoever noted them, oldest first, with what the agency made of each; `next` pages on."""
    found = await list_objections(work, ObjectionPage(limit, after, state, record))
    return {"objections": found, "next": found[-1]["objection"] if len(found) == limit else None}
