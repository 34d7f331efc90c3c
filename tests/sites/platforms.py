"""Platforms as agencies deliver them: 84 days of figures, profiles, firms in the city and outside it."""

from datetime import timedelta

from connectors.model.calendar import day_of
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.sites.judging import judge_sites
from tests.enterprises import uscc
from tests.stories import as_csv, registration

INSIDE, OUTSIDE = 621, 622  # the second is never registered here
DAYS = 84
HEADER = ("平台编号", "运营企业名称", "统一社会信用代码", "统计日期", "独立访客数", "投诉帖数", "可访问页面数")
PROFILE = (
    "平台编号", "运营企业名称", "统一社会信用代码", "平台名称", "网站域名", "应用商店标识", "运营状态", "采集日期",
)  # fmt: skip
FAR = "外地某某信息技术有限公司"
STEADY = ["steady-1.example", "steady-2.example", "steady-3.example"]


def firm(number):
    return f"瓯海第{number}鞋业有限公司", uscc(number)


def ago(days):
    return (day_of(now()) - timedelta(days=days)).isoformat()


def usual(day, size=1000):
    """A figure of a day so long ago: a week with a quiet end, and some scatter."""
    weekday = (day_of(now()) - timedelta(days=day)).weekday()
    return size * (60 if weekday > 4 else 100) // 100 + day * 7 % 11


def rows(platform, party, figures):
    """Figures of a platform by how many days ago they are: visitors, complaints, pages."""
    return [[platform, *party, ago(day), *figure] for day, figure in figures.items() if figure is not None]


def steady(**changes):
    """A platform's figures, as ever but for some days (by how long ago)."""
    return {day: (usual(day), 1, 300) for day in range(DAYS, 0, -1)} | {
        int(day.removeprefix("d")): figure for day, figure in changes.items()
    }


async def deliver(story, *traffic):
    await story.push("ant_opinion", "web_traffic", as_csv(HEADER, *(row for some in traffic for row in some)))


async def settle(story):
    """A spike of one in the city yesterday, another's silence for five days outside it, steady ones, one without an
    address.
    """
    await story.push("market_regulation", "ent_registration", registration(INSIDE, 企业名称=firm(INSIDE)[0]))
    profiles = [
        [
            "P-1",
            *firm(INSIDE),
            "甲财富",
            "https://WWW.Spike.Example/index",
            "华为:com.example.spike",
            "正常运营",
            ago(9),
        ],
        ["P-2", *firm(OUTSIDE), "乙金服", "", "苹果:id414478124", "延期兑付", ago(9)],
        ["P-9", *firm(INSIDE), "无址", "", "", "正常运营", ago(9)],
    ]
    await story.push("local_finance", "platform_profile", as_csv(PROFILE, *profiles))
    gone = {f"d{day}": None for day in range(1, 6)}
    await deliver(
        story, rows("P-1", firm(INSIDE), steady(d1=(9000, 1, 300))), rows("P-2", firm(OUTSIDE), steady(**gone)),
        *(rows(one, (FAR, ""), steady()) for one in STEADY),
    )  # fmt: skip


async def judged(story):
    """Judge the days that are over."""
    return await judge_sites(story.gateway.units, PROGRAM)
