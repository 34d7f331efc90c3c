"""A record packed into one cell: JSON or pairs, told apart from what is none; nothing personal stays in it."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conversion.cells import EXAMPLE_MARK, HIDDEN, CellError
from connectors.conversion.normalise import LONGEST_TEXT
from connectors.conversion.packed import MOST_MEMBERS, read_packed
from tests.enterprises import citizen


def read(cell):
    kept = read_packed(cell)
    return kept and orjson.loads(kept)


@pytest.mark.parametrize(
    ("cell", "members"),
    [
        ('{"文号": "甲1号", "金额": 1.50, "类别": ["警告", "罚款"], "公开": true, "空": null}',
         {"文号": "甲1号", "金额": "1.5", "类别": "警告;罚款", "公开": "是", "空": ""}),
        ("文号=甲1号；类别=警告;罚款&日期＝2024-01-02", {"文号": "甲1号", "类别": "警告;罚款", "日期": "2024-01-02"}),
        ("式子=a=b\n空=", {"式子": "a=b", "空": ""}),
        ("/", None),
        ("  ", None),
    ],
)  # fmt: skip
def test_a_record_is_read_from_json_or_pairs(cell, members):
    assert read(cell) == members


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("乱码", "payload_unreadable"), ("{", "payload_unreadable"), ("{}", "payload_unreadable"),
        ('{"a": {"b": 1}}', "payload_unreadable"), ('{"a": [{"b": 1}]}', "payload_unreadable"),
        ("甲;文号=1", "payload_unreadable"), ("文号=1;文号=2", "payload_unreadable"), ("=1", "payload_unreadable"),
        ("#N/A", "spreadsheet_error"), (f"文号=1{EXAMPLE_MARK}", "example_row"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(cell, code):
    with pytest.raises(CellError, match=code):
        read_packed(cell)


@pytest.mark.parametrize(
    ("members", "held"), [(MOST_MEMBERS - 1, True), (MOST_MEMBERS, True), (MOST_MEMBERS + 1, False)]
)
def test_a_record_has_so_many_members_at_most(members, held):
    cell = ";".join(f"名{n}={n}" for n in range(members))
    if held:
        assert len(read(cell)) == members
    else:
        with pytest.raises(CellError, match="payload_unreadable"):
            read_packed(cell)


@pytest.mark.parametrize(("more", "held"), [(-1, True), (0, True), (1, False)])
def test_a_record_is_so_long_at_most(more, held):
    cell = "a=" + "x" * (LONGEST_TEXT - 2 + more)
    if held:
        assert read(cell)
    else:
        with pytest.raises(CellError, match="text_too_long"):
            read_packed(cell)


def test_a_citizen_number_goes_no_further_quoted_or_not():
    assert read(f'{{"号": {citizen(1)[:-1]}1, "人": "{citizen(2)}"}}')["人"] == HIDDEN
    assert read(f"人=证件{citizen(3)}")["人"] == f"证件{HIDDEN}"


@given(st.text(max_size=80))
def test_whatever_a_cell_holds_it_is_a_record_nothing_or_refused(cell):
    try:
        members = read(cell)
    except CellError:
        return
    assert members is None or all(isinstance(said, str) for said in members.values())
