"""The worker: what runs beside the HTTP service, safe in several copies at once."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from audit.head_store import HeadStore
from audit.publisher import publish
from audit.sequencer import sequence
from connectors.store.batches import is_anything_delivered
from gateway.abnormal.holding import hold_abnormal
from gateway.consents.ending import end_due_consents
from gateway.evidence.fsck import check_nightly
from gateway.evidence.syslog import receiver_of, send_log
from gateway.gateway import Gateway
from gateway.identity.key_rotation import advance_keys
from gateway.inquiries.batches.batch import work_batches
from gateway.inquiries.duties import follow
from gateway.inquiries.lives import remind
from gateway.inquiries.store import expire_intents
from gateway.intake.held import expire_held
from gateway.intake.previews import expire_previews
from gateway.intake.uploads import purge_uploads
from gateway.platforms.queue import work_queue
from gateway.platforms.sender import send
from gateway.providers.days import forget_days
from gateway.quality.alerts import check_alerts
from gateway.quota.alerts import tell_reached
from gateway.quota.months import close_month
from gateway.records.retention import expunge
from gateway.records.subjects import resolve_missed
from gateway.runtime import embedded
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.runtime.database import Database
from gateway.runtime.work import UnitOfWork
from gateway.sources.pulls import pull_due
from gateway.statements.due import make_due
from gateway.telemetry.disk_growth import note_free
from gateway.telemetry.repeating import repeat
from gateway.telemetry.worker_health import WRITE_SECONDS, WorkerHealth
from gateway.warnings.telling import tell_warnings
from gateway.webhooks.outbox import queue_told

ANSWER_SECONDS = 2.0
CANCEL_SECONDS = 0.5
SEQUENCE_SECONDS = 0.2
SYSLOG_SECONDS = 1.0
PUBLISH_SECONDS = 1.0
SERVER_SECONDS = 2.0
PARTITION_SECONDS = 3600.0
PURGE_SECONDS = 60.0
DISK_SECONDS = 3600.0
PULL_SECONDS = 5.0
PULLS = 3
EXPIRE_SECONDS = 10.0
CONSENT_SECONDS = 60.0
BATCHES_SECONDS = 1.0
QUOTA_SECONDS = 5.0
DENIALS_SECONDS = 5.0
SUBJECTS_SECONDS = 60.0
MONTH_SECONDS = 60.0
KEYS_SECONDS = 10.0
RETENTION_SECONDS = 86_400.0
ALERT_SECONDS = 60.0
HELD_SECONDS = 3600.0
RESOLVE_SECONDS = 600.0
COLUMNS_SECONDS = 1.0
TIDY_SECONDS = 120.0
FSCK_SECONDS = 600.0
SCAN_SECONDS = 60.0
SCORES_SECONDS = 0.25
NETWORK_SECONDS = 1.0
NIGHT_SECONDS = 60.0
SITES_SECONDS = 3600.0
WARNINGS_SECONDS = 60.0
PAST_SECONDS = 3600.0
TRIAL_SECONDS = 2.0
WEBHOOK_SECONDS = 1.0
STATEMENT_SECONDS = 600.0
DUTIES_SECONDS = 1.0
REMINDER_SECONDS = 600.0
WEBHOOKS = 2
QUEUE = "deliveries"
_THIS_WORKER = uuid4()
_LOG = structlog.get_logger("gateway.worker")

Step = Callable[[Gateway], Awaitable[bool | None]]  # True: there may be more, come back at once
Queue = Callable[[Gateway, asyncio.Event, Callable[[], None]], Awaitable[None]]


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
        await publish(session, gateway.audit.log_id, gateway.audit.origin, gateway.keys.audit_key(), store, now())


async def send_out(gateway: Gateway) -> bool:
    """Send the log out by syslog, where a receiver is set."""
    receiver = receiver_of(gateway.settings)
    return receiver is not None and await send_log(gateway.units, receiver, gateway.settings.instance, _THIS_WORKER)


async def revive_server(gateway: Gateway) -> None:  # noqa: ARG001 - the process holds it, whatever the instance
    """Start the embedded database server again where it was killed; with a database of one's own there is none."""
    await asyncio.to_thread(embedded.revive)


async def rotate_keys(gateway: Gateway) -> None:
    """Let keys take over and leave as they are due."""
    async with gateway.units.begin("keys.advance", PROGRAM) as work:
        await advance_keys(work, gateway.settings.token_lifetime_seconds)


async def make_partitions(gateway: Gateway) -> None:
    """Create the partitions of the coming months."""
    async with gateway.database.begin("partitions") as session:
        await session.execute(text("SELECT xinqiao_ensure_partitions()"))


async def forget_used(gateway: Gateway) -> None:
    """Delete what has ended and is of no use: replay marks, tokens, pushed requests, codes."""
    async with gateway.database.begin("ended.purge") as session:
        for table in ("once", "issued_token", "pushed_request", "person_session", "person_address", "sign_in_lane"):
            await session.execute(text(f"DELETE FROM {table} WHERE expires_at < now()"))  # noqa: S608 - our own names
        await session.execute(text("DELETE FROM rate_use WHERE arrival < extract(epoch FROM now())"))
        await session.execute(text("DELETE FROM webhook_delivery WHERE created_at < now() - interval '90 days'"))
        # A code is kept as long as the token it gave, which dies with a second use.
        await session.execute(text("DELETE FROM authorization_code WHERE expires_at < now() - interval '2 hours'"))


async def note_disk(gateway: Gateway) -> None:
    """Note what is free on the disk, so that its pace is known."""
    home = gateway.settings.instance_home
    await asyncio.to_thread(lambda: note_free(home, now(), shutil.disk_usage(home).free))


async def erase_expired(gateway: Gateway) -> None:
    """Erase the content of what was kept long enough."""
    await expunge(gateway.units, PROGRAM, gateway.protector, now())


async def check_log(gateway: Gateway) -> None:
    """Check the whole instance against its log, once a night."""
    await check_nightly(gateway.units, gateway.settings.fsck_hour, now())


async def forget_uploads(gateway: Gateway) -> None:
    """Forget uploads that have expired."""
    await purge_uploads(gateway.units, gateway.intake.spool)


async def forget_previews(gateway: Gateway) -> None:
    """End previews that nobody confirmed in time."""
    await expire_previews(gateway.units, gateway.intake.spool)


async def append_columns(gateway: Gateway) -> bool:
    """Have the column store take up what is due."""
    from gateway.scores.append import append
    from gateway.scores.store import open_store

    store = open_store(gateway.settings)
    return await append(gateway.units, store.place, store.sources, PROGRAM)


async def tidy_columns(gateway: Gateway) -> None:
    """Merge the column store's small files, and sweep what a crash left."""
    from gateway.scores.compact import tidy
    from gateway.scores.store import open_store

    await tidy(gateway.units, open_store(gateway.settings), PROGRAM)


async def scan_scores(gateway: Gateway) -> None:
    """Compute every enterprise's score anew, once a night and when many have changed."""
    from gateway.scores.nightly import scan_when_due
    from gateway.scores.store import open_store

    settings = gateway.settings
    await scan_when_due(gateway.units, open_store(settings), settings.scan_folder, settings.scan_hour, now())


async def challenge(gateway: Gateway) -> None:
    """Compare the declared challenger with the card in force, once for each scan's day."""
    from gateway.scores.challenging import challenge_when_due
    from gateway.scores.scan_errors import NothingScannedError

    settings = gateway.settings
    with suppress(NothingScannedError):  # the next scan is over the tags that there are now
        await challenge_when_due(gateway.units, settings.challenger_card, settings.challenger_at_least)


async def renew_scores(gateway: Gateway) -> bool:
    """Compute the scores again of those for whom something landed."""
    from gateway.scores.rescoring import score_again

    return await score_again(gateway.units)


async def forget_past_scores(gateway: Gateway) -> bool:
    """Delete scores that held until long ago."""
    from gateway.scores.past import forget_past

    async with gateway.units.begin("scores.forget", PROGRAM) as work:
        return await forget_past(work, gateway.settings.score_days)


async def read_edges(gateway: Gateway) -> bool:
    """Read the edges of enterprises anew of whom something has come."""
    from gateway.network.taking_up import take_up

    return await take_up(gateway.units, gateway.protector)


async def compute_network(gateway: Gateway) -> None:
    """Compute where every enterprise stands in the network, once a night."""
    from gateway.network.nightly import compute_when_due

    await compute_when_due(gateway.units, gateway.settings.scan_hour, now())


async def judge_risks(gateway: Gateway) -> None:
    """Judge every enterprise by what is watched for, once a day."""
    from gateway.risk.watching import judge_when_due
    from gateway.scores.store import open_store

    await judge_when_due(gateway.units, open_store(gateway.settings), gateway.settings.scan_hour, now())


async def watch_sites(gateway: Gateway) -> None:
    """Judge the platforms' days that are over; one whose figures have not come is tried again."""
    from gateway.sites.judging import judge_sites

    await judge_sites(gateway.units, PROGRAM)


async def tell_of_risks(gateway: Gateway) -> bool:
    """Tell institutions that subscribed what has changed, and end subscriptions that are over."""
    return await tell_warnings(gateway.units)


async def forget_past_risks(gateway: Gateway) -> bool:
    """Delete what the risk watch, and that over platforms, found until long ago."""
    from gateway.risk.past import forget_risks
    from gateway.sites.keeping import forget_findings

    async with gateway.units.begin("risk.forget", PROGRAM) as work:
        await forget_findings(work, gateway.settings.risk_days)
        return await forget_risks(work, gateway.settings.risk_days)


async def try_watches(gateway: Gateway) -> None:
    """Judge every enterprise by a watch that somebody tries out; nothing of it is put in force."""
    from gateway.risk_analysis.trying import try_waiting
    from gateway.scores.store import open_store

    await try_waiting(gateway.units, open_store(gateway.settings))


async def send_webhooks(gateway: Gateway) -> bool:
    """Send what is due to one endpoint of an institution."""
    from gateway.webhooks.sender import Way, send_due

    settings = gateway.settings
    await gateway.access.current()  # the key that signs now
    way = Way(settings.webhook_networks, settings.webhook_ca, settings.delivery_retry_seconds, settings.webhook_days)
    return await send_due(gateway.units, way)


async def end_held(gateway: Gateway) -> None:
    """End held submissions that nobody decided on in time."""
    await expire_held(gateway.units, gateway.intake.spool)


async def ask_batches(gateway: Gateway) -> bool:
    """Ask the questions that people put together, and what is left of batches whose process has ended."""
    return await work_batches(gateway.units, gateway.providers, gateway.protector)


async def pull(gateway: Gateway) -> bool:
    """Read a slice of a source that is due."""
    return await pull_due(gateway.units, gateway.intake)


def in_one_unit(name: str, use_case: Callable[[UnitOfWork], Awaitable[bool | None]]) -> Step:
    """Make a step of a use case that needs one unit of work."""

    async def step(gateway: Gateway) -> bool | None:
        async with gateway.units.begin(name, PROGRAM) as work:
            return await use_case(work)

    return step


def once_delivered(inner: Step) -> Step:
    """Make a step that does nothing before anything was handed in: what it computes with is large, and not loaded."""

    async def step(gateway: Gateway) -> bool | None:
        async with gateway.database.begin("delivered") as session:
            if not await is_anything_delivered(session):
                return None
        return await inner(gateway)

    return step


STEPS: dict[str, tuple[Step, float]] = {
    "server": (revive_server, SERVER_SECONDS),
    "partitions": (make_partitions, PARTITION_SECONDS),
    "disk": (note_disk, DISK_SECONDS),
    "ended": (forget_used, PURGE_SECONDS),
    "uploads": (forget_uploads, PURGE_SECONDS),
    "previews": (forget_previews, PURGE_SECONDS),
    "quota-alerts": (in_one_unit("quota.tell", tell_reached), QUOTA_SECONDS),
    "abnormal-denials": (in_one_unit("abnormal.denials", partial(hold_abnormal, name="denials")), DENIALS_SECONDS),
    "abnormal-subjects": (in_one_unit("abnormal.subjects", partial(hold_abnormal, name="subjects")), SUBJECTS_SECONDS),
    "quota-months": (in_one_unit("quota.close", close_month), MONTH_SECONDS),
    "batches": (ask_batches, BATCHES_SECONDS),
    "intents": (in_one_unit("inquiry.expire", expire_intents), EXPIRE_SECONDS),
    # Several at once, so that a source that is slow to answer does not hold up the others.
    **{f"pull-{number}": (pull, PULL_SECONDS) for number in range(PULLS)},
    "keys": (rotate_keys, KEYS_SECONDS),
    "retention": (erase_expired, RETENTION_SECONDS),
    "consents": (in_one_unit("consent.end", end_due_consents), CONSENT_SECONDS),
    "alerts": (in_one_unit("alerts.check", check_alerts), ALERT_SECONDS),
    "held": (end_held, HELD_SECONDS),
    "columns": (once_delivered(append_columns), COLUMNS_SECONDS),
    "tidy-columns": (once_delivered(tidy_columns), TIDY_SECONDS),
    "scan": (once_delivered(scan_scores), SCAN_SECONDS),
    "challenger": (once_delivered(challenge), NIGHT_SECONDS),
    "scores": (once_delivered(renew_scores), SCORES_SECONDS),
    "network": (once_delivered(read_edges), NETWORK_SECONDS),
    "network-night": (once_delivered(compute_network), NIGHT_SECONDS),
    "risk": (once_delivered(judge_risks), NIGHT_SECONDS),
    "sites": (once_delivered(watch_sites), SITES_SECONDS),
    "warnings": (tell_of_risks, WARNINGS_SECONDS),
    "provider-days": (in_one_unit("provider.forget", forget_days), PAST_SECONDS),
    "past-risks": (once_delivered(forget_past_risks), PAST_SECONDS),
    "risk-trials": (once_delivered(try_watches), TRIAL_SECONDS),
    "past-scores": (once_delivered(forget_past_scores), PAST_SECONDS),
    "subjects": (in_one_unit("subjects.resolve", resolve_missed), RESOLVE_SECONDS),
    "fsck": (check_log, FSCK_SECONDS),
    "told": (in_one_unit("webhook.queue", queue_told), WEBHOOK_SECONDS),
    "duties": (in_one_unit("duties.follow", follow), DUTIES_SECONDS),
    "reminders": (in_one_unit("duties.remind", remind), REMINDER_SECONDS),
    # Several at once, so that an endpoint that is slow to answer does not hold up the others.
    **{f"webhooks-{number}": (send_webhooks, WEBHOOK_SECONDS) for number in range(WEBHOOKS)},
    "statements": (in_one_unit("statement.make", make_due), STATEMENT_SECONDS),
    "sequence": (take_in, SEQUENCE_SECONDS),
    "publish": (publish_head, PUBLISH_SECONDS),
    "syslog": (send_out, SYSLOG_SECONDS),
}


async def deliver(gateway: Gateway, stop: asyncio.Event, working: Callable[[], None]) -> None:
    """Work the queue of deliveries until told to stop; `working` is called as long as all is well."""
    await work_queue(gateway.database, gateway.settings, partial(_send, gateway), stop, working)


async def _send(gateway: Gateway, delivery_id: UUID) -> None:
    await gateway.access.current()  # the key that signs now
    await send(gateway.units, gateway.http, delivery_id)


async def work(
    gateway: Gateway, stop: asyncio.Event, steps: Mapping[str, tuple[Step, float]] = STEPS, queue: Queue = deliver
) -> None:
    """Run every step at its interval, and the queue, until told to stop; a step under way is finished first.

    A step that raises is logged, told to /readyz and /metrics, and tried again after a pause that grows; nothing else
    ends by it. Cancelling ends everything at once. So does being told to stop while the database is away: what is under
    way then only waits for it.
    """
    health = WorkerHealth(gateway.settings.worker_folder, [*steps, QUEUE])
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(repeat(health, stop, name, partial(step, gateway), seconds))
                for name, (step, seconds) in steps.items()
            ]
            working = partial(health.worked, QUEUE)
            running.append(tasks.create_task(repeat(health, stop, QUEUE, partial(queue, gateway, stop, working), 0.0)))
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
