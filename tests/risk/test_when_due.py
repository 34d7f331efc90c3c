"""Judging is due once after its hour of each day, and one process at a time does it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from connectors.model.calendar import SHANGHAI
from gateway.risk.watching import judge_when_due
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.runtime.locks import Lock, try_take
from gateway.scores.store import open_store
from tests.risk.founding import judged
from tests.scores.scanning import rows

HOUR = 2
JUDGED = "SELECT FROM audit_event WHERE type = 'risk.judged'"


async def when(town, moment):
    """Return whether everybody is judged at a moment."""
    before = len(await rows(town.gateway, JUDGED))
    await judge_when_due(town.gateway.units, open_store(town.gateway.settings), HOUR, moment)
    return len(await rows(town.gateway, JUDGED)) > before


async def set_back(town, statement):
    async with town.gateway.units.begin("test.earlier", PROGRAM, role="owner") as work:
        await work.session.execute(text(statement))


async def test_who_finds_another_at_it_judges_nobody(town):
    before = len(await rows(town.gateway, JUDGED))
    async with town.gateway.units.begin("test.hold", PROGRAM) as work:
        assert await try_take(work.session, Lock.RISK)
        assert await judged(town) is None
    assert len(await rows(town.gateway, JUDGED)) == before
    assert await judged(town) is not None


async def test_the_first_day_comes_after_the_first_enterprise(town):
    await set_back(town, "UPDATE risk_day SET judged_at = judged_at - interval '3 days'")
    assert not await when(town, now().astimezone(SHANGHAI) - timedelta(days=1))


@pytest.mark.parametrize(
    ("after", "due"), [(timedelta(microseconds=-1), False), (timedelta(0), True), (timedelta(hours=5), True)]
)
async def test_it_is_due_from_its_hour_on_and_once(town, after, due):
    today = now().astimezone(SHANGHAI).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    await set_back(town, "UPDATE subject SET created_at = now() - interval '9 days'")
    moment: datetime = today + after
    last = (today - timedelta(hours=12)).isoformat()
    await set_back(town, f"UPDATE risk_day SET judged_at = '{last}'")
    assert await when(town, moment) == due
    if due and now() >= moment:
        assert not await when(town, moment)
