"""Marks are compared by what they are, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import MalformedError
from connectors.sources.marks import kind_of, like, place_of, sorts_as_text, wider

KINDS = {
    "integer": [7, "7", "-7", "+007", "20261001"],
    "decimal": ["7.0", "-7.25"],
    "date": ["2026-9-30", "2026/10/01", "2026.1.2"],
    "instant": [
        "2026-09-30 08:00", "2026-9-30T8:00:00", "2026-09-30T08:00:00.123456789Z", "2026-09-30T08:00:00+0800",
        "2026-09-30T08:00:00,5-05:30",
    ],
    "text": [
        "", "a", "2026-13-01", "2026-09-30T25:00", "2026-9/30", "2026-09-30x", "１２", "1e5", "1_000", "0x10", "٣",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "mark"), [(kind, mark) for kind, marks in KINDS.items() for mark in marks])
def test_what_a_mark_is_is_found(kind, mark):
    assert kind_of(mark) == kind


@pytest.mark.parametrize(("kind", "low", "high"), [
    ("integer", "999", "1000"), ("integer", 999, "1000"), ("integer", "-10", "-9"),
    ("decimal", "9.5", "10.25"), ("decimal", "9", "9.5"),
    ("date", "2026-9-30", "2026-10-1"),
    ("instant", "2026-10-01T00:00:01Z", "2026-10-01T00:00:01.500Z"),
    ("instant", "2026-10-01T00:00:01.5Z", "2026-10-01T00:00:01.500000001Z"),
    ("instant", "2026-10-01T07:59:59Z", "2026-10-01T16:00:00+08:00"),
    ("instant", "2026-10-01T16:00:00", "2026-10-01T08:00:01Z"),  # no offset: Shanghai's clock
    ("instant", "2026-10-01", "2026-10-01 00:01"),
    ("text", "1000", "999"),
])  # fmt: skip
def test_marks_stand_in_the_order_of_their_kind(kind, low, high):
    assert place_of(low, kind) < place_of(high, kind)


@pytest.mark.parametrize("one", ["2026-10-01T08:00:00Z", "2026-10-01T16:00:00+08:00", "2026-10-01 16:00:00.000"])
def test_one_instant_written_in_several_ways_is_one(one):
    assert place_of(one, "instant") == place_of("2026-10-01T08:00:00Z", "instant")


@pytest.mark.parametrize(("kind", "mark"), [
    ("integer", "9.5"), ("integer", "a"), ("decimal", "a"), ("date", "2026-10-01 08:00"), ("date", "20261001"),
    ("instant", "1727740800000"), ("instant", "2026-10-01T24:00:01"), ("text", 7),
])  # fmt: skip
def test_a_mark_of_another_kind_is_refused(kind, mark):
    with pytest.raises(MalformedError, match=kind):
        place_of(mark, kind)


def test_a_refusal_quotes_no_citizen_number():
    with pytest.raises(MalformedError) as refused:
        place_of("王五110101199003074530", "integer")
    assert "199003" not in str(refused.value)


def test_whole_numbers_and_those_with_a_point_are_of_one_kind():
    assert wider("integer", "9.5") == "decimal"
    assert [wider("integer", "a"), wider("date", "9.5"), wider("decimal", "9")] == ["integer", "date", "decimal"]


NUMBERS = st.integers(0, 10**6).map(str) | st.decimals(0, 10**4, places=2).map(str)
MARKS = NUMBERS | st.dates().map(str) | st.datetimes().map(str)


@given(MARKS, MARKS)
def test_texts_of_one_shape_sort_as_what_they_are(one, other):
    kind = kind_of(one)
    if sorts_as_text(one, other) and kind_of(other) == kind:
        assert (one < other) == (place_of(one, kind) < place_of(other, kind))
    assert like(one) == "".join("_" if character.isdecimal() else character for character in one)
