"""Pages of the log, newest first: each entry once, whichever way they are turned, and bounded work for each."""

from datetime import timedelta

import pytest
import pytest_asyncio

from audit import browsing
from audit.browsing import Turn, turn_pages
from audit.events import Event
from audit.search import Filter
from tests.audit.hand_log import NOW, Log

COUNT = 23


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def log(database_urls, tmp_path_factory):
    opened = await Log(database_urls, tmp_path_factory.mktemp("log")).open()
    yield opened
    await opened.database.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ids(log):
    """Entries of two actors in turn, a minute apart; the last five wait for the tree."""
    made = []
    for number in range(COUNT):
        if number == COUNT - 5:
            await log.sequence()
        event = Event(
            "change.made" if number % 7 == 0 else "inquiry.answered", f"actor-{number % 2}", outcome=f"o-{number % 3}"
        )
        async with log.database.begin("record") as session:
            made.append(await log.recorder.record(session, event, NOW + timedelta(minutes=number)))
    return made


async def turn(log, wanted, *turned, limit=4):
    async with log.database.begin("turn") as session:
        return await turn_pages(session, log.recorder.log_id, wanted, Turn(*turned), limit)


async def through(log, wanted, limit=4):
    """Turn to the oldest page and back; return what was seen on each way, newest first."""
    page = await turn(log, wanted, limit=limit)
    assert page.newer is None
    down = [one.event_id for one in page.found]
    while page.older:
        page = await turn(log, wanted, page.older, limit=limit)
        down += [one.event_id for one in page.found]
    up = [one.event_id for one in page.found]
    while page.newer:
        page = await turn(log, wanted, None, page.newer, limit=limit)
        up = [*(one.event_id for one in page.found), *up]
    return down, up


FILTERS = {
    "all": (Filter(), lambda _: True),
    "actor": (Filter(actor="actor-1"), lambda n: n % 2 == 1),
    "type": (Filter(type="change.made"), lambda n: n % 7 == 0),
    "outcome": (Filter(outcome="o-2"), lambda n: n % 3 == 2),
    "both": (Filter(actor="actor-0", outcome="o-0"), lambda n: n % 6 == 0),
    "since": (Filter(since=NOW + timedelta(minutes=20)), lambda n: n >= 20),
    "until": (Filter(until=NOW + timedelta(minutes=3)), lambda n: n < 3),
    "nobody": (Filter(actor="nobody"), lambda _: False),
}


@pytest.mark.parametrize("kind", FILTERS)
@pytest.mark.parametrize("looked_at", [3, 20_000])
async def test_every_entry_is_seen_once_on_the_way_down_and_on_the_way_up(log, ids, monkeypatch, kind, looked_at):
    wanted, matches = FILTERS[kind]
    # Times lie in 2026; ids are made now: a period is looked for by both.
    if wanted.since or wanted.until:
        monkeypatch.setattr(browsing, "LATE", timedelta(days=36_500))
        monkeypatch.setattr(browsing, "CLOCKS", timedelta(days=36_500))
    monkeypatch.setattr(browsing, "LOOKED_AT", looked_at)
    expected = [one for number, one in enumerate(ids) if matches(number)][::-1]
    for limit in (1, 4, COUNT, COUNT + 1) if looked_at > COUNT else (2,):
        down, up = await through(log, wanted, limit)
        assert down == expected
        assert up == expected


async def test_a_page_says_that_it_came_no_further_and_where_to_go_on(log, ids, monkeypatch):
    monkeypatch.setattr(browsing, "LOOKED_AT", 5)
    page = await turn(log, Filter(outcome="none"))
    assert (page.found, page.stopped, page.older) == ([], True, ids[-5])
    monkeypatch.setattr(browsing, "LOOKED_AT", COUNT + 1)
    page = await turn(log, Filter(outcome="none"))
    assert (page.found, page.stopped, page.older) == ([], False, None)


async def test_what_waits_for_the_tree_has_no_place_yet(log, ids):
    page = await turn(log, Filter(), limit=6)
    assert [one.leaf_index for one in page.found] == [None] * 5 + [COUNT - 6]


async def test_a_period_at_either_end_of_the_calendar_is_no_fault(log, ids):
    far = Filter(since=NOW.replace(year=1), until=NOW.replace(year=9999))
    assert len((await turn(log, far, limit=COUNT)).found) == COUNT
