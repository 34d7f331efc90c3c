"""Which rules and which model are in force, and the rules of a version that once were."""

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.watches.checks import read_model, read_rules
from risk_monitor.load import VERSION, load_watch
from risk_monitor.watch import Watch

if TYPE_CHECKING:
    from risk_monitor.learned import Learned

_NEWEST = text("SELECT source FROM watch_release WHERE kind = :kind ORDER BY number DESC LIMIT 1")
_VERSION = text("SELECT source FROM watch_release WHERE kind = 'rules' AND version = :version AND source <> '' LIMIT 1")


async def rules_in_force(session: AsyncSession) -> Watch:
    """Return the rules in force: the shipped ones before any release. Raises WatchError where they fit no longer."""
    source = (await session.execute(_NEWEST, {"kind": "rules"})).scalar_one_or_none()
    return read_rules(source) if source else load_watch()


async def model_in_force(session: AsyncSession) -> "Learned | None":
    """Return the model in force, None where there is none. Raises WatchError where it fits no longer."""
    source = (await session.execute(_NEWEST, {"kind": "model"})).scalar_one_or_none()
    return read_model(source) if source else None


async def rules_of(session: AsyncSession, version: int) -> Watch:
    """Return the rules of a version: what was found by them is told in their words."""
    if version <= VERSION:
        return load_watch(version)
    source: str = (await session.execute(_VERSION, {"version": version})).scalar_one()
    return read_rules(source)
