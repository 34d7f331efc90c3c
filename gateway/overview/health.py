"""How the whole does, looked at once: what /readyz finds, and what people see to besides.

The checks of readiness, the look-ups in the database and the look at the disk run beside each other, each with a
bound. A database that does not answer is a finding: what it would have told is not known.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from connectors.model.calendar import SHANGHAI
from gateway.inquiries.figures import count_asked
from gateway.overview.health_facts import Facts, read_facts, read_place
from gateway.overview.health_findings import HealthFinding, find_health
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.settings import Settings
from gateway.runtime.work import UnitsOfWork
from gateway.telemetry.readiness import Finding

ANSWER_SECONDS = 3.0
READERS = frozenset({"operator", "system", "machine"})
HOURS = 24
_BOUND = text("SET LOCAL statement_timeout = '2500ms'")
_LOG = structlog.get_logger("gateway.health")
Look = Callable[[], Awaitable[list[Finding]]]


@dataclass(frozen=True)
class Hour:
    """Inquiries of one hour of the day (Beijing): all that were asked, and those that were denied."""

    hour: int
    asked: int
    denied: int


async def look_over(units: UnitsOfWork, settings: Settings, actor: Actor, look: Look) -> list[HealthFinding]:
    """Return every finding. Raises DeniedError for whoever is no security and no system administrator."""
    _demand_reader(actor)
    ready, facts, place = await asyncio.gather(look(), _facts(units, actor), read_place(settings))
    return find_health(ready, facts, place)


async def read_hours(units: UnitsOfWork, actor: Actor) -> list[Hour]:
    """Return the inquiries of the last 24 hours, the oldest hour first. Raises DeniedError, SQLAlchemyError."""
    _demand_reader(actor)
    async with units.begin("health.hours", actor) as work:
        hours = _hours(work.now)
        rows = await count_asked(work.session, work.now.replace(minute=0, second=0) - timedelta(hours=23), work.now)
    asked, denied = dict.fromkeys(hours, 0), dict.fromkeys(hours, 0)
    for row in rows:
        asked[row.hour] += row.asked
        denied[row.hour] += row.asked if row.state == "denied" else 0
    return [Hour(hour, asked[hour], denied[hour]) for hour in hours]


def _hours(now: datetime) -> list[int]:
    last = now.astimezone(SHANGHAI).hour
    return [(last + number + 1) % HOURS for number in range(HOURS)]


def _demand_reader(actor: Actor) -> None:
    if actor.kind not in READERS:
        raise DeniedError(
            "insufficient-scope", "安全管理员和系统管理员可以查看。Operators and system administrators see it."
        )


async def _facts(units: UnitsOfWork, actor: Actor) -> Facts | None:
    try:
        async with asyncio.timeout(ANSWER_SECONDS), units.begin("health", actor, role="watch") as work:
            await work.session.execute(_BOUND)
            return await read_facts(work)
    except (SQLAlchemyError, OSError, TimeoutError) as fault:
        _LOG.warning("health not known", fault=type(fault).__name__)
        return None
