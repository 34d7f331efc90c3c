"""Rotating the instance's keys without an outage: next → active → retiring → retired, each step an event.

The next key is published before it signs, for as long as others may keep our JWKS; the last is believed until what it
signed has ended. Statements outlive their keys: only tokens of a retired key are refused.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from audit.events import Event
from gateway.gateway import Gateway
from gateway.identity.tables import InstanceKey
from gateway.runtime.errors import GatewayError
from gateway.runtime.keystore import JWKS_CACHE_SECONDS, PURPOSES, new_key

ACTOR = "worker"
MARGIN_SECONDS = 60  # clocks differ, and workers read the keys a moment later
# Tree heads are signed by one key for the life of a log; platforms register delivery keys by hand.
ROTATED = tuple(purpose for purpose in PURPOSES if purpose != "audit")
PROMOTED_IN_TIME = tuple(purpose for purpose in ROTATED if purpose != "delivery")
_LOCK = text("SELECT pg_advisory_xact_lock(7133, 3)")


class RotationError(GatewayError):
    """The key cannot be rotated as asked."""


async def rotate(gateway: Gateway, purpose: str, *, actor: str, at_once: bool = False) -> str:
    """Make the next key of a purpose and return its kid; `at_once` makes it active and retires the last one now.

    At once is for a key that leaked: every token of it dies, and its clients log in again. Raises RotationError.
    """
    if purpose not in ROTATED:
        raise RotationError(f"{purpose!r} is no key that is rotated: {', '.join(ROTATED)}")
    now = datetime.now(UTC)
    async with gateway.database.begin("keys.rotate") as session:
        held = await _held(session, purpose)
        if "next" not in held:
            held["next"] = await _add_next(gateway, session, purpose, actor, now)
        elif not at_once:
            raise RotationError(f"the next key of {purpose} waits already: {held['next'].kid}")
        if at_once:
            await _move(gateway, session, held["active"], "retired", actor, now)
            await _move(gateway, session, held["next"], "active", actor, now)
        kid = held["next"].kid
    gateway.access.expire()
    return kid


async def promote(gateway: Gateway, purpose: str, *, actor: str) -> str:
    """Let the next key sign from now on and return its kid. Raises RotationError where none waits."""
    now = datetime.now(UTC)
    async with gateway.database.begin("keys.promote") as session:
        held = await _held(session, purpose)
        if "next" not in held:
            raise RotationError(f"no next key of {purpose} waits: rotate first")
        await _move(gateway, session, held["active"], "retiring", actor, now)
        await _move(gateway, session, held["next"], "active", actor, now)
        kid = held["next"].kid
    gateway.access.expire()
    return kid


async def advance_keys(gateway: Gateway) -> None:
    """Promote and retire what is due; the worker's step."""
    now = datetime.now(UTC)
    published = timedelta(seconds=JWKS_CACHE_SECONDS + MARGIN_SECONDS)
    believed = timedelta(seconds=gateway.settings.token_lifetime_seconds + MARGIN_SECONDS)
    for purpose in PROMOTED_IN_TIME:
        async with gateway.database.begin("keys.advance") as session:
            held = await _held(session, purpose)
            waiting, leaving = held.get("next"), held.get("retiring")
            if leaving and _since(leaving) <= now - believed:
                await _move(gateway, session, leaving, "retired", ACTOR, now)
            elif waiting and not leaving and _since(waiting) <= now - published:
                await _move(gateway, session, held["active"], "retiring", ACTOR, now)
                await _move(gateway, session, waiting, "active", ACTOR, now)


async def list_keys(session: AsyncSession) -> list[Mapping[str, Any]]:
    """Return kid, purpose, status and times of every key."""
    rows = (await session.execute(select(InstanceKey).order_by(col(InstanceKey.created_at)))).scalars()
    return [{"kid": row.kid, "purpose": row.purpose, "status": row.status, "since": _since(row)} for row in rows]


async def _held(session: AsyncSession, purpose: str) -> dict[str, InstanceKey]:
    await session.execute(_LOCK)
    query = select(InstanceKey).where(col(InstanceKey.purpose) == purpose, col(InstanceKey.status) != "retired")
    return {row.status: row for row in (await session.execute(query)).scalars()}


async def _add_next(gateway: Gateway, session: AsyncSession, purpose: str, actor: str, now: datetime) -> InstanceKey:
    made = new_key(gateway.keys.kek, purpose)
    payload = {"purpose": purpose, "kid": made["kid"]}
    event = await gateway.audit.record(session, Event("key.next", actor, payload=payload), now)
    row = InstanceKey(**made, status="next", created_at=now, changed_at=now, event_id=event)
    session.add(row)
    await session.flush()
    return row


async def _move(
    gateway: Gateway, session: AsyncSession, row: InstanceKey, status: str, actor: str, now: datetime
) -> None:
    row.status, row.changed_at = status, now
    await session.flush()  # one active key per purpose: the old one steps down first
    payload = {"purpose": row.purpose, "kid": row.kid}
    await gateway.audit.record(session, Event(f"key.{status}", actor, payload=payload), now)


def _since(row: InstanceKey) -> datetime:
    return row.changed_at or row.created_at
