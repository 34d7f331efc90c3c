"""No number of enterprises lets one of them be told."""

import pytest

from gateway.overview.protection import protect


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 0, "b": 9}, {"a": 0, "b": 9}),
        ({"a": 5, "b": 9}, {"a": 5, "b": 9}),
        ({"a": 4, "b": 9, "c": 7}, {"a": None, "b": 9, "c": None}),  # the whole less the others would tell it
        ({"a": 1, "b": 2, "c": 7}, {"a": None, "b": None, "c": 7}),
        ({"a": 4, "b": 0}, {"a": None, "b": 0}),
        ({}, {}),
    ],
)
def test_small_numbers_are_hidden_and_cannot_be_computed(counts, shown):
    assert protect(counts) == shown
