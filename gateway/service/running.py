"""Steps at their intervals, and queues, until told to stop: one that fails ends no other."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from gateway.gateway import Gateway
from gateway.runtime.database import Database
from gateway.telemetry.repeating import repeat
from gateway.telemetry.worker_health import WRITE_SECONDS, WorkerHealth

ANSWER_SECONDS = 2.0
CANCEL_SECONDS = 0.5

Step = Callable[[Gateway], Awaitable[bool | None]]  # True: there may be more, come back at once
Queue = Callable[[Gateway, asyncio.Event, Callable[[], None]], Awaitable[None]]


async def run_steps(
    gateway: Gateway, stop: asyncio.Event, steps: Mapping[str, tuple[Step, float]], queues: Mapping[str, Queue]
) -> None:
    """Run every step at its interval, and the queues, until told to stop; a step under way is finished first.

    A step that raises is logged, told to /readyz and /metrics, and tried again after a pause that grows; nothing else
    ends by it. Cancelling ends everything at once. So does being told to stop while the database is away: what is under
    way then only waits for it.
    """
    health = WorkerHealth(gateway.settings.worker_folder, [*steps, *queues])
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(repeat(health, stop, name, partial(step, gateway), seconds))
                for name, (step, seconds) in steps.items()
            ]
            for name, queue in queues.items():
                worked = partial(queue, gateway, stop, partial(health.worked, name))
                running.append(tasks.create_task(repeat(health, stop, name, worked, 0.0)))
            tasks.create_task(_tell(health, stop))
            tasks.create_task(_end_in_vain(gateway, stop, running))
    finally:
        with suppress(OSError):
            health.close()


async def _end_in_vain(gateway: Gateway, stop: asyncio.Event, running: Sequence[asyncio.Task[None]]) -> None:
    """Once told to stop, end the steps where the database is away."""
    await stop.wait()
    asked = asyncio.create_task(_answers(gateway.database))
    await asyncio.wait([asked], timeout=ANSWER_SECONDS)
    if asked.done() and asked.result():
        return
    # Again and again: what is cancelled may go on to wait for the database in order to take its leave.
    while waiting := [task for task in (*running, asked) if not task.done()]:
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting, timeout=CANCEL_SECONDS)


async def _answers(database: Database) -> bool:
    try:
        async with database.begin("stop", role="watch") as session:
            # Something is asked: a connection that stands open says nothing of a server that has fallen silent.
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


async def _tell(health: WorkerHealth, stop: asyncio.Event) -> None:
    """Write what readers look at; on a full disk they see none for a while, and the work goes on."""
    while not stop.is_set():
        with suppress(OSError):
            health.write()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), WRITE_SECONDS)
