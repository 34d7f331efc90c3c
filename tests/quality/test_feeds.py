"""Today's feeds: late and silent with since when, never came, and what waits for somebody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.quality.feeds import read_feeds
from gateway.quality.reading import read_agency
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import SYSTEM
from tests.quality.test_scores import NOW, deliver, empty, look
from tests.submissions import CLERK

__all__ = ["deliver", "empty"]
AUDITOR = Actor("person:a", "auditor", person="person:a")


async def today(gateway, actor=CLERK, now=NOW):
    async with gateway.units.begin("test.feeds", actor) as work:
        found = await read_feeds(replace(work, now=now))
    return found, {feed.feed.dataset: feed for feed in found.feeds}


async def test_a_feed_is_silent_from_the_moment_its_promise_ran_out(gateway, deliver):
    last = await deliver(7, rows=50, rejected=2, dataset="penalty_tax")
    found, feeds = await today(gateway)
    feed = feeds["penalty_tax"]
    assert (feed.state, feed.last.batch_id, feed.last.rows, feed.last.rejected) == ("fine", last, 50, 2)
    assert feed.due_at == NOW
    found, feeds = await today(gateway, now=NOW + timedelta(seconds=1))
    assert (feeds["penalty_tax"].state, found.feeds[0]) == ("silent", feeds["penalty_tax"])
    assert (feeds["tax_arrears"].state, feeds["tax_arrears"].due_at) == ("never", None)
    assert (found.count("silent"), found.count("fine"), found.open_batches, found.open_rows) == (1, 0, 1, 2)


async def test_what_came_late_says_so_until_it_comes_in_time(gateway, deliver):
    for days_ago in (20, 3):
        await deliver(days_ago, dataset="penalty_tax")
    await look(gateway, NOW)
    assert (await today(gateway))[1]["penalty_tax"].state == "late"
    await deliver(1, dataset="penalty_tax")
    await look(gateway, NOW)
    assert (await today(gateway))[1]["penalty_tax"].state == "fine"


async def test_everybody_sees_the_feeds_that_are_theirs(gateway, deliver):
    await deliver(1, rejected=3)
    _, own = await today(gateway)
    found, other = await today(gateway, Actor("drc", "agency", person="person:d"))
    assert ("tax_arrears" in own, "tax_arrears" in other, found.open_rows) == (True, False, 0)
    assert {feed.feed.agency for feed in (await today(gateway, SYSTEM))[0].feeds} > {"tax", "drc"}
    with pytest.raises(DeniedError, match="previews"):
        await today(gateway, AUDITOR)


async def test_an_agency_has_a_score_for_each_month_and_none_where_nothing_came(gateway, deliver):
    now = datetime(2026, 6, 30, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    await deliver(0, rows=100, rejected=10)
    await deliver(29.66, rows=100, rejected=50)  # 31 May, 20:10 in Beijing
    async with gateway.units.begin("test.months", CLERK) as work:
        months = (await read_agency(replace(work, now=now), "tax")).months
    assert [f"{start:%Y-%m}" for start, _ in months][::11] == ["2025-07", "2026-06"]
    by_month = {f"{start:%m}": score for start, score in months}
    assert (str(by_month["06"].error_rate), str(by_month["05"].error_rate)) == ("0.1", "0.5")
    assert (by_month["04"].error_rate, by_month["04"].index) == (None, None)
    for actor in (Actor("drc", "agency"), replace(CLERK, client_id="drc")):
        async with gateway.units.begin("test.months", actor) as work:
            with pytest.raises(DeniedError):
                await read_agency(work, "tax")
