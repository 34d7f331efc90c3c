"""An auditor's home: how the log stands, what waits for an auditor, what was asked lately."""

from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import col, select

from gateway.admin.changes import may_approve
from gateway.admin.tables import Change
from gateway.console.render import page
from gateway.evidence.growth import read_standing
from gateway.people.acting import acting
from gateway.people.guard import AuditorPresent
from gateway.quality.alerts import list_alerts
from gateway.questions.statistics import read_statistics
from gateway.web.dependencies import TheSettings, Units
from gateway.web.router import Router

router = Router(prefix="/console/audit", include_in_schema=False)
MOST_SHOWN = 100
LATELY = timedelta(days=7)


@router.get("")
async def home(request: Request, units: Units, settings: TheSettings, present: AuditorPresent) -> Response:
    """Show the home."""
    actor = acting(present)
    query = select(Change).where(col(Change.status) == "waiting").order_by(col(Change.change_id)).limit(MOST_SHOWN)
    async with units.begin("audit.home", actor) as work:
        standing = await read_standing(work)
        changes = [one for one in (await work.session.execute(query)).scalars() if may_approve(actor.kind, one.act)]
        alerts = await list_alerts(work.session, None)
        counted = await read_statistics(work, work.now - LATELY, None, ["endings"])
    return page(
        request, "audit_home", present, standing=standing, changes=changes, alerts=alerts, counted=counted,
        late=standing.unsigned_seconds > settings.unsigned_seconds,
    )  # fmt: skip
