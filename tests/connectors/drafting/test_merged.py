"""Whether cells were merged is asked where they look so in a text file, and nowhere else."""

import pytest
import xlsxwriter

from connectors.catalogue.load import datasets
from connectors.decoding.decode import decode
from connectors.drafting.sample import read_sample
from tests.connectors.drafting.files import drafted, sample
from tests.enterprises import uscc

HEADER = ["纳税人名称", "纳税人识别号", "税种", "欠税余额（元）", "发布日期"]


def rows(days):
    return [[f"温州甲{n}有限公司", uscc(n), "增值税", f"{n}000", day] for n, day in enumerate(days, start=1)]


def asked(path, wanted="tax_arrears"):
    return [doubt.line for doubt in drafted(path, wanted).doubts if "merged" in doubt.text]


def text(folder, cells, more=()):
    return sample(folder, "欠税公告", [",".join(line) for line in [HEADER, *cells, *more]])


@pytest.mark.parametrize("column", [0, 2])
def test_blocks_of_a_text_file_are_asked_about(tmp_path, column):
    lines = rows(["2024-01-01"] * 9)
    for n, line in enumerate(lines):
        line[column] = f"温州{n}有限公司" if n % 3 == 0 else ""
    assert asked(text(tmp_path, lines)) == [f"fill_down: [{HEADER[column]}]"]


@pytest.mark.parametrize(
    "empty",
    [
        {1, 4, 5},  # here and there
        {2},  # one value in a small sample
        {6, 7, 8},  # the last ones
        {1, 2, 3, 4, 5, 6, 7, 8},  # all but the first
    ],
)
def test_missing_values_are_not_asked_about(tmp_path, empty):
    lines = rows(["2024-01-01"] * 9)
    for n in empty:
        lines[n][2] = ""
    assert asked(text(tmp_path, lines)) == []


def test_values_that_are_said_again_were_not_merged(tmp_path):
    lines = rows(["2024-01-01"] * 9)
    for n in range(9):
        lines[n][2] = "增值税" if n % 3 == 0 else ""
    assert asked(text(tmp_path, lines)) == []


def test_rows_that_close_a_small_sheet_are_not_asked_about(tmp_path):
    more = [["合计", "", "", "6000", ""], ["填表人：某某", "", "", "", ""]]
    assert asked(text(tmp_path, rows(["2024-01-01"] * 2), more)) == []


@pytest.mark.parametrize("merged", [True, False])
def test_a_workbook_says_itself_what_is_merged(tmp_path, merged):
    path = tmp_path / "欠税公告.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for place, line in enumerate(rows(["2024-01-01"] * 9), start=1):
            line[2] = f"税种{place}" if place % 3 == 1 else ""
            sheet.write_row(place, 0, line)
        for top in (1, 4, 7):
            if merged:
                sheet.merge_range(top, 2, top + 2, 2, f"税种{top}")
    assert asked(path) == []
    seen = [line[2] for line in read_sample(datasets().values(), decode(path)).rows]
    assert seen.count("") == (0 if merged else 6)
