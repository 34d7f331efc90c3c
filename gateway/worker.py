"""The worker: what runs beside the HTTP service, safe in several copies at once."""

import asyncio
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from procrastinate.app import WorkerOptions
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from audit.errors import AuditError, ForkError, TamperedError
from audit.head_store import HeadStore
from audit.publisher import publish
from audit.sequencer import sequence
from gateway.gateway import Gateway
from gateway.identity.key_rotation import advance_keys
from gateway.inquiries.store import expire_intents
from gateway.intake.held import expire_held
from gateway.intake.uploads import purge_uploads
from gateway.platforms.queue import free_stalled, open_queue
from gateway.platforms.sender import send
from gateway.quality.alerts import check_alerts
from gateway.records.retention import sweep
from gateway.runtime.actor import PROGRAM
from gateway.runtime.work import UnitOfWork
from gateway.sources.pulls import pull_due

SEQUENCE_SECONDS = 0.2
PUBLISH_SECONDS = 1.0
PARTITION_SECONDS = 3600.0
PURGE_SECONDS = 60.0
PULL_SECONDS = 5.0
PULLS = 3
EXPIRE_SECONDS = 10.0
STALLED_SECONDS = 4.0
KEYS_SECONDS = 10.0
RETENTION_SECONDS = 86_400.0
ALERT_SECONDS = 60.0
HELD_SECONDS = 3600.0
QUEUE_OPTIONS: WorkerOptions = {
    "concurrency": 4, "fetch_job_polling_interval": 1.0, "install_signal_handlers": False,
    "shutdown_graceful_timeout": 5.0, "delete_jobs": "successful",
    "update_heartbeat_interval": 2.0, "stalled_worker_timeout": 10.0,
}  # fmt: skip
PAUSE_AFTER_FAULT_SECONDS = 5.0
_LOG = structlog.get_logger("gateway.worker")

Step = Callable[[Gateway], Awaitable[bool | None]]  # True: there may be more, come back at once


async def take_in(gateway: Gateway) -> None:
    """Move what is pending into the tree, batch by batch, until nothing is left."""
    while True:
        async with gateway.database.begin("audit.sequence", role="sequencer") as session:
            if not await sequence(session, gateway.audit.log_id):
                return


async def publish_head(gateway: Gateway) -> None:
    """Sign and publish the tree where it has grown since the last head."""
    store = HeadStore(gateway.settings.head_folder)
    async with gateway.database.begin("audit.publish", role="sequencer") as session:
        await publish(
            session, gateway.audit.log_id, gateway.audit.origin, gateway.keys.audit_key(), store, datetime.now(UTC)
        )


async def make_partitions(gateway: Gateway) -> None:
    """Create the partitions of the coming months."""
    async with gateway.database.begin("partitions") as session:
        await session.execute(text("SELECT xinqiao_ensure_partitions()"))


async def forget_used(gateway: Gateway) -> None:
    """Delete what has ended and is of no use: replay marks, tokens, pushed requests, codes."""
    async with gateway.database.begin("ended.purge") as session:
        for table in ("once", "issued_token", "pushed_request", "person_session"):
            await session.execute(text(f"DELETE FROM {table} WHERE expires_at < now()"))  # noqa: S608 - our own names
        # A code is kept as long as the token it gave, which dies with a second use.
        await session.execute(text("DELETE FROM authorization_code WHERE expires_at < now() - interval '2 hours'"))


def in_one_unit(name: str, use_case: Callable[[UnitOfWork], Awaitable[bool | None]]) -> Step:
    """Make a step of a use case that needs one unit of work."""

    async def step(gateway: Gateway) -> bool | None:
        async with gateway.units.begin(name, PROGRAM) as work:
            return await use_case(work)

    return step


STEPS: dict[str, tuple[Step, float]] = {
    "partitions": (make_partitions, PARTITION_SECONDS),
    "ended": (forget_used, PURGE_SECONDS),
    "uploads": (purge_uploads, PURGE_SECONDS),
    "intents": (in_one_unit("inquiry.expire", expire_intents), EXPIRE_SECONDS),
    # Several at once, so that a source that is slow to answer does not hold up the others.
    **{f"pull-{number}": (pull_due, PULL_SECONDS) for number in range(PULLS)},
    "keys": (advance_keys, KEYS_SECONDS),
    "retention": (sweep, RETENTION_SECONDS),
    "alerts": (check_alerts, ALERT_SECONDS),
    "held": (expire_held, HELD_SECONDS),
    "sequence": (take_in, SEQUENCE_SECONDS),
    "publish": (publish_head, PUBLISH_SECONDS),
}


async def work(gateway: Gateway, stop: asyncio.Event) -> None:
    """Run every step at its interval until told to stop; a step under way is finished first."""
    async with asyncio.TaskGroup() as tasks:
        for name, (step, seconds) in STEPS.items():
            tasks.create_task(_repeat(gateway, stop, name, step, seconds))
        tasks.create_task(_deliver(gateway, stop))


async def _deliver(gateway: Gateway, stop: asyncio.Event) -> None:
    """Work the job queue, and take over what dead workers left; a queue that fails is opened again."""
    stopped = asyncio.create_task(stop.wait())
    while not stop.is_set():
        try:
            async with open_queue(gateway, send).open_async() as queue:
                working = asyncio.create_task(queue.run_worker_async(**QUEUE_OPTIONS))
                while not (stop.is_set() or working.done()):
                    await free_stalled(queue)
                    await asyncio.wait([working, stopped], timeout=STALLED_SECONDS, return_when=FIRST_COMPLETED)
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
        except (ConnectorException, OSError) as fault:
            _LOG.error("job queue failed, will be opened again", fault=type(fault).__name__)
            await asyncio.wait([stopped], timeout=PAUSE_AFTER_FAULT_SECONDS)


async def _repeat(gateway: Gateway, stop: asyncio.Event, name: str, step: Step, seconds: float) -> None:
    while not stop.is_set():
        pause = seconds
        try:
            if await step(gateway):
                pause = 0.0
        except (ForkError, TamperedError) as fault:
            # Nothing is signed over a log that contradicts itself; /readyz shows the lag that follows.
            _LOG.critical("audit log refused", step=name, fault=type(fault).__name__, reason=str(fault))
            pause = PAUSE_AFTER_FAULT_SECONDS
        except (SQLAlchemyError, AuditError, OSError) as fault:
            _LOG.error("step failed, will be tried again", step=name, fault=type(fault).__name__)
            pause = PAUSE_AFTER_FAULT_SECONDS
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            continue
