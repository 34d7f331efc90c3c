"""The walk over pages, by property: whatever is added, however "since" is meant, each row is taken once."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConnectorError, MalformedError
from connectors.sources.web.paging import member_at
from connectors.sources.web.walk import Watermark, read_walk, records_of

WATERMARK = Watermark("since", "at")
MARKS = st.lists(st.integers(0, 4), max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "at", "b"]), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(MARKS, max_size=5), st.booleans(), st.integers(1, 4), st.booleans())
def test_each_row_is_taken_once_and_none_is_lost(rounds, numbers, size, sent_too_much):
    """Rows come in any number of rounds, none with a mark below those that were read before."""
    known, taken, after, floor = [], [], None, 0
    for marks in rounds:
        for mark in sorted(marks):
            at = floor + mark
            known.append({"id": len(known), "at": at if numbers else f"{at:04}"})
        floor = max([floor, *(floor + mark for mark in marks)])
        walk = read_walk(after)
        answered = [row for row in known if walk.since is None or sent_too_much or not _below(row["at"], walk.since)]
        for start in range(0, len(answered), size):
            taken += walk.accept(answered[start : start + size], WATERMARK)[0]
        after = json.dumps(json.loads(json.dumps(_plain(walk.ended()))))
    assert [row["id"] for row in taken] == [row["id"] for row in known]


def _below(one, other):
    return one < other


def _plain(walk):
    return {
        "since": walk.since,
        "seen": walk.seen,
        "at": walk.at,
        "high": walk.high,
        "top": walk.top,
        "kind": walk.kind,
    }


@given(JSON, st.sampled_from(["", "a", "a.b", "b.at"]))
def test_no_answer_makes_more_than_a_clear_fault(body, path):
    try:
        rows = records_of(body, path)
        read_walk(None).accept(rows, WATERMARK)
        member_at(body, path)
    except MalformedError:
        pass


@given(st.text(max_size=30) | JSON.map(json.dumps))
def test_no_text_makes_more_of_a_watermark_than_a_clear_fault(after):
    with suppress(ConnectorError):
        read_walk(after)


def test_a_page_of_nothing_is_no_rows():
    assert records_of({"data": None}, "data") == []
    with pytest.raises(MalformedError, match=r"data\.list"):
        records_of({"data": {}}, "data.list")
