"""Quality back to the agency: scores, weeks, what is open, alerts."""

from typing import Annotated, Any

from fastapi import Depends
from fastapi import Path as PathParameter

from gateway.identity.caller import working
from gateway.intake.admission import agency_seen
from gateway.intake.documents import held_document
from gateway.quality.alerts import list_alerts
from gateway.quality.documents import alert_document, feed_document, month_document, score_document, week_document
from gateway.quality.reading import read_agency, read_scores
from gateway.runtime.work import UnitOfWork
from gateway.web.router import Router

router = Router(prefix="/v1", tags=["质量 Quality"])
Reading = Annotated[UnitOfWork, Depends(working("datasets", "audit", "system"), scope="function")]
Overseeing = Annotated[UnitOfWork, Depends(working("audit", "system"), scope="function")]
Code = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="部门代码 The agency's code.")]


@router.get("/quality", summary="数据质量排名 All agencies ranked")
async def rank(work: Overseeing) -> dict[str, Any]:
    """Return every agency's score, best first; null is what cannot be computed, as where nothing ever came."""
    return {"agencies": [score_document(score) for score in await read_scores(work)]}


@router.get("/agencies/{code}/quality", summary="部门数据质量 One agency's scorecard")
async def show(code: Code, work: Reading) -> dict[str, Any]:
    """Return its score, now and month by month, each dataset with its last twelve weeks, the commonest reasons, and
    what is open.
    """
    found = await read_agency(work, code)
    return {
        **(score_document(found.scores[0]) if found.scores else {"agency": code}),
        "datasets": [
            feed_document(feed) | {"weeks": [week_document(week) for week in found.weeks.get(feed.dataset, [])]}
            for score in found.scores
            for feed in score.feeds
        ],
        "months": [month_document(start, score) for start, score in found.months],
        "reasons": [{"dataset": dataset, "code": reason, "rows": rows} for dataset, reason, rows in found.reasons],
        "open_batches": [
            {
                "batch": str(one.batch_id), "dataset": one.dataset, "sender_batch": one.sender_batch,
                "received_at": one.received_at, "rejected": one.rejected, "corrected": one.corrected,
                "open": one.rejected - one.corrected,
            }
            for one in found.open_batches
        ],
        "held": [held_document(held) for held in found.held],
        "alerts": [alert_document(alert) for alert in found.alerts],
    }  # fmt: skip


@router.get("/alerts", summary="告警 Promises not kept")
async def alerts(work: Reading) -> dict[str, Any]:
    """Return the open alerts, oldest first; an agency sees its own."""
    found = await list_alerts(work.session, agency_seen(work.actor))
    return {"alerts": [alert_document(alert) for alert in found]}
