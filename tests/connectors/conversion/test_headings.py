"""How near headings are: other words, other parts, cut-short English, pinyin initials, numbered codes, alternatives."""

import pytest

from connectors.conversion.headings import SURELY, nearness

MEANT = [
    ("核发日期", "发证日期"),
    ("发证时间", "发证日期"),
    ("处罚决定文书号", "行政处罚决定书文号"),
    ("行政处罚决定书编号", "处罚文号"),
    ("抽查时间", "检查日期"),
    ("检查单号", "检查编号"),
    ("主要税收违法行为", "主要违法事实"),
    ("税务行政处罚依据", "处罚依据"),
    ("所属技术领域", "技术领域"),
    ("本月欠缴金额", "欠缴金额"),
    ("评定机构", "评价机构"),
    ("发布时间", "公布日期"),
    ("检查机构名称", "检查机关"),
    ("采购人", "采购人名称"),
    ("检查单位", "检查机关"),
    ("uni_social_crd_cd", "统一社会信用代码"),
    ("comp_nm", "企业名称"),
    ("punish_dt", "处罚决定日期"),
    ("ADMIN_PUNISH_DOC", "行政处罚决定书文号"),
    ("registration_day", "成立日期"),
    ("OPT_SCOP", "经营范围"),
    ("CF_XDR_MC", "行政相对人名称"),
    ("XK_JDRQ", "许可决定日期"),
    ("fzrq", "发证日期"),
    ("行政相对人代码_1(统一社会信用代码)", "统一社会信用代码"),
    ("行政相对人代码_2（组织机构代码）", "组织机构代码"),
    ("行政相对人代码_2（工商注册号）", "注册号"),
    ("行政相对人代码-1（统一社会信用代码）", "行政相对人代码1(统一社会信用代码)"),
    ("行政相对人代码_4", "纳税人识别号"),
    ("许可/处罚文书号", "行政许可决定文书号"),
    ("许可/处罚文书号", "行政处罚决定书文号"),
    ("企业或单位名称", "企业名称"),
]
OTHER = [
    ("处罚机关", "许可机关"),
    ("许可编号", "许可文书号"),
    ("被检查单位", "检查机关"),
    ("法定代表人", "统一社会信用代码"),
    ("行政相对人代码_5(居民身份证号)", "统一社会信用代码"),
    ("行政相对人代码_5(居民身份证号)", "行政相对人代码1(统一社会信用代码)"),
    ("行政相对人代码_5", "组织机构代码"),
    ("处罚机关统一社会信用代码", "统一社会信用代码"),
    ("单位名称", "许可机关"),
    ("被检查单位名称", "检查机关"),
    ("立案日期", "处罚决定日期"),
    ("列入日期", "移出日期"),
    ("comp_type", "企业名称"),
    ("违法行为类型", "违法事实"),
]


@pytest.mark.parametrize(("heading", "word"), MEANT)
def test_a_heading_of_the_same_meaning_is_surely_near(heading, word):
    assert nearness(heading, [word]).score >= SURELY
    assert nearness(word, [heading]).score >= SURELY


@pytest.mark.parametrize(("heading", "word"), OTHER)
def test_a_heading_of_another_meaning_is_not(heading, word):
    assert nearness(heading, [word]).score < SURELY


def test_the_same_name_is_nearer_than_a_synonym_and_says_why():
    same, means = nearness("处罚日期", ["处罚日期"]), nearness("处罚时间", ["处罚日期"])
    assert same.score == 1 > means.score
    assert "处罚日期" in means.why
