"""The case the watch was founded on, as agencies deliver it: a firm whose platform pays late, and one without fault."""

from datetime import timedelta

from connectors.model.calendar import day_of
from gateway.risk.watching import judge_all
from gateway.runtime.actor import PROGRAM
from gateway.runtime.clock import now
from gateway.scores.store import open_store
from tests.enterprises import uscc
from tests.stories import as_csv, registration

LENDER, SOUND = 611, 612
POINTS = {
    "negative-news", "delayed-redemption", "no-insurer", "promised-yield", "low-rating", "unlisted", "no-association",
    "scope-changed",
}  # fmt: skip
REPORTS = 52


def firm(number):
    return f"瓯海第{number}鞋业有限公司", uscc(number)


def ago(days):
    return (day_of(now()) - timedelta(days=days)).isoformat()


def platforms(*rows):
    """Profiles of platforms, looked at ten days ago: number, firm, yield, insured, custodian, state."""
    header = (
        "平台编号", "运营企业名称", "统一社会信用代码", "承诺年化收益率", "是否有保险或担保", "资金存管机构",
        "运营状态", "采集日期",
    )  # fmt: skip
    return as_csv(header, *([*row, ago(10)] for row in rows))


async def deliver(story):
    """Hand in what agencies know of both."""
    for number in (LENDER, SOUND):
        changes = {"企业名称": firm(number)[0]} | ({"经营范围": "信息服务"} if number == LENDER else {})
        await story.push("market_regulation", "ent_registration", registration(number, **changes))
    header = ("企业名称", "统一社会信用代码", "变更事项", "变更日期")
    await story.push("market_regulation", "ent_change", as_csv(header, [*firm(LENDER), "经营范围", ago(400)]))
    header = ("文章编号", "企业名称", "统一社会信用代码", "标题", "发布时间", "情感倾向")
    news = [[f"n-{at}", *firm(LENDER), "舆情", ago(1 + at * 13), "负面"] for at in range(REPORTS)]
    await story.push("ant_opinion", "news_opinion", as_csv(header, *news))
    header = ("平台编号", "运营企业名称", "统一社会信用代码", "评级机构", "评级结果", "评级日期")
    rated = [["p-1", *firm(LENDER), "某评级", "D", ago(20)], ["p-2", *firm(SOUND), "某评级", "A", ago(20)]]
    await story.push("ant_opinion", "platform_rating", as_csv(header, *rated))
    late = ["p-1", *firm(LENDER), "0.2", "否", "某银行", "延期兑付"]
    sound = ["p-2", *firm(SOUND), "0.04", "是", "某银行", "正常运营"]
    await story.push("local_finance", "platform_profile", platforms(late, sound))
    header = ("协会名称", "会员名称", "统一社会信用代码", "入会日期")
    await story.push("local_finance", "association_member", as_csv(header, ["互联网金融协会", *firm(SOUND), ago(300)]))
    header = ("企业名称", "统一社会信用代码", "上市板块", "上市（挂牌）日期")
    await story.push("local_finance", "listing_status", as_csv(header, [*firm(SOUND), "新三板", ago(900)]))


async def judged(story):
    """Judge everybody."""
    return await judge_all(story.gateway.units, open_store(story.gateway.settings), PROGRAM)


async def founded(story, *auditors) -> bool:
    """Deliver the case and judge it once for each file of tests, with these auditors; tell whether it was now."""
    if "local_finance" in story.keys:
        return False
    await deliver(story)
    await judged(story)
    for person in auditors:
        await story.enrol(person, "auditor")
    return True
