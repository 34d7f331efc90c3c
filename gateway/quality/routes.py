"""Quality back to the agency: scores, alerts, and what is held until a person decides."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi import Path as PathParameter

from connectors.catalogue.load import agencies
from connectors.errors import ConnectorError
from gateway.identity.caller import require
from gateway.intake.accepting import accept_held
from gateway.intake.held import HeldDecidedError, HeldNotFoundError, discard_held
from gateway.intake.routes import batch_document
from gateway.intake.take_in import BatchConflictError
from gateway.quality.alerts import list_alerts
from gateway.quality.details import list_held, load_open, load_reasons, load_weeks
from gateway.quality.documents import alert_document, feed_document, held_document, score_document, week_document
from gateway.quality.index import ranked
from gateway.quality.scores import load_scores
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.web.dependencies import Gw, Transaction

router = APIRouter(prefix="/v1", tags=["quality 质量"])
Reader = Annotated[Actor, Depends(require("datasets", "audit", "admin"), scope="function")]
Overseer = Annotated[Actor, Depends(require("audit", "admin"), scope="function")]
Decider = Annotated[Actor, Depends(require("datasets", "admin"), scope="function")]
Code = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="部门代码 The agency's code.")]


@router.get("/quality", summary="All agencies ranked 数据质量排名")
async def rank(session: Transaction, _caller: Overseer) -> dict[str, Any]:
    """Return every agency's score, best first; null is what cannot be computed, such as of one that never delivered."""
    scores = ranked(await load_scores(session, datetime.now(UTC)))
    return {"agencies": [score_document(score) for score in scores]}


@router.get("/agencies/{code}/quality", summary="One agency's scorecard 部门数据质量")
async def show(code: Code, session: Transaction, caller: Reader) -> dict[str, Any]:
    """Return its score, each dataset with its last twelve weeks, the commonest reasons, and what is open."""
    if code not in agencies() or (caller.kind == "agency" and caller.client_id != code):
        raise DeniedError("agency-not-found", "You see no such agency.")
    now = datetime.now(UTC)
    weeks = await load_weeks(session, code, now)
    scores = await load_scores(session, now, code)
    return {
        **(score_document(scores[0]) if scores else {"agency": code}),
        "datasets": [
            feed_document(feed) | {"weeks": [week_document(week) for week in weeks.get(feed.dataset, [])]}
            for score in scores
            for feed in score.feeds
        ],
        "reasons": [
            {"dataset": dataset, "code": reason, "rows": rows}
            for dataset, reason, rows in await load_reasons(session, code, now)
        ],
        "open_batches": [
            {
                "batch": str(one.batch_id), "dataset": one.dataset, "sender_batch": one.sender_batch,
                "received_at": one.received_at, "rejected": one.rejected, "corrected": one.corrected,
                "open": one.rejected - one.corrected,
            }
            for one in await load_open(session, code, now)
        ],
        "held": [held_document(held) for held in await list_held(session, code, "waiting")],
        "alerts": [alert_document(alert) for alert in await list_alerts(session, code)],
    }  # fmt: skip


@router.get("/alerts", summary="Promises not kept 告警")
async def alerts(session: Transaction, caller: Reader) -> dict[str, Any]:
    """Return the open alerts, oldest first; an agency sees its own."""
    return {"alerts": [alert_document(alert) for alert in await list_alerts(session, _own(caller))]}


@router.get("/held-deliveries", summary="Held deliveries 暂存报送")
async def held_deliveries(
    session: Transaction,
    caller: Reader,
    status: Literal["waiting", "accepted", "discarded", "expired"] | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Return held deliveries, oldest first; an agency sees its own; `next` pages on."""
    rows = await list_held(session, _own(caller), status, after, limit)
    following = str(rows[-1].held_id) if len(rows) == limit else None
    return {"held": [held_document(row) for row in rows], "next": following}


@router.post("/held-deliveries/{held_id}/{decision}", summary="Accept or discard 接受或退回暂存报送")
async def decide(held_id: UUID, decision: Literal["accept", "discard"], gateway: Gw, caller: Decider) -> dict[str, Any]:
    """Take a held delivery in, whose columns and values are known from then on, or throw it away.

    A person decides: an operator, or a clerk of the agency; what an agency's system sends it cannot accept itself.
    """
    if caller.kind == "agency" and caller.person is None:
        raise DeniedError("clerk-needed", "A clerk of the agency or an operator decides on held deliveries.")
    try:
        if decision == "discard":
            return held_document(await discard_held(gateway, held_id, caller.name, _own(caller)))
        return batch_document(await accept_held(gateway, held_id, caller.name, _own(caller)))
    except HeldNotFoundError as fault:
        raise DeniedError("held-not-found", str(fault)) from fault
    except HeldDecidedError as fault:
        raise DeniedError("held-decided", str(fault)) from fault
    except BatchConflictError as fault:
        raise DeniedError("batch-conflict", str(fault)) from fault
    except ConnectorError as fault:
        raise DeniedError("malformed-delivery", str(fault)) from fault


def _own(caller: Actor) -> str | None:
    return caller.client_id if caller.kind == "agency" else None
