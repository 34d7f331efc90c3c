"""Rows are counted by kind, with their numbers, and the kinds add up to the file."""

import pytest

from connectors.errors import MalformedError
from connectors.model.counting import MOST_CONFLICTS, MOST_SPANS, RowNumbers, Tally


def test_numbers_are_told_as_spans_and_all_are_counted():
    numbers = RowNumbers()
    numbers.add_all([5, 3, 4, 9])
    numbers.add(10, 12)
    assert numbers.document() == {"count": 7, "rows": ["3-5", "9-12"]}
    assert numbers.first(4) == [3, 4, 5, 9]


def test_the_spans_are_bounded_and_the_count_is_not():
    numbers = RowNumbers()
    numbers.add_all(range(0, 4 * MOST_SPANS, 2))
    assert (numbers.count, len(numbers.document()["rows"])) == (2 * MOST_SPANS, MOST_SPANS)


def test_conflicts_are_bounded_and_their_count_is_not():
    tally = Tally()
    for number in range(MOST_CONFLICTS + 5):
        tally.add_conflict([number] * 100)
    told = tally.document(0)["conflicts"]
    assert (told["count"], len(told["rows"]), len(told["rows"][0])) == (MOST_CONFLICTS + 5, MOST_CONFLICTS, 50)


@pytest.mark.parametrize("kind", ["titles", "header", "repeated_headers", "blank", "footers"])
def test_every_row_of_the_file_is_of_a_kind(kind):
    tally = Tally(total=5)
    getattr(tally, kind).add(1, 2)
    tally.persons.add(3)  # of the data
    tally.check(3)
    for data in (2, 4):
        with pytest.raises(MalformedError, match=f"5 rows, {data + 2} were counted"):
            tally.check(data)
