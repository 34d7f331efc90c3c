"""Files as agencies really send them, each trap made here from synthetic rows."""

import contextlib

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from connectors.decoding import json_objects
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
        (b"a,b\n1,\x00\n", "line 2, at byte 7: 00 0A"),
        (b"a,b\n1,\xff\xff\n", "line 2, at byte 7: FF FF"),
        (b"a,b\n1,\xe6\xb8\xa9\xff\xff\n", "line 2, at byte 10: FF FF"),
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


MIXED = "企业名称,地址\n甲公司,某路\n".encode() + "乙公司,温州\n".encode("gb18030") + "丙公司,某路\n".encode()


@pytest.mark.parametrize("ends", [b"\n", b"\r\n", b"\r"])
def test_a_file_of_two_encodings_is_told_by_line_and_what_is_there(tmp_path, ends):
    path = tmp_path / "mixed.csv"
    path.write_bytes(MIXED.replace(b"\n", ends))
    with pytest.raises(MalformedError) as refusal:
        decode(path)
    told = str(refusal.value)
    assert "不是 UTF-8（第 3 行，第 " in told
    assert "字节起的 D2 D2，按 gb18030 是“乙公”）" in told
    assert "not UTF-8 (line 3, at byte " in told
    assert ": D2 D2, in gb18030 “乙公”)" in told
    assert told.index("编码混杂") < told.index("mixed")


def test_a_fault_far_into_a_large_file_is_told_by_its_line(tmp_path):
    path, rows = tmp_path / "large.csv", 300_000
    path.write_bytes("企业名称\r\n".encode() + "甲公司\r\n".encode() * rows + b"\xff\xfe\r\n")
    with pytest.raises(MalformedError, match=rf"not UTF-8 \(line {rows + 2}, at byte \d+: FF FE\)"):
        decode(path)


def test_the_text_of_a_spreadsheet_that_is_cut_short_is_told_by_its_line(tmp_path):
    path = tmp_path / "utf16.txt"
    path.write_bytes("a\tb\n1\t2\n".encode("utf-16") + b"3")
    with pytest.raises(MalformedError, match=r"第 3 行没有写完.*not UTF-16: line 3 is cut short"):
        decode(path)


RECORDS = '[{"企业名称": "甲公司", "n": 12}, {"企业名称": "乙公司", "n": 1.50}]'
WRAPPED = [
    '{"data": %s}',
    '{"code": 0, "msg": "ok", "data": %s, "ok": true, "more": null, "tags": ["a", 1]}',
    '{"code": 200, "data": {"total": 2, "list": %s}}',
    '{"data": {"result": {"rows": %s, "pages": 1}, "size": 500}}\n\n',
    '{"total": 2, "rows": %s, "footer": []}',
]


@pytest.mark.parametrize("spread", [lambda text: text, lambda text: text.replace(",", ",\n  ").replace("{", "{\n")])
@pytest.mark.parametrize("form", WRAPPED)
def test_records_in_a_list_within_one_object_are_read(tmp_path, form, spread):
    path = tmp_path / "answer.json"
    if '"footer": []' in form:
        form = form.replace(', "footer": []', "")
    path.write_text(spread(form % RECORDS), "utf-8")
    assert rows_of(path) == ("json", ["企业名称", "n"], [(1, ["甲公司", "12"]), (2, ["乙公司", "1.50"])])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"data": [{"a": 1}], "errors": [{"b": 2}]}', ("data", "errors", "both")),
        ('{"data": [{"a": 1}], "errors": []}', ("data", "errors", "both")),
        ('{"total": 500, "data": [{"a": 1}]}', ("total 说有 500 条", "one page")),
        ('{"data": {"totalElements": 2, "list": [{"a": 1}]}}', ("totalElements 说有 2 条", "data.list")),
        ('{"data": []}', ("没有任何记录",)),
        ('{"data": [{"a": 1}, 3]}', ("第 2 条不是对象",)),
        ('{"data": [{"a": 1}], "data": [{"a": 2}]}', ("data 出现两次",)),
        ('{"data": [{"a": 1}]} {"data": [{"a": 1}]}', ("不是 JSON",)),
        ('{"data": [{"a": 1},]}', ("不是 JSON",)),
        ('{"data": [{"a": 1}],}', ("不是 JSON",)),
        ('{"data": [{"a": 1}]', ("不是 JSON",)),
        ('{"data": {"a": 1}}', ("data 不是单个值", '{"data": [{…}, …]}', "one object a line")),
        ('{\n"a": 1\n}', ("第 1 行不是 JSON", '{"data": [{…}, …]}')),
        ('{"a": {"b": {"c": {"d": [{"e": 1}]}}}}', ("不是单个值",)),
    ],
)
def test_what_is_no_list_of_records_is_refused_in_the_words_of_json(tmp_path, content, words):
    path = tmp_path / "answer.json"
    path.write_text(content, "utf-8")
    with pytest.raises(MalformedError) as refusal:
        rows_of(path)
    for word in words:
        assert word in str(refusal.value)
    assert "Excel" not in str(refusal.value)


@given(st.integers(1, 60), st.integers(0, 3), st.booleans())
def test_a_list_within_an_object_is_read_alike_wherever_the_file_is_cut_into_pieces(tmp_path_factory, most, deep, ends):
    text = RECORDS
    for name in ("list", "data", "answer")[:deep] or ("data",):
        text = f'{{"size": 123456, "{name}": {text}, "last": 7890}}' if ends else f'{{"{name}": {text}}}'
    path = tmp_path_factory.mktemp("pieces") / "a.json"
    path.write_text(text, "utf-8")
    before, json_objects._PIECE = json_objects._PIECE, most
    try:
        assert rows_of(path)[2] == [(1, ["甲公司", "12"]), (2, ["乙公司", "1.50"])]
    finally:
        json_objects._PIECE = before


def test_lines_of_objects_stay_lines_of_objects(tmp_path):
    path = tmp_path / "lines.ndjson"
    path.write_text('{"a": "1", "b": null}\n{"a": "2", "b": 3}\n', "utf-8")
    assert rows_of(path) == ("ndjson", ["a", "b"], [(1, ["1", ""]), (2, ["2", "3"])])


def test_json_in_another_encoding_is_told_by_its_line(tmp_path):
    path = tmp_path / "gbk.json"
    path.write_bytes('[{"a": 1},\n{"名称": "甲"}]'.encode("gb18030"))
    with pytest.raises(MalformedError, match="第 2 行，第 14 字节起的 C3 FB，按 gb18030 是“名称”"):
        decode(path)
