"""Fail closed: while entries wait too long for a signed checkpoint, nothing more is answered or taken in."""

from fastapi import Request

from gateway.identity.doorkeeper import Doorkeeper
from gateway.runtime.denial import DeniedError

READS = frozenset({"GET", "HEAD", "OPTIONS"})
RETRY_SECONDS = 60


async def demand_signed_log(request: Request) -> None:
    """Raise DeniedError for an inquiry or a write while the log is late; reads tell what has been recorded already.

    How late it is stands in the snapshot that each worker has of who is stopped: no statement of its own.
    """
    if request.method in READS:
        return
    doorkeeper: Doorkeeper = request.app.state.gateway
    access = await doorkeeper.access.current()
    if access.unsigned_seconds > doorkeeper.settings.unsigned_seconds:
        raise DeniedError("log-not-signed", headers={"Retry-After": str(RETRY_SECONDS)})
