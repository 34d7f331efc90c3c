"""Whose a row is: starred names are no codes, an authority's code is not the party's, a kind of party is kept."""

import pytest

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from connectors.drafting.draft_text import write_snippet
from tests.connectors.drafting.files import drafted, sample
from tests.connectors.drafting.test_draft import TODAY
from tests.enterprises import uscc

PENALTY = "行政处罚决定书文号,处罚类别,处罚内容,处罚决定日期,处罚机关"
NUMBERS = range(1, 6)


def decided(number):
    return f"京测罚〔2023〕{number}号,罚款,罚款5000元,2023-05-0{number},某区城管局"


def test_a_starred_legal_representative_is_no_code(tmp_path):
    rows = [f"甲乙测试{n}有限公司,{uscc(n)},李*明,{decided(n)}" for n in NUMBERS]
    found = drafted(
        sample(tmp_path, "处罚", [f"行政相对人名称,统一社会信用代码,法定代表人,{PENALTY}", *rows]), "penalty_general"
    )
    assert "法定代表人" not in found.spelling.party.codes
    assert "法定代表人" in found.left_columns
    assert not [doubt for doubt in found.doubts if doubt.column == "法定代表人"]


def test_masked_codes_under_a_heading_of_codes_are_codes(tmp_path):
    rows = [f"温州甲{n}餐饮店,9112****32{n}0,8755****87{n}6,2024-05,{n}00" for n in NUMBERS]
    found = drafted(
        sample(tmp_path, "用气", ["用气用户名称,纳税人识别号,用气用户编号,用气月份,本月用气量", *rows]), "gas_usage"
    )
    assert found.spelling.party.codes[0] == "纳税人识别号"
    assert "用气用户编号" not in found.spelling.party.codes


@pytest.mark.parametrize(
    "heading", ["行政相对人代码_1(统一社会信用代码)", "行政相对人代码-1（统一社会信用代码）", "行政相对人代码_1"]
)
def test_numbered_codes_are_the_partys(tmp_path, heading):
    rows = [f"甲乙测试{n}有限公司,{uscc(n)},/,{decided(n)}" for n in NUMBERS]
    file = sample(tmp_path, "处罚", [f"行政相对人名称,{heading},行政相对人代码_5(居民身份证号),{PENALTY}", *rows])
    assert drafted(file, "penalty_general").spelling.party.codes[0] == heading
    assert "行政相对人代码_5(居民身份证号)" not in drafted(file, "penalty_general").spelling.party.codes


def test_a_code_that_stands_in_every_row_is_the_authoritys(tmp_path):
    rows = [f"{n},先进集体,温州甲{n}旅行社,{uscc(n)},{uscc(99)}" for n in range(1, 9)]
    spelling = drafted(
        sample(tmp_path, "荣誉", ["ID,荣誉名称,机构名称,统一社会,信用代码", *rows]), "honor_award"
    ).spelling
    assert spelling.party.codes[0] == "统一社会"
    assert "信用代码" not in spelling.party.codes
    assert spelling.producer.codes[0] == "信用代码"


def test_a_draft_of_a_file_without_kinds_still_drops_persons_from_one_that_has_them(tmp_path):
    rows = [f"甲乙测试{n}有限公司,{uscc(n)},{decided(n)}" for n in NUMBERS]
    found = drafted(
        sample(tmp_path, "无类别", [f"行政相对人名称,统一社会信用代码,{PENALTY}", *rows]), "penalty_general"
    )
    mapped = read_mappings("draft.yaml", write_snippet(found), get_dataset("penalty_general"))
    persons = [f"张三{n}丰,自然人,,{decided(n)}" for n in NUMBERS]
    with_kind = sample(tmp_path, "有类别", [f"行政相对人名称,行政相对人类别,统一社会信用代码,{PENALTY}", *persons])
    trial = try_out(mapped, decode(with_kind), TODAY)
    assert (trial.counts["natural_persons"], trial.counts["rows"]) == (5, 5)


def test_the_holder_of_a_licence_is_not_who_has_issued_it(tmp_path):
    rows = [f"温州甲{n}化工有限公司,{uscc(n)},许{n},危险化学品,2023-05-0{n},2026-05-0{n}" for n in NUMBERS]
    headings = "单位名称,统一社会信用代码,许可证编号,许可范围,有效期开始,有效期结束"
    spelling = drafted(sample(tmp_path, "安全生产许可证", [headings, *rows])).spelling
    assert (spelling.party.name[0], spelling.producer.name) == ("单位名称", [])
    assert "issue_date" not in spelling.fields  # nobody says that a licence is valid from the day it is issued


def test_who_is_surely_the_name_of_a_field_is_the_party(tmp_path):
    rows = [f"温州甲{n}美容有限公司,{uscc(n)},合格,2024-05-0{n}" for n in NUMBERS]
    headings = "受检美容单位,统一社会信用代码,检查结果,检查日期"
    spelling = drafted(sample(tmp_path, "卫生监督", [headings, *rows]), "hygiene_inspection").spelling
    assert spelling.party.name == spelling.fields["entity_name"].from_ == ["受检美容单位"]


def test_kinds_of_parties_are_known_by_their_cells(tmp_path):
    kinds = ["自然人", "个体工商户", "企业", "企业", "企业"]
    rows = [f"甲乙测试{n}有限公司,{uscc(n)},{kinds[n - 1]},{decided(n)}" for n in NUMBERS]
    file = sample(tmp_path, "处罚", [f"行政相对人名称,统一社会信用代码,对象分类,{PENALTY}", *rows])
    assert drafted(file, "penalty_transport").spelling.party.kind[0] == "对象分类"
