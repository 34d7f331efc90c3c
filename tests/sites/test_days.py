"""Days as they come: a feed that says nothing, yesterday that waits, news of a firm, records that were withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from tests.scores.scanning import rows
from tests.sites.platforms import (
    FAR,
    INSIDE,
    STEADY,
    ago,
    deliver,
    firm,
    judged,
    steady,
)
from tests.sites.platforms import rows as figures
from tests.stories import as_csv

NEWS = ("文章编号", "企业名称", "统一社会信用代码", "标题", "发布时间", "情感倾向")


@pytest.fixture
async def quiet(story):
    """Three steady platforms of a firm outside the city, and one of a firm with a code; nothing was judged."""
    async with story.gateway.units.begin("test.forget", PROGRAM) as work:
        for table in ("site_day", "site_finding", "site_firm", "site"):
            await work.session.execute(text(f"DELETE FROM {table}"))
    return story


async def found(story):
    return [
        (one.site, one.series, one.kind, one.since.isoformat(), one.ended and one.ended.isoformat())
        for one in await rows(story.gateway, "SELECT * FROM site_finding ORDER BY site, series, kind")
    ]


async def test_without_platforms_nothing_is_judged(quiet):
    assert await judged(quiet) == []
    assert await rows(quiet.gateway, "SELECT FROM site_day") == []


async def test_yesterday_waits_while_its_figures_have_not_come(quiet):
    late = {"d1": None}
    await deliver(quiet, *(figures(one, (FAR, ""), steady(**late)) for one in STEADY))
    assert (await judged(quiet))[-1].day.isoformat() == ago(2)
    assert await judged(quiet) == []
    await deliver(quiet, figures(STEADY[0], (FAR, ""), {1: (1000, 1, 300)}))
    assert await judged(quiet) == []  # one of three is fewer than half
    await deliver(quiet, figures(STEADY[1], (FAR, ""), {1: (1000, 1, 300)}))
    [day] = await judged(quiet)
    assert (day.day.isoformat(), day.reported, day.silent) == (ago(1), 2, False)
    assert await found(quiet) == []


async def test_where_the_feed_said_nothing_no_platform_is_silent_by_it(quiet):
    gone = {f"d{day}": None for day in (4, 5, 6)}
    await deliver(quiet, *(figures(f"g-{at}.example", (FAR, ""), steady(**gone)) for at in range(4)))
    await judged(quiet)
    days = await rows(quiet.gateway, "SELECT day, silent FROM site_day WHERE silent ORDER BY day")
    silent = {one.day.isoformat() for one in days}
    assert {ago(4), ago(5), ago(6)} <= silent
    assert not [one for one in await found(quiet) if one[0].startswith("g-")]


async def test_news_of_a_firm_is_a_spike_of_its_platform(quiet):
    await deliver(quiet, figures("news.example", firm(INSIDE), steady()))
    news = [[f"n-{at}", *firm(INSIDE), "舆情", ago(2), "负面"] for at in range(20)]
    news += [[f"p-{at}", *firm(INSIDE), "舆情", ago(4), "正面"] for at in range(20)]
    await quiet.push("ant_opinion", "news_opinion", as_csv(NEWS, *news))
    posts = [[f"c-{at}", *firm(INSIDE), "延期兑付", ago(2)] for at in range(5)]
    header = ("帖文编号", "被投诉企业名称", "统一社会信用代码", "投诉类型", "发布时间")
    await quiet.push("ant_opinion", "complaint_site", as_csv(header, *posts))
    await judged(quiet)
    [one] = [row for row in await rows(quiet.gateway, "SELECT * FROM site_finding") if row.site == "news.example"]
    assert (one.series, one.kind, one.since.isoformat(), one.value) == ("opinion", "spike", ago(2), 25)


async def test_news_of_a_firm_known_by_its_name_alone_counts_too(quiet):
    await deliver(quiet, figures("far.example", (FAR, ""), steady()))
    news = [[f"f-{at}", FAR, "", "舆情", ago(2), "负面"] for at in range(20)]
    await quiet.push("ant_opinion", "news_opinion", as_csv(NEWS, *news))
    await judged(quiet)
    assert ("far.example", "opinion", "spike", ago(2), None) in await found(quiet)


async def test_pages_that_are_withdrawn_are_found_and_what_returns_ends(quiet):
    fewer = {f"d{day}": (1000, 1, 20) for day in range(9, 13)}
    await deliver(quiet, figures("pages.example", ("外地另一信息技术有限公司", ""), steady(**fewer)))
    await judged(quiet)
    assert [one for one in await found(quiet) if one[0] == "pages.example"] == [
        ("pages.example", "pages", "fall", ago(12), ago(8))
    ]


async def test_what_is_found_of_a_platform_that_is_no_more_has_ended(quiet):
    await deliver(quiet, figures("gone.example", (FAR, ""), steady(d1=(9000, 1, 300))))
    await judged(quiet)
    yesterday = day_of(now()) - timedelta(days=1)
    async with quiet.gateway.units.begin("test.gone", PROGRAM) as work:
        await work.session.execute(text("UPDATE site_finding SET site = 'else.example' WHERE site = 'gone.example'"))
        await work.session.execute(text("DELETE FROM site_day WHERE day = :day"), {"day": yesterday})
    await judged(quiet)
    assert ("else.example", "traffic", "spike", ago(1), ago(0)) in await found(quiet)
