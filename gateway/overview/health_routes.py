"""How the whole does, over HTTP."""

from typing import Annotated, Any

from fastapi import Depends

from gateway.identity.caller import require
from gateway.overview.health import look_over
from gateway.overview.health_findings import HealthFinding, first_line, worst
from gateway.overview.health_words import TO_DO
from gateway.runtime.actor import Actor
from gateway.telemetry.shared_look import SharedLook
from gateway.web.dependencies import TheSettings, Units, part
from gateway.web.router import Router

router = Router(prefix="/v1/admin", tags=["管理 Administration"])
Administrator = Annotated[Actor, Depends(require("admin", "system"), scope="function")]
TheLook = Annotated[SharedLook, Depends(part("look"))]


@router.get("/health", summary="运行状况 How the whole does")
async def health(units: Units, settings: TheSettings, look: TheLook, administrator: Administrator) -> dict[str, Any]:
    """Return every finding: its state, what was seen, since or until when, and what to do where it is not well."""
    findings = await look_over(units, settings, administrator, look.findings)
    return {
        "state": worst(findings),
        "said": first_line(findings)._asdict(),
        "findings": [health_document(one) for one in findings],
    }


def health_document(one: HealthFinding) -> dict[str, Any]:
    """Return a finding as the interface shows it."""
    return {
        "name": one.name,
        "state": one.state,
        "said": one.said._asdict(),
        "number": one.number,
        "since": one.since.isoformat() if one.since else None,
        "until": one.until.isoformat() if one.until else None,
        "to_do": None if one.state == "ok" else TO_DO[one.name]._asdict(),
    }
