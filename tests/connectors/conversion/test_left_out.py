"""Totals, signatures, notes and repeated headers are no rows; a row with a code is one, whatever it is called."""

from datetime import date

import pytest

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.chunks import FEWEST_FOR_COLUMNS, ChunkMapper
from connectors.conversion.left_out import FOOTER, REPEATED_HEADER
from connectors.conversion.party import PERSON
from connectors.conversion.rows import Mapped, Refused, RowMapper
from tests.enterprises import uscc

TODAY = date(2026, 1, 2)
HEADER = ["序号", "企业或单位名称", "纳税人识别号", "欠税金额", "税种"]
BINDING = bind(get_dataset("tax_arrears"), HEADER)
MAPPER = RowMapper(BINDING, TODAY)
NAMES = RowMapper(bind(get_dataset("abnormal_operation"), ["企业名称"]), TODAY)


@pytest.mark.parametrize(
    "cells",
    [
        ["合计", "", "", "2.5", ""], ["", "合 计", "", "2.5", ""], ["6", "总计：", "", "2.5", ""],
        ["", "共 1 家", "", "", ""],
        ["合计", "5", "", "2.5", ""], ["小计（元）", "", "", "9", ""], ["注：本表由某局提供", "", "", "", ""],
        ["注1：含滞纳金", "", "", "", ""], ["备注：无"], ["填表人：王某　审核人：李某", "", "", "", ""],
        ["制表", "", "", "", ""], ["制表人：", "", "", "", "", ""], ["联系电话：0577-88888888", "", "", "", ""],
        ["填报单位（盖章）：某局", "", "", "", ""], ["说明：\n一、截至本月底", "", "", "", ""],
    ],
)  # fmt: skip
def test_a_row_that_closes_the_sheet_is_a_footer(cells):
    assert MAPPER.map(cells) == FOOTER


CLOSING = [
    "单位（盖章）", "单位（盖章）：", "单位(公章)：某局", "报送单位（盖章）：某局", "主管单位（盖章）", "盖章",
    "（公章）", "签字：", "领导签字：", "负责人签字：", "填表人", "填表人：张三", "填表人 ： 张三", "打印人：管理员",
    "操作员：甲", "制表机关：某局", "制表部门", "填表说明", "第1页 共1页", "第 1 页，共 1 页", "第1页", "第1页/共3页",
    "第二页", "共3页", "Page 1 of 1", "第 1 页 共 1 页 打印时间：2024", "制表日期", "制表日期：2024-01-01",
    "制表时间 2024年1月1日", "打印日期：2024-03-01", "打印时间：", "导出时间：2024", "上报日期：", "报表日期",
    "数据截至2024年1月", "截止日期：2024-01-31", "数据截止时间：2024-1-1", "（以下无正文）", "以下空白",
    "资料来源：某局",
]  # fmt: skip
ALONE = ["日期：2024-01-01", "2024年1月1日", "二〇二四年一月一日", "- 1 -", "—1—", "单位：万元", "说明", "注"]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("cell", [*CLOSING, *ALONE])
def test_seals_signatures_pages_and_days_close_a_sheet(cell, place):
    row = [""] * len(HEADER)
    row[place] = cell
    assert MAPPER.map(row) == FOOTER
    assert NAMES.map([cell]) == FOOTER


@pytest.mark.parametrize("cell", ALONE)
def test_a_day_or_a_word_closes_a_sheet_only_where_it_stands_alone(cell):
    for row in (["1", cell, "", "5", "增值税"], [cell, "", "", "5", "增值税"], ["1", cell, "", "", ""]):
        assert isinstance(MAPPER.map(row), Refused | Mapped)


@pytest.mark.parametrize("day", ["2024-01-01", "2024/1/1", "20240101", "45292"])
def test_a_day_as_cells_hold_it_is_data_that_lacks_the_rest(day):
    assert isinstance(MAPPER.map(["", "", "", "", day]), Refused)
    assert isinstance(MAPPER.map(["", "", "", day, ""]), Refused)


@pytest.mark.parametrize("name", ["合计", "共1家", "填表人：测试", "备注：以上", "总计 12 户"])
def test_a_sheet_of_names_has_footers_too(name):
    assert NAMES.map([name]) == FOOTER


@pytest.mark.parametrize(
    "name",
    [
        "合计科技有限公司",
        "共计达商贸行",
        "备注文化传媒有限公司",
        "说明书印刷厂",
        "共1家政服务部",
        "制表机械厂",
        "单位：某某公司",
        "第一页文化公司",
        "盖章机械厂",
        "打印部落图文店",
        "注塑厂",
        "截止阀门厂",
        "日期食品厂",
        "领导者咨询公司",
        "页岩砖厂",
        "二〇二四年代咖啡馆",
        "Page Design 有限公司",
    ],
)
def test_an_enterprise_called_like_a_footer_is_an_enterprise(name):
    assert isinstance(NAMES.map([name]), Mapped)


@pytest.mark.parametrize("name", ["合计", "共1家", "企业或单位名称", "备注：某公司"])
def test_a_row_with_a_code_is_data_whatever_its_name(name):
    assert isinstance(MAPPER.map(["1", name, uscc(1), "5", "增值税"]), Mapped)


def test_a_row_that_lacks_only_its_name_is_refused_not_left_out():
    assert isinstance(MAPPER.map(["说明：甲", "", "", "5", "增值税"]), Refused)


@pytest.mark.parametrize(
    "cells",
    [
        HEADER,
        ["序 号", "企业或单位名称 ", "纳税人识别号", "", ""],
        ["", "企业或单位名称", "纳税人识别号", "欠税金额", "税种*"],
    ],
)
def test_the_header_once_more_is_no_row(cells):
    assert MAPPER.map(cells) == REPEATED_HEADER


def test_what_excel_shows_in_place_of_a_value_is_no_name():
    for code in (uscc(1), ""):
        outcome = MAPPER.map(["1", "#N/A", code, "5", "增值税"])
        assert isinstance(outcome, Refused)
        assert ("spreadsheet_error", "企业或单位名称", "#N/A") in [(r.code, r.column, r.value) for r in outcome.reasons]


def test_a_chunk_tells_what_it_left_out_by_number():
    sound = [(n, ["1", f"甲{n}厂", uscc(n), "5", "增值税"]) for n in range(2, FEWEST_FOR_COLUMNS + 10)]
    odd = [
        (900, ["合计", "", "", "9", ""]), (901, HEADER), (902, ["2", "李*", "", "1", "增值税"]),
        (903, ["3", "#REF!", uscc(1), "5", "增值税"]), (904, ["注：无"]),
    ]  # fmt: skip
    chunk = ChunkMapper(BINDING, TODAY).map([*sound, *odd])
    assert len(chunk.sound) == len(sound)
    assert chunk.left_out == {FOOTER: [904, 900], REPEATED_HEADER: [901], PERSON: [902]}
    assert [(number, reasons[0].code) for number, reasons, _ in chunk.refused] == [(903, "spreadsheet_error")]
