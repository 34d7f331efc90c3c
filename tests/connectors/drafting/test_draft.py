"""Mappings drafted from files no mapping has seen: other words, another order, other units and encodings, titles above.

Every file is made here: nine sound rows, one of them twice, one known by name alone, one whose code a spreadsheet has
rounded. What the drafted mapping makes of them is counted.
"""

import csv
import io
import re
from collections import Counter
from datetime import date

import orjson
import pytest

from connectors.catalogue.files_check import CatalogueError, read_mappings
from connectors.catalogue.load import agencies, datasets, get_dataset
from connectors.catalogue.trial import try_out
from connectors.conversion.rows import RowMapper
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.drafting.draft import propose
from connectors.drafting.draft_text import write_snippet
from connectors.drafting.guess import UnguessableError
from tests.enterprises import uscc

TODAY = date(2026, 11, 25)
_PARTS = re.compile("({[nd]}|«[a-z]+»)")
NAME, CODE = "«name»", "«code»"
EXPECTED = {"rows": 12, "accepted": 9, "unresolved": 1, "duplicates": 1, "rejected": 1}
# A file's name, titles above, headings and cells ({n} counts), its encoding, the dataset, and one value to be read.
CASES = {
    "penalty_general": (
        "行政处罚公示",
        ["鹿城区行政处罚信息公示表（2025 年）"],
        {
            "处罚文号": "鹿罚〔2025〕{n}号",
            "被处罚单位": NAME,
            "信用代码": CODE,
            "违法行为": "占道经营",
            "处罚种类": "警告;罚款",
            "罚款数额（元）": "{n}000",
            "作出处罚决定日期": "2025/3/{n}",
            "执法机关": "某某局",
        },
        "gb18030",
        {"cf_nr_fk": "0.1", "cf_jdrq": "2025-03-01"},
    ),
    "tax_arrears": (
        "欠税公告",
        ["单位：万元"],
        {"序号": "{n}", "欠税税种": "增值税", "欠缴税额": "{n}.5", "纳税识别号": CODE, "纳税人": NAME},
        "utf-8",
        {"balance": "15000"},
    ),
    "abnormal_operation": (
        "经营异常名录",
        [],
        {"列异日期": "{d}/6/2024", "列入事由": "未年报", "市场主体名称": NAME, "统一代码": CODE},
        "utf-8",
        {"date_in": "2024-06-11", "reason_in": "未年报"},
    ),
    "gov_procurement": (
        "采购合同",
        ["某某区政府采购合同信息"],
        {
            "采购合同编号": "HT-{n}",
            "供货商": NAME,
            "信用代码": CODE,
            "采购单位": "某某区卫生局",
            "成交金额(万元)": "{n}.25",
        },
        "gb18030",
        {"amount": "12500", "buyer": "某某区卫生局"},
    ),
    "gas_usage": (
        "用气与欠费",
        [],
        {
            "客户编号": "Q{n}",
            "账期": "202405",
            "户名": NAME,
            "社会信用代码": CODE,
            "本月用气量（m3）": "{n}00",
            "本月应缴（元）": "{n}50.5",
            "本月实缴（元）": "{n}50.5",
        },
        "utf-8",
        {"period": "2024-05", "volume": "100"},
    ),
    "honor_award": (
        "荣誉表彰",
        ["某某市荣誉表彰信息"],
        {"ID": "R{n}", "获奖单位": NAME, "统一社会信用码": CODE, "荣誉称号": "先进集体"},
        "utf-8",
        {"title": "先进集体"},
    ),
    "high_tech_ent": (
        "高新技术企业",
        ["高新技术企业认定名单"],
        {"证书号": "GR{n}", "公司名称": NAME, "统一信用代码": CODE, "发证时间": "{d}-2-2024", "认定级别": "国家级"},
        "utf-8",
        {"cert_no": "GR1", "level": "national"},
    ),
    "license_general": (
        "行政许可双公示",
        [],
        {
            "XK_XDR_MC": NAME,
            "XK_XDR_SHXYM": CODE,
            "XK_WSH": "许{n}号",
            "XK_XKWS": "准予许可决定书",
            "XK_XKLB": "登记",
            "XK_JDRQ": "2025年4月{n}日",
            "XK_XKJG": "某某局",
        },
        "gb18030",
        {"xk_jdrq": "2025-04-01", "xk_xklb": "registration"},
    ),
    "ent_registration": (
        "市场主体登记",
        [],
        {
            "UNISCID": CODE,
            "ENTNAME": NAME,
            "ESDATE": "456{d}",
            "REGCAP": "{n}00万元",
            "OPSCOPE": "鞋类制造",
            "DOM": "人民路{n}号",
        },
        "utf-8",
        {"reg_capital": "100", "biz_scope": "鞋类制造"},
    ),
    "culture_inspection": (
        "文化检查",
        ["文化领域行政检查"],
        {
            "检查时间": "2025-05-{d} 10:00",
            "检查方式": "日常检查",
            "检查结果": "合格",
            "被检查单位名称": NAME,
            "唯一编号": "C{n}",
            "信用代码": CODE,
        },
        "utf-8",
        {"result": "合格"},
    ),
}


def lines(headings):
    def row(number, name, code):
        told = {"{n}": str(number), "{d}": str(10 + number), NAME: name, CODE: code}
        return ["".join(told.get(part, part) for part in _PARTS.split(cell)) for cell in headings.values()]

    sound = [row(n, f"温州甲{n}鞋业有限公司", uscc(n)) for n in range(1, 10)]
    return [*sound, sound[-1], row(10, "温州无码贸易有限公司", ""), row(11, "温州乙鞋业有限公司", "9.13303E+17")]


def written(path, case):
    name, titles, headings, encoding, _ = CASES[case]
    target = io.StringIO(newline="")
    csv.writer(target).writerows([*([title] for title in titles), list(headings), *lines(headings)])
    file = path / f"{name}.csv"
    file.write_bytes(target.getvalue().encode(encoding))
    return file


def drafted(file, dataset=None):
    return propose(datasets(), agencies(), decode(file), file.stem, dataset)


@pytest.mark.parametrize("case", CASES)
def test_a_drafted_mapping_reads_a_file_nobody_has_seen(tmp_path, case):
    file = written(tmp_path, case)
    found = drafted(file)
    assert found.dataset.dataset == case, found.scores
    assert found.lacking == [], write_snippet(found)
    mapped = read_mappings("draft.yaml", write_snippet(found), found.dataset)
    trial = try_out(mapped, decode(file), TODAY)
    assert trial.counts == Counter(EXPECTED), trial.refused[:3]
    assert trial.reasons == {"identifier_unreadable": 1}
    layout = lay_out(mapped, decode(file))
    record = RowMapper(layout.binding, TODAY).map(next(layout.table.rows)[1])
    fields = orjson.loads(record.canonical)["fields"]
    assert {name: fields[name] for name in CASES[case][-1]} == CASES[case][-1]


def test_a_file_that_fits_nothing_is_refused_with_the_nearest(tmp_path):
    file = tmp_path / "weather.csv"
    file.write_text("日期,气温,风向\n2024-01-01,5,北\n2024-01-02,6,南\n", "utf-8")
    with pytest.raises(UnguessableError, match="--dataset"):
        drafted(file)


def test_datasets_that_fit_as_well_are_named_and_none_is_guessed(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text(
        f"决定书文号,当事人,信用代码,罚款金额（万元）,处罚日期\n罚1,某公司,{uscc(1)},1,2024-01-02\n", "utf-8"
    )
    with pytest.raises(UnguessableError, match="penalty_"):
        drafted(file)
    assert drafted(file, "penalty_safety").dataset.dataset == "penalty_safety"


def test_what_is_not_sure_is_asked_and_not_mapped(tmp_path):
    file = tmp_path / "欠税公告.csv"
    rows = "".join(f"温州甲{n}有限公司,{uscc(n)},增值税,{n}000,3/4/2024,x{n}\n" for n in range(1, 6))
    file.write_text("纳税人名称,纳税人识别号,税种,欠税余额,公告日期,经办\n" + rows, "utf-8")
    found = drafted(file, "tax_arrears")
    said = {(doubt.about, doubt.column) for doubt in found.doubts}
    assert ("balance", "欠税余额") in said  # no unit is named
    assert "经办" in found.left_columns
    snippet = write_snippet(found)
    assert "没有注明单位" in snippet
    assert "经办" in snippet
    dated = [doubt for doubt in found.doubts if "2/1/2024" in doubt.text]
    assert [doubt.column for doubt in dated] == ["公告日期"]
    assert "day_first: true" in dated[0].line


def test_units_and_shares_are_read_from_headings_and_asked_where_they_are_not_said(tmp_path):
    file = tmp_path / "股权.csv"
    rows = "".join(f"温州甲{n}有限公司,{uscc(n)},温州乙{n}有限公司,{n}0,{n}00\n" for n in range(1, 6))
    file.write_text("企业名称,统一社会信用代码,股东名称,出资比例（%）,认缴出资额（万元）\n" + rows, "utf-8")
    assert drafted(file, "shareholder_contrib").spelling.fields["ratio"].unit == "%"
    file.write_text("企业名称,统一社会信用代码,股东名称,出资比例,认缴出资额（万元）\n" + rows, "utf-8")
    asked = [doubt for doubt in drafted(file, "shareholder_contrib").doubts if doubt.about == "ratio"]
    assert [doubt.line for doubt in asked] == ['ratio: {from: [出资比例], unit: "%"}']


def test_the_line_to_paste_where_a_pair_is_not_sure_holds_its_unit(tmp_path):
    file = tmp_path / "欠税.csv"
    rows = "".join(f"温州甲{n}有限公司,{uscc(n)},增值税,{n}0,{n}\n" for n in range(1, 6))
    file.write_text("纳税人名称,纳税人识别号,税种,本期欠税余额合计（万元）,滞纳金（万元）\n" + rows, "utf-8")
    asked = [doubt.line for doubt in drafted(file, "tax_arrears").doubts if doubt.about == "balance"]
    assert asked == ["balance: {from: [本期欠税余额合计（万元）], unit: 万元}"]


def test_blank_rows_of_a_sample_say_nothing_of_merged_cells(tmp_path):
    file = tmp_path / "欠税公告.csv"
    rows = "".join(f"温州甲{n}有限公司,{uscc(n)},增值税,{n}000\n,,,\n" for n in range(1, 6))
    file.write_text("纳税人名称,纳税人识别号,税种,欠税余额（元）\n" + rows, "utf-8")
    assert not [doubt for doubt in drafted(file, "tax_arrears").doubts if "merged" in doubt.text]


def test_footers_and_words_for_nothing_are_found(tmp_path):
    file = tmp_path / "欠税公告信息.csv"
    rows = "".join(f"温州甲{n}有限公司,{uscc(n)},增值税,{n}000,{'长期' if n > 3 else ''}\n" for n in range(1, 9))
    file.write_text(
        "纳税人名称,纳税人识别号,税种,欠税余额（元）,发布日期\n" + rows + "合计,,,36000,\n制表人：某某,,,,\n", "utf-8"
    )
    found = drafted(file, "tax_arrears")
    assert found.spelling.footers == ["合计", "制表"]
    mapped = read_mappings("draft.yaml", write_snippet(found), found.dataset)
    trial = try_out(mapped, decode(file), TODAY)
    assert (trial.counts["rows"], trial.counts["accepted"], trial.layout.footers) == (8, 8, [10, 11])


def test_open_ends_are_read_as_such_and_not_as_words_for_nothing(tmp_path):
    file = tmp_path / "经营许可.csv"
    rows = [f"许{n},温州甲{n}有限公司,{uscc(n)},2024-1-{n},{'长期' if n > 3 else '2030-1-1'}" for n in range(1, 9)]
    file.write_text("\n".join(["许可文书号,企业名称,统一社会信用代码,许可日期,有效期至", *rows, ""]), "utf-8")
    found = drafted(file, "license_general")
    assert found.spelling.fields["xk_yxqzi"].from_ == ["有效期至"]
    assert found.spelling.fields["xk_yxqzi"].nulls == []


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("- id: x\n  fields:\n    nothing: {from: [a]}\n", "draft.yaml:3"),
        ("- id: x\n  fields:\n    balance: {from: a}\n", "draft.yaml:3"),
        ("- id: x\n  fields:\n    balance: {from: [a], extract: '('}\n", "draft.yaml:3"),
        ("- [", "draft.yaml:2"),
        ("id: x", "draft.yaml:1"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_line(source, place):
    with pytest.raises(CatalogueError) as refusal:
        read_mappings("draft.yaml", source, get_dataset("tax_arrears"))
    assert str(refusal.value).startswith(place)
