"""The job queue (procrastinate): jobs enqueued on the caller's connection, tried until they succeed.

What must be delivered stands in our own ledger; a job only drives it. A worker that died leaves a job in progress
without a heartbeat: it is given to another.
"""

import asyncio
import json
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import psycopg
from opentelemetry import trace
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.app import WorkerOptions
from procrastinate.jobs import Job
from procrastinate.types import JSONDict
from procrastinate.worker import Worker
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.runtime.database import Database
from gateway.runtime.errors import GatewayError
from gateway.runtime.settings import Settings

TASK = "deliver"
LONGEST_WAIT_SECONDS = 600
STALLED_AFTER_SECONDS = 10.0  # a worker tells every few seconds that it lives
STALLED_SECONDS = 4.0
OPTIONS: WorkerOptions = {
    "concurrency": 4, "fetch_job_polling_interval": 1.0, "install_signal_handlers": False,
    "shutdown_graceful_timeout": 5.0, "delete_jobs": "successful",
    "update_heartbeat_interval": 2.0, "stalled_worker_timeout": 10.0,
}  # fmt: skip
# The job a delivery has, if any: there is one at most, and whoever looks holds it until the transaction ends.
_JOB = text("""
    SELECT id, status = 'todo' AND scheduled_at > now() AS waits FROM procrastinate_jobs
    WHERE task_name = :task AND args @> CAST(:args AS jsonb) AND status IN ('todo', 'doing') LIMIT 1 FOR UPDATE
""")
_NOW = text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE id = :id")
_OPEN = text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
_TRACER = trace.get_tracer("xinqiao")
_unconnected = App(connector=PsycopgConnector())


class QueueEndedError(GatewayError):
    """The job queue ended without being told to."""


class KeepTrying(BaseRetryStrategy):
    """Waits twice as long after every failure, up to ten minutes, and never gives up."""

    def __init__(self, first_seconds: float) -> None:
        """Take the first wait, in seconds."""
        self._first = first_seconds

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        """Return when to try again."""
        wait = min(LONGEST_WAIT_SECONDS, self._first * 2 ** min(job.attempts, 16))
        return RetryDecision(retry_in={"seconds": max(1, round(wait))})


async def enqueue(connection: psycopg.AsyncConnection, deliveries: Sequence[UUID]) -> None:
    """Add the jobs of deliveries on the caller's connection: they are there if and only if the caller commits."""
    deferrer = _unconnected.configure_task(TASK, allow_unknown=True, connection=connection)
    arguments: list[JSONDict] = [{"delivery_id": str(one)} for one in deliveries]
    await deferrer.batch_defer_async(*arguments)


async def hasten(session: AsyncSession, delivery_id: UUID) -> bool | None:
    """Have the job of a delivery tried at once instead of after its pause, and return True.

    False where it is under way or due already; None where the delivery has no job.
    """
    asked = {"task": TASK, "args": json.dumps({"delivery_id": str(delivery_id)})}
    job = (await session.execute(_JOB, asked)).one_or_none()
    if job is None:
        return None
    if job.waits:
        await session.execute(_NOW, {"id": job.id})
    return bool(job.waits)


async def count_jobs(session: AsyncSession) -> int:
    """Return how many jobs wait or are under way."""
    number: int = (await session.execute(_OPEN)).scalar_one()
    return number


async def work_queue(
    database: Database,
    settings: Settings,
    send: Callable[[UUID], Awaitable[None]],
    stop: asyncio.Event,
    working: Callable[[], None],
) -> None:
    """Work the jobs until told to stop, and take over what dead workers left; `working` is called while all is well.

    Raises what ends the queue (PoolTimeout, a fault of the connector, QueueEndedError): it may be worked anew.
    """
    queue = _bind(database, settings, send)
    try:
        async with asyncio.timeout(settings.database_wait_seconds):
            await queue.open_async()
        await _work(queue, stop, working)
    finally:
        await queue.close_async()


async def _work(queue: App, stop: asyncio.Event, working: Callable[[], None]) -> None:
    worker = Worker(queue, **OPTIONS)
    running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            await _free_stalled(queue)
            await asyncio.wait([running, stopped], timeout=STALLED_SECONDS, return_when=FIRST_COMPLETED)
            if running.done():
                running.result()
                raise QueueEndedError
            working()
    finally:
        stopped.cancel()
        await asyncio.sleep(0)  # so that it has begun: what it was told before, it would forget
        # Not cancelled: while it waits for a connection that comes in this very moment, a cancellation is lost.
        worker.stop()  # type: ignore[no-untyped-call]
        await asyncio.gather(running, return_exceptions=True)  # what it is at is finished, or given back to the queue


def _bind(database: Database, settings: Settings, send: Callable[[UUID], Awaitable[None]]) -> App:
    """Return the queue with its one task: `send` a delivery."""
    address = database.urls.app.set(drivername="postgresql").render_as_string(hide_password=False)
    wait = settings.database_wait_seconds
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, timeout=wait))

    @app.task(name=TASK, retry=KeepTrying(settings.delivery_retry_seconds))
    async def task(delivery_id: str) -> None:
        with _TRACER.start_as_current_span("delivery.send"):
            await send(UUID(delivery_id))

    return app


async def _free_stalled(app: App) -> None:
    """Give jobs of dead workers back to the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await app.job_manager.retry_job(job)
