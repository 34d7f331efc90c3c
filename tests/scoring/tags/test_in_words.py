"""What a tag means, told from its declaration."""

import re

import pytest

from connectors.catalogue.load import datasets
from gateway.scores.tag_names import CatalogueNames
from scoring_adapter.tags.in_words import levels, meaning
from scoring_adapter.tags.load import load_tags

TAGS = load_tags()
NAMES = CatalogueNames(datasets())
TOLD = {  # one or more for every operator
    "judg_cnt_1y": (
        "“裁判文书信息”中裁判日期在近12个月内的记录（同一案号只计一次）的条数。",
        "Number of records of “Judgment documents” with judgment date within 12 months (one document counts once).",
    ),
    "pen_amt_1y": (
        "“行政处罚信息”中处罚决定日期在近12个月内的记录（同一行政处罚决定书文号只计一次）的罚款金额之和。",
        None,
    ),
    "tax_pressure_3m": (
        "“纳税申报销售收入信息”中近3个已结束月份（不含最近1个）的记录的应纳税额之和，除以其应税销售额之和。",
        (
            "Sum of tax amount over records of “Declared sales and tax” with stat period in the 3 ended "
            "months before the "
            "latest 1, divided by their sum of sales."
        ),
    ),
    "ar_roe": (
        (
            "“企业年报资产信息”中年报年度的截止日（次年6月30日）在近12个月内，且所有者权益合计大于0的记录中最近一条的净利润，"
            "除以该条的所有者权益合计。"
        ),
        (
            "Net profit of the newest of records of “Annual report assets” with the due day of report "
            "year (6-30 of the "
            "next year) within 12 months and equity above 0, divided by its equity."
        ),
    ),
    "ut_kwh_yoy": (
        "“企业用电与缴费信息”中近12个已结束月份（不含最近1个）的记录的用电量之和，比前一段同样长的时间变化多少。",
        (
            "Change of the sum of kwh over records of “Power usage and payment” with period in the 12 "
            "ended months before "
            "the latest 1 against the same length of time before."
        ),
    ),
    "reg_term_left_y": (
        "查询日距“市场主体登记信息”的记录中最近的营业期限至还有几年。",
        "Whole years from the day asked about to the latest op to of records of “Market-entity registration”.",
    ),
    "hf_break": (
        "“企业公积金月度缴存”中近12个已结束月份（不含最近1个）的记录的缴存月份，首末之间缺几月。",
        (
            "Months that are missing between the first and the last period of records of “Housing fund "
            "monthly deposits” "
            "with period in the 12 ended months before the latest 1."
        ),
    ),
    "ut_power_arrears": (
        "“企业用电与缴费信息”中近6个已结束月份的记录中最近一条的欠缴电费，按用电户号分别取，再相加。",
        (
            "For every account: arrears of the newest of records of “Power usage and payment” with "
            "period in the last 6 "
            "months that ended; then their sum."
        ),
    ),
    "lic_unlicensed_finance": (
        (
            "有“市场主体登记信息”中经营范围含小额贷款、融资担保业务、典当业务、网络借贷信息中介或民间资本管理，"
            "且登记状态代码不为责令关闭、吊销、注销或撤销的记录，而没有“金融许可证信息”、“地方金融组织经营许可”中退出日期未到或未填的记录。"
        ),
        None,
    ),
    "reg_closed": (
        "是否有“市场主体登记信息”、“注销吊销登记信息”中登记状态代码为责令关闭、吊销、注销或撤销的记录。",
        None,
    ),
    "platform_rating_low": ("“互联网金融平台评级”的记录中最近一条是否评级结果为D级或E级。", None),
    "pen_now": (
        "是否有“行政处罚信息”中处罚有效期已填而未到的记录（同一行政处罚决定书文号只计一次）。",
        None,
    ),
    "pl_rate_dev": (
        (
            "“民间借贷登记备案信息”中有年利率，且有“温州指数利率监测”中同期的年利率的记录中最近一条的年利率，"
            "减去该条的“温州指数利率监测”中同期的年利率。"
        ),
        None,
    ),
    "eq_invest_fin_ratio": (
        "“对外投资信息”中被投资企业统一社会信用代码所指企业的“是否金融业（按行业代码）”为是的记录的条数，除以“对外投资信息”的记录的条数。",
        None,
    ),
    "si_months_max": ("“社保缴纳信息”的记录中不同费款所属期起的个数，按险种分别取，再取最大。", None),
    "mk_refund_ratio": (
        "“电商交易与收款流水”中近6个已结束月份（不含最近1个）的记录的退款率的平均。",
        (
            "Mean of refund ratio over records of “E-commerce transaction flow” with period in the 6 "
            "ended months before "
            "the latest 1."
        ),
    ),
    "pen_union_cnt_3y": (
        "“行政处罚信息”等11个目录中处罚决定日期在近36个月内的记录（同一行政处罚决定书文号只计一次）的条数。",
        None,
    ),
}


@pytest.mark.parametrize("tag", TOLD)
def test_a_tag_is_told_as_an_official_would_ask_for_it(tag):
    told = meaning(TAGS.by_id[tag], TAGS.sources, TAGS.by_id, NAMES)
    zh, en = TOLD[tag]
    assert told.zh == zh
    assert en in {None, told.en}


def test_every_tag_is_told_in_both_languages_without_the_program_s_own_names():
    known = set(datasets())
    for tag in TAGS.tags:
        told = meaning(tag, TAGS.sources, TAGS.by_id, NAMES)
        assert told.zh.endswith("。"), tag.id
        assert told.en.endswith("."), tag.id
        assert not re.search(r"[{}]", told.zh + told.en), tag.id
        if set(TAGS.sources_of(tag)) <= known:
            assert "_" not in told.zh + told.en, tag.id


def test_the_steps_of_a_level_are_told_from_the_first():
    grade, count = TAGS.by_id["tax_grade_latest"], TAGS.by_id["judg_cnt_1y"]
    assert [word.zh for word in levels(grade, TAGS.sources, NAMES)] == ["D级", "C级", "M级", "B级", "A级"]
    assert levels(count, TAGS.sources, NAMES) == []
