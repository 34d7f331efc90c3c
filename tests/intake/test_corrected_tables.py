"""The table of refused rows on its way back: whatever it holds, it is read or refused in words."""

import tempfile
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.decoding.corrections import (
    CorrectionError,
    Refusals,
    _without_mark,
    corrected,
    escaped,
    find_batch_of,
    headings,
)
from connectors.decoding.decode import Table
from connectors.decoding.formulas import refuse_formulas
from tests.agencies import workbook

BATCH = UUID(int=7)
CELLS = st.sampled_from(["", " ", "2", "3", "9", "-1", "2.0", "x", "9" * 5000]) | st.text(max_size=5)
ROWS = st.lists(st.lists(CELLS, max_size=9), max_size=6)
REFUSALS = Refusals(["甲", "乙", "第3列"], 2, {2, 3, 4}, {2, 3})
SOUND = workbook([[*headings(BATCH), "甲"], [2, "", "", "", "", "=1+1"]])
PLAIN = workbook([[*headings(BATCH), "甲"], [2, "", "", "", "", "1"]])


@given(ROWS, st.permutations(["甲", "乙", "第3列"]))
def test_any_rows_are_taken_where_they_are_open_or_refused_in_words(rows, names):
    table = Table("utf-8", [*headings(BATCH), *names], iter(enumerate(rows, start=2)))
    try:
        made = corrected(table, REFUSALS)
        numbers = [number for number, _ in made.table.rows]
    except CorrectionError:
        return
    assert numbers == made.taken
    assert set(numbers) <= {2, 3}
    assert len(set(numbers)) == len(numbers)


def test_columns_that_were_moved_stand_where_the_first_batch_had_them():
    cells = ["2", *[""] * (len(headings(BATCH)) - 1), "乙的", "甲的"]
    made = corrected(
        Table("utf-8", [*headings(BATCH), "乙", "甲"], iter([(2, cells)])), Refusals(["甲", "乙"], 2, {2}, {2})
    )
    assert (made.table.header, list(made.table.rows)) == (["甲", "乙"], [(2, ["甲的", "乙的"])])


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_header_is_told_from_a_table_of_refused_rows(header):
    assert find_batch_of(header) is None
    assert find_batch_of([*headings(BATCH), *header]) == BATCH


@given(st.text(st.sampled_from("'=+-@\t\rab1"), max_size=6))
def test_a_mark_against_formulas_goes_as_it_came(cell):
    assert _without_mark(escaped(cell)) == cell
    assert not escaped(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def judge(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "back.xlsx"
        path.write_bytes(content)
        refuse_formulas(path)


def test_a_formula_is_found_and_a_plain_workbook_passes():
    judge(PLAIN)
    judge(b"a,b")
    with pytest.raises(CorrectionError, match="F2"):
        judge(SOUND)


@given(st.integers(4, len(SOUND) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_a_workbook_with_broken_bytes_is_refused_or_read_and_never_crashes(at, put, cut):
    broken = SOUND[:at] + put + (b"" if cut else SOUND[at + len(put) :])
    with suppress(CorrectionError):
        judge(broken)
