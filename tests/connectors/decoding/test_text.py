"""Delimited text: every line of the file is accounted for, and no quotation mark swallows rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.decoding.decode import decode
from connectors.decoding.text import MOST_COLUMNS, scan
from connectors.errors import MalformedError

HEADER = "企业名称,代码,事由,日期\n"


def written(folder, content, encoding="utf-8"):
    path = folder / "a.csv"
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def read(folder, content, encoding="utf-8"):
    table = decode(written(folder, content, encoding))
    return table, list(table.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize(
    "row", ['甲,1,"批发,2024-01-01\n', '"甲,1,批发,2024-01-01\n', '甲,1,"a ""b"", c\n', '甲,1,b,"']
)
def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(tmp_path, encoding, row):
    before = "".join(f'乙{n},1,"多行\n事由",2024-01-01\n' for n in range(3))
    after = "" if row.endswith('"') else "".join(f"丙{n},1,零售,2024-01-01\n" for n in range(30))
    with pytest.raises(MalformedError, match="line 8 opens"):
        read(tmp_path, HEADER + before + row + after, encoding)


def test_the_line_is_that_of_the_mark_that_stays_open_not_of_the_row(tmp_path):
    with pytest.raises(MalformedError, match="line 4 opens"):
        read(tmp_path, HEADER + '甲,1,"事\n\n由","2024-01-01\n乙,1,批发,2024-01-01\n')


@pytest.mark.parametrize(
    "swallowed",
    [
        '甲,1,"批发,2024-01-01\n乙,2,零售,2024-01-01\n丙,3,批发",2024-01-01\n',
        '甲,1,"批发,2024-01-01\n乙,2,零售",2024-01-01\n',
        '甲,1,批发,"2024-01-01\n乙,2,零售,2024-01-01"\n',
        '"甲,1,批发,2024-01-01\n乙",2,零售,2024-01-01\n',
        '甲,1,"批发,2024-01-01\r\n乙,2,零售,2024-01-01\r\n丙",3,批发,2024-01-01\r\n',
    ],
)
def test_a_pair_of_marks_around_whole_rows_is_named_by_its_lines(tmp_path, swallowed):
    last = 3 + len(swallowed.strip().splitlines()) - 1
    with pytest.raises(MalformedError, match=f"lines 3 to {last} stand inside one pair"):
        read(tmp_path, f"{HEADER}丁,4,批发,2024-01-01\n{swallowed}戊,5,批发,2024-01-01\n")


def test_texts_of_several_lines_and_marks_within_a_text_are_as_they_were(tmp_path):
    content = (
        HEADER
        + '甲,1,"一、批发,\n二、零售",2024-01-01\n乙 "老店",2,5" 管材,2024-01-01\n丙,3,"说""好""了\r\n",2024-01-02'
    )
    table, rows = read(tmp_path, content)
    assert rows == [
        (2, ["甲", "1", "一、批发,\n二、零售", "2024-01-01"]),
        (3, ['乙 "老店"', "2", '5" 管材', "2024-01-01"]),
        (4, ["丙", "3", '说"好"了\r\n', "2024-01-02"]),
    ]
    assert table.tally.total == 4


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(data=st.data())
def test_the_lines_counted_in_the_bytes_are_the_rows_read(tmp_path_factory, end, data):
    rows = data.draw(
        st.lists(st.sampled_from(["甲,1", "", ",", '"a\nb",2', '"a\r\nb",3', '"a\r",4', "丁,5 "]), max_size=9)
    )
    last = data.draw(st.sampled_from(["", end]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    table, read_rows = read(tmp_path_factory.getbasetemp(), f"a,b{end}" + end.join(rows) + last, encoding)
    assert table.tally.total == 1 + len(read_rows) + table.tally.blank.count


def test_a_line_end_that_two_pieces_of_the_file_share_is_one(tmp_path):
    path = written(tmp_path, b"a" * ((1 << 20) - 1) + b"\r\n" + b"b\r")
    assert scan(path, "utf-8") == (None, 2)


@pytest.mark.parametrize("separator", [";", "|", "\t", "，", ","])
def test_the_separator_is_the_one_that_gives_lines_as_many_cells(tmp_path, separator):
    rows = [
        ["企业名称", "事由", "日期"],
        ["甲", "批发", "1,5"],
        ["乙", "罚款|警告", "2"],
        ["丙", "a;b", "3"],
        ["丁", "c", "4"],
    ]
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in rows]
    table, read_rows = read(tmp_path, "公示表\n" + "".join(f"{separator.join(row)}\n" for row in quoted))
    assert [table.header, *(cells for _, cells in read_rows)] == [["公示表"], *rows]


def test_the_line_that_names_the_separator_for_excel_is_a_title(tmp_path):
    table, rows = read(tmp_path, "sep=;\r\na;b,c\r\n1;2\r\n")
    assert (table.header, table.header_row, rows) == (["a", "b,c"], 2, [(3, ["1", "2"])])
    assert (table.tally.titles.first(9), table.tally.total) == ([1], 3)


def test_one_column_of_sentences_is_one_column(tmp_path):
    lines = ["事由", "未公示，责令改正", "逾期，罚款；限期，整改", "其他", "拒不，改正，罚款"]
    assert [cells for _, cells in read(tmp_path, "\n".join(lines))[1]] == [[line] for line in lines[1:]]


def test_columns_that_are_empty_in_every_row_do_not_count(tmp_path):
    wide = "," * 300
    table, rows = read(tmp_path, f"甲,乙,丙{wide}\n1,,{wide}\n{wide},\n1,2,3,4{wide}\n")
    assert (table.header, rows) == (["甲", "乙", "丙"], [(2, ["1", "", ""]), (4, ["1", "2", "3", "4"])])


def test_columns_that_are_filled_are_counted_wherever_the_header_is(tmp_path):
    names = ",".join(f"列{n}" for n in range(MOST_COLUMNS + 100))
    with pytest.raises(MalformedError, match="300 columns, at most 200"):
        read(tmp_path, names)
    assert len(read(tmp_path, f"公示表\n{names}\n")[1][0][1]) == MOST_COLUMNS + 1
