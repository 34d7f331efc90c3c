"""XLS workbooks are read as XLSX ones are: every cell as Excel shows it, those that cannot be used named."""

import io
import struct
from datetime import date

import pytest
import xlwt
from xlwt.Cell import ErrorCell, FormulaCell, MulBlankCell

from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.errors import MalformedError
from tests.enterprises import uscc

TODAY = date(2026, 11, 27)
ARREARS = ["纳税人名称", "纳税人识别号", "税种", "欠税余额"]
SOUND = ["乙公司", uscc(2), "增值税", 5]
LAST = (1, 3)  # row and place of the amount of the row that is not sound


def book_of(rows, name="数据", book=None):
    book = book or xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(name)
    for row, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            if cell is not None:
                sheet.write(row, place, *(cell if isinstance(cell, tuple) else (cell,)))
    return book, sheet


def saved(folder, book):
    target = io.BytesIO()
    book.save(target)
    path = folder / "a.xls"
    path.write_bytes(target.getvalue())
    return path


def shown(folder, cells, *, from_1904=False):
    """Return what cells of a row show, in their order."""
    book, _ = book_of([list("ABCDEFGHIJ"[: len(cells)]), cells])
    book.dates_1904 = from_1904
    return next(decode(saved(folder, book)).rows)[1]


def style(code):
    return xlwt.easyxf(num_format_str=code)


def put(sheet, kind, *value):
    row, place = LAST
    sheet.row(row).insert_cell(place, kind(row, place, 0, *value))


BROKEN = {
    "an error": (ErrorCell, (42,), "spreadsheet_error", "#N/A"),
    "another error": (ErrorCell, ("#DIV/0!",), "spreadsheet_error", "#DIV/0!"),
    "a formula not calculated": (FormulaCell, (xlwt.Formula("A1"), 2), "cell_formula", "="),
    "seventeen digits": (xlwt.Cell.NumberCell, (20230506000123456.0,), "cell_rounded", "2.0230506000123456e+16"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_cell_that_cannot_be_used_refuses_its_row_by_name(tmp_path, what):
    kind, value, code, told = BROKEN[what]
    book, sheet = book_of([ARREARS, ["甲公司", uscc(1), "增值税"], SOUND])
    put(sheet, kind, *value)
    trial = try_out(get_dataset("tax_arrears"), decode(saved(tmp_path, book)), TODAY)
    assert (trial.counts["rows"], trial.counts["accepted"], trial.counts["rejected"]) == (2, 1, 1)
    (reason,) = trial.refused[0].reasons
    assert (reason.code, reason.column, reason.value) == (code, "欠税余额", told)
    assert "D2" in reason.text


@pytest.mark.parametrize(("result", "cell"), [(0.0, "="), (5.0, "5")])
def test_a_formula_that_is_left_to_excel_may_have_its_result_all_the_same(tmp_path, result, cell):
    book, sheet = book_of([ARREARS, ["甲公司", uscc(1), "增值税"]])
    put(sheet, FormulaCell, xlwt.Formula("A1"), 2)
    path = saved(tmp_path, book)
    nothing = struct.pack("<QH", 0xFFFF000000000003, 2)
    assert path.read_bytes().count(nothing) == 1
    path.write_bytes(path.read_bytes().replace(nothing, struct.pack("<dH", result, 2)))
    table = decode(path)
    assert [cells[3] for _, cells in table.rows] == [cell]
    assert bool(table.faults) == (cell == "=")


def test_a_formula_whose_result_is_no_text_is_empty(tmp_path):
    book, sheet = book_of([["a", "b"], ["1"]])
    sheet.write(1, 1, xlwt.Formula('""'))
    table = decode(saved(tmp_path, book))
    assert (list(table.rows), table.faults) == ([(2, ["1", ""])], {})


def test_numbers_and_dates_are_shown_by_the_format_of_their_style(tmp_path):
    cells = [
        8123456789.12, (45352, style("yyyy-mm-dd")), (45352, style('yyyy"年"m"月"')), (0.125, style("0.0%")),
        (123456, style("00000000")), (59, style("yyyy/m/d")), (45352.5, style("yyyy-mm-dd hh:mm")), True, 0.1 + 0.2,
    ]  # fmt: skip
    assert shown(tmp_path, cells) == [
        "8123456789.12", "2024-03-01", "2024年3月", "12.5%", "00123456", "1900-02-28", "2024-03-01 12:00:00", "TRUE",
        "0.3",
    ]  # fmt: skip


def test_a_workbook_that_counts_from_1904_has_its_own_days(tmp_path):
    assert shown(tmp_path, [(43890, style("yyyy-mm-dd"))], from_1904=True) == ["2024-03-01"]


def test_rows_are_numbered_and_blank_ones_counted_as_excel_numbers_them(tmp_path):
    book, sheet = book_of([[], [], ARREARS, [" "]])
    sheet.row(4).insert_mulcells(0, 3, MulBlankCell(4, 0, 3, 0))
    for place, cell in enumerate(SOUND):
        sheet.write(999, place, cell)
    table = decode(saved(tmp_path, book))
    assert (table.header_row, list(table.rows)) == (3, [(1000, [*SOUND[:3], "5"])])
    assert table.tally.blank.document() == {"count": 998, "rows": ["1-2", "4-999"]}
    assert table.tally.total == 1000


def test_sheets_that_were_not_read_and_hidden_ones_are_told(tmp_path):
    book, _ = book_of([["请核对"]], "说明")
    book_of([], "空", book)
    book_of([ARREARS, SOUND], "数据", book)
    book_of([["请核对"]], "草稿", book)[1].visibility = 1
    book_of([["请核对"]], "底稿", book)[1].visibility = 2
    tally = lay_out(get_dataset("tax_arrears"), decode(saved(tmp_path, book))).tally
    assert (tally.sheet, tally.unread_sheets) == ("数据", ["说明", "草稿", "底稿"])
    assert tally.hidden_sheets == ["草稿", "底稿"]


def test_cells_merged_downwards_give_every_row_their_value(tmp_path):
    book, sheet = book_of([ARREARS, ["甲公司", uscc(1), None, 1], ["乙公司", uscc(2), None, 2], SOUND])
    sheet.write_merge(1, 2, 2, 2, "营业税")
    layout = lay_out(get_dataset("tax_arrears"), decode(saved(tmp_path, book)))
    assert [cells[2] for _, cells in layout.table.rows] == ["营业税", "营业税", "增值税"]


@pytest.mark.parametrize("kept", [600, 2000, 4000])
def test_a_workbook_that_is_cut_off_is_damaged(tmp_path, kept):
    path = saved(tmp_path, book_of([ARREARS, SOUND])[0])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(MalformedError, match="damaged"):
        decode(path)


def test_a_sheet_whose_name_cannot_be_told_is_damage(tmp_path):
    path = saved(tmp_path, book_of([ARREARS, SOUND], "data")[0])
    assert path.read_bytes().count(b"data") == 1
    path.write_bytes(path.read_bytes().replace(b"data", b"da\x00a"))
    with pytest.raises(MalformedError, match="damaged"):
        decode(path)


def test_a_workbook_with_a_password_says_so(tmp_path):
    book, _ = book_of([ARREARS, SOUND])
    path = saved(tmp_path, book)
    codepage, encrypted = b"\x42\x00\x02\x00", b"\x2f\x00\x02\x00"  # the record FilePass in another's place
    assert codepage in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(codepage, encrypted, 1))
    with pytest.raises(MalformedError, match="password"):
        decode(path)
