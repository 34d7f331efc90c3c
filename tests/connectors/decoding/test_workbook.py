"""Workbooks: every cell as Excel shows it, and those that cannot be used refused by name."""

from datetime import date

import pytest
import xlsxwriter

from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.errors import MalformedError
from tests.connectors.decoding.workbooks import one_sheet, package, text_cell, text_row
from tests.enterprises import uscc

TODAY = date(2026, 11, 27)
ARREARS = ["纳税人名称", "纳税人识别号", "税种", "欠税余额"]


def written(folder, content):
    path = folder / "a.xlsx"
    path.write_bytes(content)
    return path


def shown(folder, cells, **how):
    """Return what cells of a row show, in their order."""
    content = one_sheet(text_row(1, "ABCDEFGHIJ"[: len(cells)]) + f'<row r="2">{"".join(cells)}</row>', **how)
    return next(decode(written(folder, content)).rows)[1]


def number(value, style=0):
    return f'<c s="{style}"><v>{value}</v></c>'


def test_numbers_and_dates_are_shown_by_the_format_of_their_style(tmp_path):
    formats = ["General", 31, 'yyyy"年"m"月"', "0.0%"]
    cells = [number(value, style) for style, value in enumerate(["8123456789.12", 45352.5, 45352, 0.125])]
    assert shown(tmp_path, cells, formats=formats) == ["8123456789.12", "2024-03-01", "2024年3月", "12.5%"]


def test_a_workbook_that_counts_from_1904_has_its_own_days(tmp_path):
    assert shown(tmp_path, [number(43890)], formats=[31], date1904=True) == ["2024-03-01"]


def test_codes_with_leading_zeros_and_every_kind_of_text_are_as_shown(tmp_path):
    cells = [
        number(123456, 1), '<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>', '<c t="b"><v>1</v></c>',
        '<c t="d"><v>2024-03-01T00:00:00Z</v></c>', '<c t="str"><f>B1</f><v>缓存</v></c>',
        '<c t="str"><f>""</f><v></v></c>', text_cell("H2", "甲_x000D_乙"), '<c r="J2"><v>1</v></c>',
    ]  # fmt: skip
    shared = ["<t>甲</t><rPh><t>jia</t></rPh>", "<r><t>温州</t></r><r><t>乙</t></r>"]
    assert shown(tmp_path, [*cells], formats=["General", "00000000"], shared=shared) == [
        "00123456", "甲", "温州乙", "TRUE", "2024-03-01", "缓存", "", "甲\r乙", "", "1",
    ]  # fmt: skip


BROKEN = {
    '<c r="D2" t="e"><v>#N/A</v></c>': ("spreadsheet_error", "#N/A", "D2"),
    '<c r="D2" t="e"><f>A1/0</f><v>#DIV/0!</v></c>': ("spreadsheet_error", "#DIV/0!", "D2"),
    '<c r="D2"><f>A1</f></c>': ("cell_formula", "=A1", "D2"),
    '<c r="D2"><f>A1</f><v></v></c>': ("cell_formula", "=A1", "D2"),
    '<c r="D2"><v>2.023050600012346E16</v></c>': ("cell_rounded", "2.023050600012346E16", "D2"),
}


@pytest.mark.parametrize("cell", BROKEN)
def test_a_cell_that_cannot_be_used_refuses_its_row_by_name(tmp_path, cell):
    code, value, at = BROKEN[cell]
    row = text_row(2, ["甲公司", uscc(1), "增值税"]).replace("</row>", f"{cell}</row>")
    sound = text_row(3, ["乙公司", uscc(2), "增值税", "5"])
    trial = try_out(
        get_dataset("tax_arrears"), decode(written(tmp_path, one_sheet(text_row(1, ARREARS) + row + sound))), TODAY
    )
    assert (trial.counts["rows"], trial.counts["accepted"], trial.counts["rejected"]) == (2, 1, 1)
    (reason,) = trial.refused[0].reasons
    assert (reason.code, reason.column, reason.value) == (code, "欠税余额", value)
    assert at in reason.text
    assert "Excel" in reason.text or code == "cell_formula"


def test_a_broken_cell_that_nobody_reads_does_not_matter(tmp_path):
    rows = text_row(1, [*ARREARS, "备注"]) + text_row(2, ["甲公司", uscc(1), "增值税", "5"]).replace(
        "</row>", '<c r="E2" t="e"><v>#REF!</v></c></row>'
    )
    trial = try_out(get_dataset("tax_arrears"), decode(written(tmp_path, one_sheet(rows))), TODAY)
    assert (trial.counts["accepted"], trial.counts["rejected"]) == (1, 0)


def test_formulas_that_were_never_calculated_are_not_read_as_a_sheet_without_rows(tmp_path):
    rows = text_row(1, ARREARS) + '<row r="2"><c r="A2"><f>Sheet2!A1</f></c><c r="B2"><f>Sheet2!B1</f></c></row>'
    trial = try_out(get_dataset("tax_arrears"), decode(written(tmp_path, one_sheet(rows))), TODAY)
    assert (trial.counts["rows"], trial.counts["rejected"]) == (1, 1)


def test_cells_merged_downwards_give_every_row_their_value(tmp_path):
    rows = [ARREARS, ["甲公司", uscc(1), "增值税", "1"], ["乙公司", uscc(2), "", "2"], ["丙公司", uscc(3), "", "3"],
            ["丁公司", uscc(4), "", "4"]]  # fmt: skip
    merged = '<mergeCells count="2"><mergeCell ref="C2:C4"/><mergeCell ref="A1:A1"/></mergeCells>'
    content = one_sheet("".join(text_row(at, row) for at, row in enumerate(rows, start=1)), merged)
    layout = lay_out(get_dataset("tax_arrears"), decode(written(tmp_path, content)))
    assert [cells[2] for _, cells in layout.table.rows] == ["增值税", "增值税", "增值税", ""]


def test_rows_are_numbered_and_blank_ones_counted_as_excel_numbers_them(tmp_path):
    rows = text_row(3, ARREARS) + '<row r="4"><c s="1"/></row>' + text_row(1000, ["甲公司", uscc(1), "增值税", "1"])
    table = decode(written(tmp_path, one_sheet(rows)))
    assert (table.header_row, [number for number, _ in table.rows]) == (3, [1000])
    assert table.tally.blank.document() == {"count": 998, "rows": ["1-2", "4-999"]}
    assert table.tally.total == 1000


def test_sheets_that_were_not_read_and_hidden_ones_are_told(tmp_path):
    data = text_row(1, ARREARS) + text_row(2, ["甲公司", uscc(1), "增值税", "1"])
    notes = text_row(1, ["请核对"])
    content = package(
        {"说明": (notes, "", "visible"), "空": ("", "", "visible"), "数据": (data, "", "visible"),
         "草稿": (notes, "", "hidden")}
    )  # fmt: skip
    tally = lay_out(get_dataset("tax_arrears"), decode(written(tmp_path, content))).tally
    assert (tally.sheet, tally.unread_sheets, tally.hidden_sheets) == ("数据", ["说明", "草稿"], ["草稿"])


def test_columns_that_are_empty_in_every_row_are_cut_and_others_bounded(tmp_path):
    wide = text_row(1, ARREARS).replace("</row>", '<c r="IV1" t="inlineStr"><is><t> </t></is></c></row>')
    data = text_row(2, ["甲公司", uscc(1), "增值税"])
    table = decode(written(tmp_path, one_sheet(wide + data)))
    assert (table.header, list(table.rows)) == (ARREARS, [(2, ["甲公司", uscc(1), "增值税", ""])])
    with pytest.raises(MalformedError, match="256 columns, at most 200"):
        decode(written(tmp_path, one_sheet(wide.replace("<t> </t>", "<t>备注</t>") + data)))


def test_a_row_out_of_order_is_a_damaged_workbook(tmp_path):
    with pytest.raises(MalformedError, match="damaged"):
        decode(written(tmp_path, one_sheet(text_row(2, ["a"]) + text_row(1, ["b"]))))


def test_the_headings_that_stand_there_twice_are_told(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*ARREARS, "欠税余额", "税 种"])
        sheet.write_row(1, 0, ["甲公司", uscc(1), "增值税", "1", "2", "3"])
    assert lay_out(get_dataset("tax_arrears"), decode(path)).tally.repeated_columns == ["税种", "欠税余额", "税 种"]
