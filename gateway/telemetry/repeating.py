"""A step of the worker, again and again: its faults are noted and end nothing, and it pauses longer after each."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import SystemRandom

import structlog

from audit.errors import ForkError, TamperedError
from gateway.telemetry.worker_health import WorkerHealth

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0  # half of what /readyz lets an entry wait: what comes back is found in time
_CHANCE = SystemRandom()
_LOG = structlog.get_logger("gateway.worker")


async def repeat(
    health: WorkerHealth, stop: asyncio.Event, name: str, step: Callable[[], Awaitable[bool | None]], seconds: float
) -> None:
    """Do a step at its interval until told to stop; where it says that there may be more, at once.

    What it raises is noted, and it is tried again after a pause. Raises CancelledError where this task is cancelled.
    """
    while not stop.is_set():
        try:
            pause = 0.0 if await step() else seconds
            health.worked(name)
        except (Exception, asyncio.CancelledError) as fault:
            if _is_told_to_end(fault):
                raise
            pause = pause_after(_note(health, name, fault))
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


def _is_told_to_end(fault: BaseException) -> bool:
    """Tell a cancelled worker from a step in which something was cancelled: that is a fault like any other."""
    task = asyncio.current_task()
    return isinstance(fault, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _note(health: WorkerHealth, name: str, fault: BaseException) -> int:
    times = health.failed(name, fault)
    kind = type(fault).__name__
    if isinstance(fault, ForkError | TamperedError):
        # Nothing is signed over a log that contradicts itself; /readyz shows the lag that follows.
        _LOG.critical("audit log refused", step=name, fault=kind, reason=str(fault))
    else:
        # Where it was raised, once in a row; never its text, which may quote a record (telemetry/logs.py).
        where = {"exc_info": fault} if times == 1 else {}
        _LOG.error("step failed, will be tried again", step=name, fault=kind, times=times, **where)
    return times


def pause_after(times: int) -> float:
    """Return how long a step waits that failed so many times in a row: longer each time, never the same for all."""
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** min(times - 1, 16))
    return _CHANCE.uniform(longest / 2, longest)
