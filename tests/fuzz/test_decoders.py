"""Spoiled deliveries into every decoder: they are rows of sound text, or refused; never another fault."""

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from connectors.decoding.decode import MOST_COLUMNS, decode
from connectors.errors import MalformedError
from tests.fuzz.bytes_of_deliveries import TEXTS, WORKBOOKS, spoiled, spoiled_workbooks


def check(folder, content):
    """Read bytes as a delivery; whatever is handed on can be stored."""
    path = folder / "any"
    path.write_bytes(content)
    try:
        table = decode(path)
        rows = list(table.rows)
    except MalformedError as refusal:
        str(refusal).encode()
        return None
    assert 0 < len(table.header) <= MOST_COLUMNS
    for _, cells in [(1, table.header), *rows]:
        assert len(cells) <= MOST_COLUMNS + 1
        for cell in cells:
            assert isinstance(cell, str)
            assert "\x00" not in cell
            cell.encode()
    return rows


@pytest.mark.parametrize("form", [form for form in TEXTS if form != "numbers in json"] + ["xlsx", "xls"])
def test_unspoiled_every_form_gives_its_rows(tmp_path, form):
    assert len(check(tmp_path, {**TEXTS, **WORKBOOKS}[form])) in {5, 6}


@how(max_examples=1500)
@given(spoiled(TEXTS))
def test_spoiled_text_is_rows_or_refused(tmp_path_factory, content):
    check(tmp_path_factory.getbasetemp(), content)


@how(max_examples=60)
@given(spoiled_workbooks())
def test_spoiled_workbooks_are_rows_or_refused(tmp_path_factory, content):
    check(tmp_path_factory.getbasetemp(), content)


@how(max_examples=500)
@given(st.text(max_size=50), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
def test_any_text_in_any_encoding_comes_back(tmp_path_factory, text, encoding):
    try:
        content = ("a,b\n" + text).encode(encoding)
    except UnicodeEncodeError:
        return
    check(tmp_path_factory.getbasetemp(), content)


@pytest.mark.parametrize(
    "mark", [b"{", b"[{", b"<", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b"]
)
@how(max_examples=40)
@given(rest=st.binary(max_size=60))
def test_a_mark_and_anything_after_it(tmp_path_factory, mark, rest):
    check(tmp_path_factory.getbasetemp(), mark + rest)


def test_utf_16_without_a_mark_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "x"
    path.write_bytes("企业,a\n甲,1\n".encode("utf-16-le"))
    with pytest.raises(MalformedError, match="另存为 UTF-8"):
        decode(path)
    path.write_bytes("a,b\n甲,1\n".encode("utf-16") + b"\x00\xd8")
    with pytest.raises(MalformedError, match="not UTF-16"):
        decode(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[{"a": "\\ud800"}]', "record 1 a holds"),
        ('[{"a": 1}, {"a": "\\u0000"}]', "record 2 a holds"),
        ('{"\\udfff": 1}', "record 1"),
        ('[{"a": NaN}]', "near record 1"),
        ('[{"a": 1}', "near record 1"),
        ('[{"a": 1} {"a": 2}]', "near record 1"),
        ('[{"a": 1},]', "near record 2 this is not JSON"),
        ('[{"a": 1}] x', "near record 1"),
        ('[{"a": [1]}]', "single value"),
        ("[1]", "record 1 is not an object"),
        ("[]", "no record"),
        ("<a><b><c><d>1</d></c></b></a>", "within a member"),
        ("<!DOCTYPE a><a><b><c>1</c></b></a>", "DOCTYPE"),
        ("\x1f\x8b\x08", "gzip"),
    ],
)
def test_what_is_no_delivery_is_refused_with_what_and_where(tmp_path, content, reason):
    path = tmp_path / "x"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(MalformedError, match=reason):
        list(decode(path).rows)


def test_numbers_stay_as_they_were_written(tmp_path):
    path = tmp_path / "x"
    path.write_text('[{"a": 1.10, "b": 1e400, "c": 123456789012345678901234567890}]')
    assert list(decode(path).rows) == [(1, ["1.10", "1e400", "123456789012345678901234567890"])]
