"""Days of platforms judged out of the sealed records: what is found, since when, and by what it was told."""

from datetime import timedelta

from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.runtime.locks import Lock, try_take
from gateway.sites.keeping import forget_findings
from tests.scores.scanning import rows
from tests.sites.platforms import FAR, INSIDE, OUTSIDE, STEADY, ago, firm, judged

FINDINGS = (
    "SELECT site, series, kind, since, seen_on, ended, value, expected, low, high FROM site_finding ORDER BY site"
)


async def test_a_spike_and_a_silence_are_found_and_nothing_else(town):
    found = [(one.site, one.series, one.kind) for one in await rows(town.gateway, FINDINGS)]
    assert found == [("apple:414478124", "traffic", "unreported"), ("spike.example", "traffic", "spike")]


async def test_each_is_told_with_its_figure_its_baseline_and_since_when(town):
    silent, spike = await rows(town.gateway, FINDINGS)
    assert (silent.since.isoformat(), silent.value, silent.ended) == (ago(5), 0, None)
    assert (spike.since.isoformat(), spike.value, spike.ended) == (ago(1), 9000, None)
    weekend = (day_of(now()) - timedelta(days=1)).weekday() > 4
    assert abs(spike.expected - (605 if weekend else 1005)) < 15
    assert spike.low < spike.expected < spike.high < 9000


async def test_days_are_judged_once_and_the_log_says_so(town):
    days = await rows(town.gateway, "SELECT * FROM site_day ORDER BY day")
    assert (len(days), days[-1].day.isoformat(), days[-1].sites, days[-1].unplaced) == (28, ago(1), 5, 1)
    assert (days[-1].reported, days[-1].silent, days[-1].opened, days[-1].standing) == (4, False, 1, 2)
    events = await rows(town.gateway, "SELECT event_id FROM audit_event WHERE type = 'site.judged'")
    assert {one.event_id for one in days} == {one.event_id for one in events}
    assert await judged(town) == []
    assert len(await rows(town.gateway, "SELECT FROM audit_event WHERE type = 'site.judged'")) == 28


async def test_the_register_has_each_by_its_address_with_firms_in_the_city_and_outside(town):
    sites = {one.key: one for one in await rows(town.gateway, "SELECT * FROM site")}
    assert sorted(sites) == sorted(["apple:414478124", "spike.example", *STEADY])
    assert (sites["spike.example"].platforms, sites["spike.example"].others) == (["P-1"], ["huawei:com.example.spike"])
    firms = {one.site: one for one in await rows(town.gateway, "SELECT * FROM site_firm")}
    assert firms["spike.example"].subject is not None
    assert firms["apple:414478124"].value == firm(OUTSIDE)[1]
    assert firms["spike.example"].value == firm(INSIDE)[1]
    assert FAR not in firms[STEADY[0]].value  # known by a keyed hash of its name


async def forget_last_day(town):
    async with town.gateway.units.begin("test.forget", PROGRAM) as work:
        await work.session.execute(text("DELETE FROM site_day WHERE day = (SELECT max(day) FROM site_day)"))


async def test_who_finds_another_at_it_judges_nothing(town):
    await forget_last_day(town)
    async with town.gateway.units.begin("test.hold", PROGRAM) as work:
        assert await try_take(work.session, Lock.SITES)
        assert await judged(town) == []
    assert [one.day.isoformat() for one in await judged(town)] == [ago(1)]
    assert len(await rows(town.gateway, FINDINGS)) == 2


async def test_what_ended_long_ago_is_deleted_and_what_stands_is_not(town):
    kept, today = 400, day_of(now())
    ended = {back: today - timedelta(days=back) for back in (kept - 1, kept, kept + 1)}
    add = """INSERT INTO site_finding
        (site, series, kind, since, seen_on, ended, usual, value, expected, low, high, version)
        VALUES ('planted', 'traffic', 'spike', :since, :since, :ended, false, 9, 1, 0, 2, 1)"""
    async with town.gateway.database.begin("test.findings") as session:
        for until in (*ended.values(), None):
            since = (until or today - timedelta(days=3000)) - timedelta(days=9)
            await session.execute(text(add), {"since": since, "ended": until})
    async with town.gateway.units.begin("test.forget", PROGRAM) as work:
        await forget_findings(work, kept)
    left = await rows(town.gateway, "SELECT ended FROM site_finding WHERE site = 'planted' ORDER BY ended")
    assert left == [(ended[kept],), (ended[kept - 1],), (None,)]
    async with town.gateway.database.begin("test.tidy") as session:
        await session.execute(text("DELETE FROM site_finding WHERE site = 'planted'"))
