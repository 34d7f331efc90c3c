"""What the worker does to keep the instance: its log, database, disk, keys, and what has had its time."""

import asyncio
import shutil
from uuid import uuid4

from sqlalchemy import text

from audit.head_store import HeadStore
from audit.publisher import publish
from audit.sequencer import sequence
from gateway.evidence.fsck import check_nightly
from gateway.evidence.syslog import receiver_of, send_log
from gateway.gateway import Gateway
from gateway.identity.key_rotation import advance_keys
from gateway.intake.held import expire_held
from gateway.intake.previews import expire_previews
from gateway.intake.uploads import purge_uploads
from gateway.records.retention import expunge
from gateway.runtime import embedded
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.telemetry.disk_growth import note_free

_THIS_WORKER = uuid4()


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


async def check_log(gateway: Gateway) -> None:
    """Check the whole instance against its log, once a night."""
    await check_nightly(gateway.units, gateway.settings.fsck_hour, now())


async def revive_server(gateway: Gateway) -> None:  # noqa: ARG001 - the process holds it, whatever the instance
    """Start the embedded database server again where it was killed; with a database of one's own there is none."""
    await asyncio.to_thread(embedded.revive)


async def make_partitions(gateway: Gateway) -> None:
    """Create the partitions of the coming months."""
    async with gateway.database.begin("partitions") as session:
        await session.execute(text("SELECT xinqiao_ensure_partitions()"))


async def note_disk(gateway: Gateway) -> None:
    """Note what is free on the disk, so that its pace is known."""
    home = gateway.settings.instance_home
    await asyncio.to_thread(lambda: note_free(home, now(), shutil.disk_usage(home).free))


async def rotate_keys(gateway: Gateway) -> None:
    """Let keys take over and leave as they are due."""
    async with gateway.units.begin("keys.advance", PROGRAM) as work:
        await advance_keys(work, gateway.settings.token_lifetime_seconds)


async def forget_used(gateway: Gateway) -> None:
    """Delete what has ended and is of no use: replay marks, tokens, pushed requests, codes."""
    async with gateway.database.begin("ended.purge") as session:
        for table in ("once", "issued_token", "pushed_request", "person_session", "person_address", "sign_in_lane"):
            await session.execute(text(f"DELETE FROM {table} WHERE expires_at < now()"))  # noqa: S608 - our own names
        await session.execute(text("DELETE FROM rate_use WHERE arrival < extract(epoch FROM now())"))
        await session.execute(text("DELETE FROM webhook_delivery WHERE created_at < now() - interval '90 days'"))
        # A code is kept as long as the token it gave, which dies with a second use.
        await session.execute(text("DELETE FROM authorization_code WHERE expires_at < now() - interval '2 hours'"))


async def erase_expired(gateway: Gateway) -> None:
    """Erase the content of what was kept long enough."""
    await expunge(gateway.units, PROGRAM, gateway.protector, now())


async def forget_uploads(gateway: Gateway) -> None:
    """Forget uploads that have expired."""
    await purge_uploads(gateway.units, gateway.intake.spool)


async def forget_previews(gateway: Gateway) -> None:
    """End previews that nobody confirmed in time."""
    await expire_previews(gateway.units, gateway.intake.spool)


async def end_held(gateway: Gateway) -> None:
    """End held submissions that nobody decided on in time."""
    await expire_held(gateway.units, gateway.intake.spool)
