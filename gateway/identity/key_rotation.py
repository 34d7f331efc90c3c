"""Rotating the instance's keys without an outage: next → active → retiring → retired, each step an event.

The next key is published before it signs, for as long as others may keep our JWKS; the last is believed until what it
signed has ended. Statements outlive their keys: only tokens of a retired key are refused.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from gateway.identity.tables import InstanceKey
from gateway.runtime.denial import DeniedError
from gateway.runtime.keystore import JWKS_CACHE_SECONDS, PURPOSES, new_key
from gateway.runtime.locks import Lock, take
from gateway.runtime.work import UnitOfWork
from signing.canonical import canonical_digest

MARGIN_SECONDS = 60  # clocks differ, and workers read the keys a moment later
# Tree heads are signed by one key for the life of a log; platforms register delivery keys by hand.
ROTATED = tuple(purpose for purpose in PURPOSES if purpose != "audit")
PROMOTED_IN_TIME = tuple(purpose for purpose in ROTATED if purpose != "delivery")


async def rotate(work: UnitOfWork, purpose: str, *, at_once: bool = False) -> str:
    """Make the next key of a purpose and return its kid; `at_once` makes it active and retires the last one now.

    At once is for a key that leaked: every token of it dies, and its clients log in again. Raises DeniedError.
    """
    if purpose not in ROTATED:
        raise DeniedError(
            "change-refused", f"没有此类可轮换的密钥 {purpose!r} is no key that is rotated: {', '.join(ROTATED)}"
        )
    held = await _held(work.session, purpose)
    if "next" not in held:
        held["next"] = await _add_next(work, purpose)
    elif not at_once:
        raise DeniedError(
            "change-refused", f"已有待启用的密钥 the next key of {purpose} waits already: {held['next'].kid}"
        )
    if at_once:
        await _move(work, held["active"], "retired")
        await _move(work, held["next"], "active")
    return held["next"].kid


async def promote(work: UnitOfWork, purpose: str) -> str:
    """Let the next key sign from now on and return its kid. Raises DeniedError where none waits."""
    held = await _held(work.session, purpose)
    if "next" not in held:
        raise DeniedError("change-refused", f"没有待启用的密钥，请先轮换 no next key of {purpose} waits: rotate first")
    await _move(work, held["active"], "retiring")
    await _move(work, held["next"], "active")
    return held["next"].kid


async def advance_keys(work: UnitOfWork, token_lifetime_seconds: int) -> None:
    """Promote and retire what is due; the worker's step. A retiring key is believed until its last token has ended."""
    published = timedelta(seconds=JWKS_CACHE_SECONDS + MARGIN_SECONDS)
    believed = timedelta(seconds=token_lifetime_seconds + MARGIN_SECONDS)
    for purpose in PROMOTED_IN_TIME:
        held = await _held(work.session, purpose)
        waiting, leaving = held.get("next"), held.get("retiring")
        if leaving and _since(leaving) <= work.now - believed:
            await _move(work, leaving, "retired")
        elif waiting and not leaving and _since(waiting) <= work.now - published:
            await _move(work, held["active"], "retiring")
            await _move(work, waiting, "active")


async def list_keys(session: AsyncSession) -> list[Mapping[str, Any]]:
    """Return kid, purpose, suite, status and times of every key."""
    rows = (await session.execute(select(InstanceKey).order_by(col(InstanceKey.created_at)))).scalars()
    return [
        {
            "kid": row.kid, "purpose": row.purpose, "suite": PURPOSES[row.purpose], "status": row.status,
            "created_at": row.created_at, "since": _since(row),
        }
        for row in rows
    ]  # fmt: skip


async def _held(session: AsyncSession, purpose: str) -> dict[str, InstanceKey]:
    await take(session, Lock.KEY_ROTATION)
    query = select(InstanceKey).where(col(InstanceKey.purpose) == purpose, col(InstanceKey.status) != "retired")
    return {row.status: row for row in (await session.execute(query)).scalars()}


async def _add_next(work: UnitOfWork, purpose: str) -> InstanceKey:
    made = new_key(work.keys.kek, purpose)
    event = await work.record(
        "key.next", {"purpose": purpose, "kid": made["kid"], "public": canonical_digest(made["public"])}, outcome="next"
    )
    row = InstanceKey(**made, status="next", created_at=work.now, changed_at=work.now, event_id=event)
    work.session.add(row)
    await work.session.flush()
    return row


async def _move(work: UnitOfWork, row: InstanceKey, status: str) -> None:
    row.status, row.changed_at = status, work.now
    await work.session.flush()  # one active key per purpose: the old one steps down first
    await work.record(f"key.{status}", {"purpose": row.purpose, "kid": row.kid}, outcome=status)


def _since(row: InstanceKey) -> datetime:
    return row.changed_at or row.created_at
