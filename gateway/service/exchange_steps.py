"""What the worker exchanges with others: sources, questions put together, warnings, webhooks, deliveries."""

import asyncio
from collections.abc import Callable
from functools import partial
from uuid import UUID

from gateway.gateway import Gateway
from gateway.inquiries.batches.batch import work_batches
from gateway.platforms.queue import work_queue
from gateway.platforms.sender import send
from gateway.sources.pulls import pull_due
from gateway.warnings.telling import tell_warnings


async def pull(gateway: Gateway) -> bool:
    """Read a slice of a source that is due."""
    return await pull_due(gateway.units, gateway.intake)


async def ask_batches(gateway: Gateway) -> bool:
    """Ask the questions that people put together, and what is left of batches whose process has ended."""
    return await work_batches(gateway.units, gateway.providers, gateway.protector)


async def tell_of_risks(gateway: Gateway) -> bool:
    """Tell institutions that subscribed what has changed, and end subscriptions that are over."""
    return await tell_warnings(gateway.units)


async def send_webhooks(gateway: Gateway) -> bool:
    """Send what is due to one endpoint of an institution."""
    from gateway.webhooks.sender import Way, send_due

    settings = gateway.settings
    await gateway.access.current()  # the key that signs now
    way = Way(settings.webhook_networks, settings.webhook_ca, settings.delivery_retry_seconds, settings.webhook_days)
    return await send_due(gateway.units, way)


async def deliver(gateway: Gateway, stop: asyncio.Event, working: Callable[[], None]) -> None:
    """Work the queue of deliveries until told to stop; `working` is called as long as all is well."""
    await work_queue(gateway.database, gateway.settings, partial(_send, gateway), stop, working)


async def _send(gateway: Gateway, delivery_id: UUID) -> None:
    await gateway.access.current()  # the key that signs now
    await send(gateway.units, gateway.http, delivery_id)
