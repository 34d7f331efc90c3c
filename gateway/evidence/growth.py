"""The log's signed heads as an auditor looks at them, and how the log stands now."""

from dataclasses import dataclass
from datetime import datetime

from audit.checkpoints import Growth, Published, list_checkpoints, prove_growth
from audit.errors import ProofError
from audit.lag import unsigned_seconds
from audit.stops import Stop, find_stop
from audit.stored import count_entries
from gateway.evidence.entries import demand_auditor
from gateway.runtime.clock import database_now
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork


@dataclass(frozen=True)
class LogStanding:
    """How the log stands: entries in the tree and waiting for it, the newest checkpoint, what keeps it from signing.

    `unsigned_seconds` is how long the oldest entry has waited that no checkpoint covers.
    """

    entries: int
    waiting: int
    latest: Published | None
    unsigned_seconds: float
    stop: Stop | None
    now: datetime


async def read_standing(work: UnitOfWork) -> LogStanding:
    """Return how the log stands. Raises DeniedError for whoever is no auditor."""
    demand_auditor(work)
    log = work.recorder.log_id
    entries, waiting = await count_entries(work.session, log)
    newest = await list_checkpoints(work.session, log, work.recorder.origin, limit=1)
    return LogStanding(
        entries, waiting, newest[0] if newest else None, await unsigned_seconds(work.session, log),
        await find_stop(work.session, log), await database_now(work.session),
    )  # fmt: skip


async def list_heads(work: UnitOfWork, *, before: int | None, limit: int) -> list[Published]:
    """Return published checkpoints, newest first; they tell nothing about anybody. Raises DeniedError."""
    demand_auditor(work)
    return await list_checkpoints(work.session, work.recorder.log_id, work.recorder.origin, before=before, limit=limit)


async def prove_heads(work: UnitOfWork, before: int, after: int) -> Growth:
    """Return the proof that one checkpoint continues another. Raises DeniedError where there is none."""
    demand_auditor(work)
    if not 0 < before <= after:
        raise DeniedError("invalid-request", "较早的检查点须在前 The earlier checkpoint comes first.")
    try:
        return await prove_growth(work.session, work.recorder.log_id, before, after)
    except ProofError as fault:
        raise DeniedError("not-yet-proved", str(fault)) from fault
