"""The worker: what runs beside the HTTP service, and how often; safe in several copies at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from connectors.store.batches import is_anything_delivered
from gateway.abnormal.holding import hold_abnormal
from gateway.consents.ending import end_due_consents
from gateway.gateway import Gateway
from gateway.inquiries.duties import follow
from gateway.inquiries.lives import remind
from gateway.inquiries.store import expire_intents
from gateway.providers.days import forget_days
from gateway.quality.alerts import check_alerts
from gateway.quota.alerts import tell_reached
from gateway.quota.months import close_month
from gateway.records.subjects import resolve_missed
from gateway.runtime.actor import PROGRAM
from gateway.runtime.work import UnitOfWork
from gateway.service.computing_steps import (
    append_columns,
    challenge,
    compute_network,
    forget_past_risks,
    forget_past_scores,
    judge_risks,
    read_edges,
    renew_scores,
    scan_scores,
    tidy_columns,
    try_watches,
    watch_sites,
)
from gateway.service.exchange_steps import ask_batches, deliver, pull, send_webhooks, tell_of_risks
from gateway.service.running import Queue, Step, run_steps
from gateway.service.upkeep_steps import (
    check_log,
    end_held,
    erase_expired,
    forget_previews,
    forget_uploads,
    forget_used,
    make_partitions,
    note_disk,
    publish_head,
    revive_server,
    rotate_keys,
    send_out,
    take_in,
)
from gateway.statements.due import make_due
from gateway.webhooks.outbox import queue_told

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


async def work(
    gateway: Gateway, stop: asyncio.Event, steps: Mapping[str, tuple[Step, float]] = STEPS, queue: Queue = deliver
) -> None:
    """Run every step at its interval, and the queue, until told to stop (gateway/service/running.py)."""
    await run_steps(gateway, stop, steps, {QUEUE: queue})
