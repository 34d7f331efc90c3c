"""Files as agencies really send them, each trap made here from synthetic rows."""

import contextlib

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from connectors.decoding.decode import decode
from connectors.errors import MalformedError

ROWS = [["企业名称", "统一社会信用代码"], ["温州甲乙有限公司", "91330300MA00000001"], ["温州“丙”, 厂", ""]]
CSV = '企业名称,统一社会信用代码\r\n温州甲乙有限公司,91330300MA00000001\r\n"温州“丙”, 厂",\r\n'


def rows_of(path):
    table = decode(path)
    return table.encoding, table.header, list(table.rows)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CSV.encode(), "utf-8"),
        (CSV.encode("utf-8-sig"), "utf-8"),
        (CSV.encode("gb18030"), "gb18030"),
        (CSV.replace("\r\n", "\n").encode(), "utf-8"),
        (("\ufeff" + CSV).encode("gb18030"), "gb18030"),
    ],
)
def test_every_encoding_gives_the_same_rows(tmp_path, content, encoding):
    path = tmp_path / "batch.csv"
    path.write_bytes(content)
    assert rows_of(path) == (encoding, ROWS[0], [(2, ROWS[1]), (3, ROWS[2])])


def test_a_spreadsheet_named_csv_is_read_as_what_it_is(tmp_path):
    path = tmp_path / "batch.csv"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(ROWS):
            sheet.write_row(number, 0, row)
    assert rows_of(path) == ("xlsx", ROWS[0], [(2, ROWS[1]), (3, ROWS[2])])


def test_tabs_separate_where_there_are_more_of_them(tmp_path):
    path = tmp_path / "batch.txt"
    path.write_text("a\tb\n1,5\t2\n")
    assert rows_of(path) == ("utf-8", ["a", "b"], [(2, ["1,5", "2"])])


def test_shifted_rows_are_handed_on_and_all_rows_keep_their_number(tmp_path):
    path = tmp_path / "batch.csv"
    path.write_text(", \n\na,b\n\n1,2,3\n,\n4\n\n\n")
    table = decode(path)
    assert (table.header_row, list(table.rows)) == (3, [(5, ["1", "2", "3"]), (7, ["4"])])
    assert table.tally.blank.document() == {"count": 6, "rows": ["1-2", "4", "6", "8-9"]}
    assert table.tally.total == 9


def test_a_character_cut_by_the_reading_buffer_is_whole(tmp_path):
    path = tmp_path / "batch.csv"
    for encoding in ("utf-8", "gb18030"):
        path.write_bytes(("a\n" + "温" * 700_000 + "\n").encode(encoding))
        assert rows_of(path)[2][0][1] == ["温" * 700_000]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "column names"),
        (b" , \n,\n", "column names"),
        (",".join(map(str, range(500))).encode(), "500 columns"),
        (b"a,b\n1,\x00\n", "neither UTF-8 nor GB18030: bytes 6 and 6"),
        (b"a,b\n1,\xff\xff\n", "bytes 6 and 6"),
        (b"a,b\n1,\xe6\xb8\xa9\xff\xff\n", "bytes 9"),
        (b"PK\x03\x04 not really", "damaged"),
        (b"\xd0\xcf\x11\xe0 not really", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_and_where(tmp_path, content, reason):
    path = tmp_path / "batch.csv"
    path.write_bytes(content)
    with pytest.raises(MalformedError, match=reason):
        rows_of(path)


def test_a_cell_without_end_is_refused_with_its_row(tmp_path):
    path = tmp_path / "batch.csv"
    path.write_text("a\n1\n" + '"' + "x" * (2 << 20))
    with pytest.raises(MalformedError, match="row 3"):
        rows_of(path)


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_rows_or_refused_and_never_another_fault(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    with contextlib.suppress(MalformedError):
        rows_of(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"a": 1, "b": 2}, {}, {"a": 3, "b": " "}]'),
        ("a.ndjson", '{"a": 1, "b": 2}\n\n{"a": null}\n{"a": 3, "b": ""}\n'),
        ("a.xml", "<rows><row><a>1</a><b>2</b></row><row/><row><a>3</a></row></rows>"),
    ],
)
def test_objects_without_content_are_counted_as_blank(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    table = decode(path)
    assert [number for number, _ in table.rows] == [1, 3]
    assert (table.tally.blank.first(9), table.tally.total) == ([2], 3)


@pytest.mark.parametrize(
    "content",
    [
        '[{"a": 1}, {"税种": "甲", "b": 2, "税种": "乙"}]',
        '{"a": 1}\n{"税种": "甲", "b": 2, "税种": "甲"}\n',
        "<rows><row><a>1</a></row><row><税种>甲</税种><b>2</b><税种>乙</税种></row></rows>",
    ],
)
def test_a_member_that_stands_there_twice_is_refused_by_name(tmp_path, content):
    path = tmp_path / "a"
    path.write_text(content, "utf-8")
    with pytest.raises(MalformedError, match="record 2: 税种 stands there twice"):
        list(decode(path).rows)
