"""Spellings that registers and cities use, and the code each is read as; the text itself is kept beside it."""

from datetime import date

import orjson
import pytest

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.rows import RowMapper
from tests.enterprises import uscc

WHO = {"企业名称": "瓯海某某鞋业有限公司", "统一社会信用代码": uscc(1)}
CHECKED = {"抽查任务编号": "1", "检查机关": "某市局", "检查日期": "2024-01-02"}
# Types as they stand in the register of Wenzhou's oldest enterprises, and as the national publicity system has them.
NATURES = {
    "股份合作制": "share_cooperative", "股份合作企业经营单位(非法人)": "share_cooperative", "有限责任公司": "company",
    "其他有限责任公司": "company", "股份有限公司(非上市)": "company",
    "有限责任公司(非自然人投资或控股的法人独资)": "company",
    "有限责任公司(法人独资)": "company", "有限责任公司(自然人投资或控股)": "private",
    "有限责任公司(自然人独资)": "private",
    "个人独资企业": "private", "私营企业": "private", "个体工商户": "individual", "普通合伙": "partnership",
    "有限合伙": "partnership",
    "集体分支机构（非法人）": "collective", "集体所有制": "collective", "国有企业": "state_owned",
    "全民所有制": "state_owned",
    "有限责任公司(国有独资)": "state_owned", "有限责任公司 港、澳、台": "hmt",
    "有限责任公司（台港澳法人独资）": "hmt",
    "股份有限公司 外商投资企业": "foreign", "有限责任公司（中外合资）": "foreign",
    "外国(地区)企业常驻代表机构": "foreign",
    "农民专业合作社": "cooperative", "联营企业": "other", "国有": "state_owned",
}  # fmt: skip
STATES = {
    "存续（在营、开业、在册）": "open", "在业": "open", "存续": "open", "迁往市外": "moved_out",
    "吊销，未注销": "revoked",
    "吊销，已注销": "cancelled", "注销": "cancelled", "已注销": "cancelled", "撤销登记": "withdrawn",
    "歇业": "suspended",
    "责令关闭": "closed", "清算中": "liquidation", "非正常": "other", "筹建": "other",
}  # fmt: skip
RESULTS = {
    "未发现问题": "none", "正常": "none", "通过登记的住所（经营场所）无法联系": "unreachable",
    "发现问题已责令改正": "corrected",
    "公示信息隐瞒真实情况、弄虚作假": "false_disclosure", "未按规定公示应当公示的信息": "not_disclosed",
    "不配合检查情节严重": "uncooperative", "发现问题待后续处理": "pending", "发现问题": "problem",
    "未发现本次抽查涉及的经营活动": "no_activity",
    "不合格": "problem", "合格": "none", "不符合要求": "problem", "已办结": "other",
}  # fmt: skip
ITEMS = {
    "法定代表人变更": "legal_rep", "负责人变更（法定代表人、负责人、首席代表、合伙事务执行人等变更）": "legal_rep",
    "住所（经营场所）变更": "address", "地址变更（住所地址、经营场所、驻在地址等变更）": "address",
    "经营范围变更（含业务范围变更）": "scope", "注册资本变更（注册资金、资金数额等变更）": "capital",
    "投资人变更（包括出资额、出资方式、出资日期、投资人名称等）": "holders", "股东（发起人）变更": "holders",
    "高级管理人员备案（董事、监事、经理等）": "management", "章程备案": "articles",
    "名称变更（字号名称、集团名称等）": "name",
    "企业类型变更": "type", "期限变更（经营期限、营业期限、驻在期限等变更）": "term", "行业代码变更": "industry",
    "联络员备案": "contact",
    "清算组备案": "other",
}  # fmt: skip
GRADES = {
    "A": "A",
    "B级": "B",
    "优秀": "A",
    "优": "A",
    "良好": "B",
    "中等": "C",
    "较差": "D",
    "差": "E",
    "AAA": "A",
    "未评级": "other",
}


def read(dataset, row):
    of = get_dataset(dataset)
    return orjson.loads(RowMapper(bind(of, list(row)), date(2026, 1, 2)).map(list(row.values())).canonical)["fields"]


@pytest.mark.parametrize(
    ("dataset", "heading", "rest", "text", "code", "words"),
    [
        ("ent_registration", "企业类型", WHO, "ent_type", "ent_nature", NATURES),
        ("ent_registration", "登记状态", WHO, "reg_state", "reg_state_code", STATES),
        ("spot_check", "检查结果", WHO | CHECKED, "result", "result_code", RESULTS),
        ("ent_change", "变更事项", WHO | {"变更日期": "2024-01-02"}, "change_item", "item_code", ITEMS),
        (
            "city_credit_evaluation",
            "评价等级",
            WHO | {"评价得分": "80", "评价日期": "2024-01-02"},
            "grade",
            "grade_code",
            GRADES,
        ),
    ],
    ids=["nature", "state", "result", "item", "grade"],
)
def test_a_spelling_is_read_as_its_code_and_kept(dataset, heading, rest, text, code, words):
    found = {word: read(dataset, rest | {heading: word}) for word in words}
    assert {word: fields[code] for word, fields in found.items()} == words
    assert {word: fields[text] for word, fields in found.items()} == {word: word for word in words}


def test_the_families_of_the_publicity_system_are_read_alike():
    row = {
        "ENTNAME": "瓯海某某鞋业有限公司",
        "UNISCID": uscc(1),
        "ENTTYPE_CN": "有限责任公司(自然人独资)",
        "REGSTATE_CN": "吊销，未注销",
    }
    fields = read("ent_registration", row)
    assert (fields["ent_nature"], fields["reg_state_code"]) == ("private", "revoked")
