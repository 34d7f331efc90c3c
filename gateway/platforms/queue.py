"""The job queue (procrastinate): jobs enqueued on the caller's connection, tried until they succeed.

What must be delivered stands in our own ledger; a job only drives it. A worker that died leaves a job in progress
without a heartbeat: it is given to another.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import psycopg
from opentelemetry import trace
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job

from gateway.gateway import Gateway

TASK = "deliver"
LONGEST_WAIT_SECONDS = 600
STALLED_AFTER_SECONDS = 10.0  # a worker tells every few seconds that it lives
_TRACER = trace.get_tracer("xinqiao")
_unconnected = App(connector=PsycopgConnector())


class KeepTrying(BaseRetryStrategy):
    """Waits twice as long after every failure, up to ten minutes, and never gives up."""

    def __init__(self, first_seconds: float) -> None:
        """Take the first wait, in seconds."""
        self._first = first_seconds

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        """Return when to try again."""
        wait = min(LONGEST_WAIT_SECONDS, self._first * 2 ** min(job.attempts, 16))
        return RetryDecision(retry_in={"seconds": max(1, round(wait))})


async def enqueue(connection: psycopg.AsyncConnection, delivery_id: UUID) -> None:
    """Add the job of a delivery on the caller's connection: it is there if and only if the caller commits."""
    deferrer = _unconnected.configure_task(TASK, allow_unknown=True, connection=connection)
    await deferrer.defer_async(delivery_id=str(delivery_id))


def open_queue(gateway: Gateway, send: Callable[[Gateway, UUID], Awaitable[None]]) -> App:
    """Return the queue with its one task bound to this instance; open it, then run its worker."""
    address = gateway.database.urls.app.set(drivername="postgresql").render_as_string(hide_password=False)
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4))

    @app.task(name=TASK, retry=KeepTrying(gateway.settings.delivery_retry_seconds))
    async def task(delivery_id: str) -> None:
        with _TRACER.start_as_current_span("delivery.send"):
            await send(gateway, UUID(delivery_id))

    return app


async def free_stalled(app: App) -> None:
    """Give jobs of dead workers back to the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        await app.job_manager.retry_job(job)
