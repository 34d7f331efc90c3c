"""A caller who is known and is refused leaves one event, whichever rule it was; a flood of them is counted instead.

What a use case decides and records itself is returned to its door (a Denial): only what is raised comes here.
"""

import structlog
from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from audit.errors import AuditError
from gateway.runtime import clock
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.web.error_table import ERRORS
from gateway.web.problems import problem

MOST_IN_A_MINUTE = 10  # of one caller, in one process
_NOT_REFUSED = frozenset({"use-dpop-nonce"})  # the caller is asked to sign once more
_LOG = structlog.get_logger("gateway.refusals")


class Refusals:
    """Counts each caller's refusals in the minute they last had one; callers are registered, so they are not many."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, int, int]] = {}  # minute, recorded in it, left out since the last event

    def admit(self, caller: str, now: float) -> int | None:
        """Return how many were left out since the last event where this one is to be recorded, None where it is not."""
        minute = int(now // 60)
        last, recorded, left_out = self._seen.get(caller, (minute, 0, 0))
        if last != minute:
            recorded = 0
        if recorded >= MOST_IN_A_MINUTE:
            self._seen[caller] = (minute, recorded, left_out + 1)
            return None
        self._seen[caller] = (minute, recorded + 1, 0)
        return left_out


def note_caller(request: Request, caller: Actor) -> None:
    """Say who is calling, for the event of a refusal."""
    request.state.caller = caller


async def record_refusal(request: Request, reason: str) -> None:
    """Record that the caller noted before was refused, in a unit of work of its own: the request's was rolled back."""
    caller: Actor | None = getattr(request.state, "caller", None)
    if caller is None:
        return
    opened = request.app.state.gateway
    left_out = opened.refusals.admit(caller.name, clock.now().timestamp())
    if left_out is None:
        return
    try:
        async with opened.units.begin("request.refused", caller) as work:
            route = getattr(request.scope.get("route"), "path", "")
            await work.record(
                "request.refused", {"method": request.method, "route": route, "left_out": left_out},
                institution=caller.institution_id, account=caller.client_id if caller.kind == "account" else None,
                outcome=reason,
            )  # fmt: skip
    except (SQLAlchemyError, AuditError, OSError) as fault:
        # The caller is refused all the same: nothing was done that would need its record first.
        _LOG.error("refusal not recorded", reason=reason, fault=type(fault).__name__)


async def on_denied(request: Request, fault: Exception) -> Response:
    """Answer a DeniedError, and record it where it refuses a known caller."""
    assert isinstance(fault, DeniedError)  # noqa: S101 - registered for this type
    denial = fault.denial
    if ERRORS[denial.reason].status in {401, 403} and denial.reason not in _NOT_REFUSED:
        await record_refusal(request, denial.reason)
    return problem(request, denial)
