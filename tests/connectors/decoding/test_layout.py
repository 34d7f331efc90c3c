"""Where the header is and which rows are data: titles, two rows, merged cells, footers, several sheets."""

from datetime import date

import pytest
import xlsxwriter

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.conversion.binding_errors import MissingColumnsError
from connectors.decoding.decode import decode
from connectors.decoding.layout import combined, lay_out
from connectors.errors import MalformedError
from tests.enterprises import uscc

ARREARS = ["纳税人名称", "纳税人识别号", "税种", "欠税余额"]
ROWS = [[f"温州甲{n}有限公司", uscc(n), "增值税", f"{n}000"] for n in range(1, 4)]


def write(path, sheets):
    """Write sheets of rows; None is an empty cell."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write_string(number, place, cell)
    return path


def laid(path, dataset="tax_arrears", mapping=None):
    wanted = get_dataset(dataset)
    return lay_out(read_mappings("m.yaml", mapping, wanted) if mapping else wanted, decode(path))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_title_rows_are_no_data_and_rows_keep_their_numbers(tmp_path, encoding):
    text = "某某区欠税公告\n截止日期：2024年5月,,单位：元\n\n" + "\n".join(",".join(row) for row in [ARREARS, *ROWS])
    path = tmp_path / "a.csv"
    path.write_text(text, encoding)
    layout = laid(path)
    assert (layout.titles, layout.header_rows) == (["某某区欠税公告", "截止日期：2024年5月 单位：元"], [4])
    assert list(layout.table.rows) == [(5, ROWS[0]), (6, ROWS[1]), (7, ROWS[2])]


def test_a_header_of_two_rows_with_merged_cells_is_one(tmp_path):
    upper = ["纳税人", None, "欠税", None]
    lower = ["纳税人名称", "纳税人识别号", "税种", "余额"]
    path = write(tmp_path / "a.xlsx", {"公告": [["欠税公告"], upper, lower, *ROWS]})
    layout = laid(path)
    assert (layout.table.header, layout.header_rows) == (["纳税人名称", "纳税人识别号", "税种", "欠税余额"], [2, 3])
    assert next(layout.table.rows) == (4, ROWS[0])


def test_one_row_below_two_bodies_is_called_by_both(tmp_path):
    names = combined(["当事人", "", "机关", ""], ["名称", "代码", "名称", "代码"])
    assert names == ["当事人名称", "当事人代码", "机关名称", "机关代码"]


def test_a_second_spelling_of_the_header_is_header_too(tmp_path):
    path = write(tmp_path / "a.xlsx", {"公告": [ARREARS, ["taxpayer_name", "uscc", "tax_type", "balance"], *ROWS]})
    assert (laid(path).header_rows, next(laid(path).table.rows)) == ([1, 2], (3, ROWS[0]))


MERGED = """
- id: merged
  party: {name: [纳税人名称], codes: [纳税人识别号]}
  fill_down: [税种]
  footers: [合计, 注：, 制表人]
"""


def test_merged_cells_are_filled_down_and_footers_are_left_out(tmp_path):
    rows = [ROWS[0], [*ROWS[1][:2], None, "2000"], [*ROWS[2][:2], None, "3000"]]
    path = write(
        tmp_path / "a.xlsx", {"公告": [ARREARS, *rows, ["合 计", None, None, "6000"], ["注: 无", None, None, None]]}
    )
    layout = laid(path, mapping=MERGED)
    assert [cells[2] for _, cells in layout.table.rows] == ["增值税"] * 3 + ["", ""]
    trial = try_out(read_mappings("m.yaml", MERGED, get_dataset("tax_arrears")), decode(path), date(2026, 1, 2))
    assert (trial.counts["rows"], trial.counts["accepted"], trial.layout.footers) == (3, 3, [5, 6])


def test_the_one_sheet_with_the_columns_is_taken_wherever_it_is(tmp_path):
    path = write(tmp_path / "a.xlsx", {"空": [], "说明": [["请核对"]], "数据": [["欠税公告"], ARREARS, *ROWS]})
    layout = laid(path)
    assert (layout.table.sheet, layout.header_rows, len(list(layout.table.rows))) == ("数据", [2], 3)


def test_two_sheets_with_the_columns_are_refused_by_name(tmp_path):
    path = write(tmp_path / "a.xlsx", {"一月": [ARREARS, *ROWS], "二月": [ARREARS, *ROWS]})
    with pytest.raises(MalformedError, match="一月、二月"):
        laid(path)


def test_a_file_without_the_columns_is_refused_by_what_the_nearest_row_lacks(tmp_path):
    path = write(tmp_path / "a.xlsx", {"公告": [["欠税公告"], ["纳税人名称", "税种"], ["某公司", "增值税"]]})
    with pytest.raises(MalformedError) as refusal:
        laid(path)
    assert "欠税余额" in str(refusal.value)
    assert "纳税人名称" not in str(refusal.value)


def test_objects_name_their_members_and_have_no_titles(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('[{"纳税人名称": "甲", "税种": "增值税", "欠税余额": "1"}]', "utf-8")
    assert (laid(path).header_rows, laid(path).titles) == ([], [])


@pytest.mark.parametrize(
    "content",
    ['[{"纳税人": "甲", "金额": 5}]', '{"data": [{"纳税人": "甲", "金额": 5}]}', '{"纳税人": "甲", "金额": 5}\n'],
)
def test_what_json_lacks_is_told_by_its_members_and_what_to_write_in_a_mapping(tmp_path, content):
    path = tmp_path / "arrears.json"
    path.write_text(content, "utf-8")
    with pytest.raises(MissingColumnsError) as refusal:
        lay_out(get_dataset("tax_arrears"), decode(path))
    told = str(refusal.value)
    for words in (
        "缺少成员或列",
        "可能是 it may be “纳税人”",
        "“金额”",
        "fields: {字段: {from: [名称]}}",
        "missing members",
    ):
        assert words in told
    assert "Excel" not in told


TWICE = "企业或单位名称,纳税人识别号,欠税金额,税种,{again}\n"
AGAIN = ["欠税金额", "欠 税 金额", "企业或单位名称", "纳税人识别号", "税种"]


def twice(tmp_path, again, rows, mapping=""):
    path = tmp_path / "twice.csv"
    path.write_text(TWICE.format(again=again) + "".join(f"{row}\n" for row in rows), "utf-8")
    wanted = get_dataset("tax_arrears")
    wanted = read_mappings("m.yaml", mapping, wanted) if mapping else wanted
    return try_out(wanted, decode(path), date(2026, 1, 2))


@pytest.mark.parametrize("again", AGAIN)
def test_columns_of_one_heading_that_differ_refuse_the_file_by_column_and_row(tmp_path, again):
    same = {"企业或单位名称": "甲公司", "纳税人识别号": uscc(1), "税种": "增值税"}.get(again, "5")
    rows = [f"甲公司,{uscc(1)},5,增值税,{cell}" for cell in (same, "", "/", "7000")]
    with pytest.raises(MalformedError) as refusal:
        twice(tmp_path, again, rows)
    for words in ("第 5 列都叫", "第 5 行内容不同", "未入库", "differ in row 5", "from: [第"):
        assert words in str(refusal.value)
    assert "7000" not in str(refusal.value)
    assert twice(tmp_path, again, rows[:3]).counts["rows"] == 3  # the same, or nothing, is no loss


def test_columns_of_one_heading_that_nothing_is_read_from_may_differ(tmp_path):
    path = tmp_path / "notes.csv"
    head = "企业或单位名称,纳税人识别号,欠税金额,税种,备注,备注\n"
    path.write_text(f"{head}甲公司,{uscc(1)},5,增值税,甲,乙\n", "utf-8")
    trial = try_out(get_dataset("tax_arrears"), decode(path), date(2026, 1, 2))
    assert (trial.counts["accepted"], trial.layout.tally.repeated_columns) == (1, ["备注"])


def test_a_mapping_says_by_its_place_which_of_two_columns_is_meant(tmp_path):
    mapping = """
- id: open-data
  version: 2
  party: {name: [企业或单位名称], codes: [纳税人识别号]}
  fields: {taxpayer_name: {from: [企业或单位名称]}, balance: {from: [第5列]}}
"""
    trial = twice(tmp_path, "欠税金额", [f"甲公司,{uscc(1)},5,增值税,7000"], mapping)
    assert (trial.counts["accepted"], trial.layout.binding.mapping.version) == (1, 2)
    assert trial.amounts["balance"] == [7000]


def test_what_closes_the_sheet_contradicts_no_column(tmp_path):
    rows = [f"甲公司,{uscc(1)},5,增值税,5", "填表人：张三,,,,审核人：李四", "合计,,5,,10"]
    assert twice(tmp_path, "欠税金额", rows).layout.tally.footers.count == 2
