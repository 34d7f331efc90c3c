"""Packed parts: what goes in comes out, the same bytes for one subject as for many."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scoring_adapter.scan.entries import pack_one, unpack
from scoring_adapter.scan.packing import pack

EDGES = [0, 1, -1, 127, 128, -128, -129, 2**15 - 1, 2**15, -(2**15) - 1, 2**31 - 1, 2**31, -(2**31) - 1, 2**63 - 1]
VALUES = st.one_of(st.none(), st.sampled_from([*EDGES, -(2**63)]), st.integers(-(2**63), 2**63 - 1))


@given(st.lists(st.lists(VALUES, min_size=5, max_size=5), max_size=6))
def test_what_is_packed_together_is_what_each_gives_alone(rows):
    values = np.array([[value or 0 for value in row] for row in rows], np.int64).reshape(-1, 5)
    there = np.array([[value is not None for value in row] for row in rows], bool).reshape(-1, 5)
    entries = [{at: value for at, value in enumerate(row) if value is not None} for row in rows]
    packed = pack(values, there)
    assert packed == [pack_one(one) for one in entries]
    assert [unpack(one) for one in packed] == entries


def test_places_above_a_byte_keep_their_width():
    values = np.zeros((1, 300), np.int64)
    values[0, 299] = 2**40
    packed = pack(values, values != 0)
    assert packed == [(299 | 3 << 14).to_bytes(2, "little") + (2**40).to_bytes(8, "little")]
    assert unpack(packed[0]) == {299: 2**40}
