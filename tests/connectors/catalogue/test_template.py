"""A dataset's form: whoever fills it in delivers without a mapping, and its example row goes nowhere."""

from datetime import date

import pytest

from connectors.catalogue.load import datasets
from connectors.catalogue.template import template_columns
from connectors.conversion.binding import bind
from connectors.conversion.cells import EXAMPLE_MARK
from connectors.conversion.chunks import FEWEST_FOR_COLUMNS, ChunkMapper
from connectors.conversion.rows import Mapped, Refused, RowMapper
from tests.enterprises import uscc

TODAY = date(2026, 11, 27)


def test_every_column_of_every_form_is_read_and_its_example_is_sound():
    for name, dataset in datasets().items():
        columns = template_columns(dataset)
        binding = bind(dataset, [column.heading for column in columns])
        assert binding.unused == [], name
        assert {bound.name for bound in binding.fields if bound.places} == set(dataset.fields), name
        cells = [column.example.replace(EXAMPLE_MARK, "示例") for column in columns]
        outcome = RowMapper(binding, TODAY).map(cells)
        assert isinstance(outcome, Mapped), (name, outcome)


@pytest.mark.parametrize("name", ["tax_arrears", "penalty_general", "ent_registration"])
def test_an_example_row_that_was_left_in_is_refused_and_says_so(name):
    dataset = datasets()[name]
    columns = template_columns(dataset)
    outcome = RowMapper(bind(dataset, [one.heading for one in columns]), TODAY).map([one.example for one in columns])
    assert isinstance(outcome, Refused)
    assert [reason.code for reason in outcome.reasons] == ["example_row"]
    assert "删除" in outcome.reasons[0].text


@pytest.mark.parametrize("filled_in", [False, True], ids=["left in", "name and code written over"])
def test_nothing_of_the_example_is_taken_in_however_many_rows_stand_below_it(filled_in):
    """A long file is read by columns, and a clerk may write over a part of the row."""
    dataset = datasets()["penalty_tax"]
    columns = template_columns(dataset)
    example = [one.example for one in columns]
    true = [one.example.replace(EXAMPLE_MARK, "实际内容") for one in columns]
    if filled_in:
        example[:2] = ["温州某某有限公司", uscc(7)]
    rows = [(2, example)]
    rows += [(n, [f"温州{n}公司", uscc(n), *true[2:]]) for n in range(3, 3 + 2 * FEWEST_FOR_COLUMNS)]
    chunk = ChunkMapper(bind(dataset, [one.heading for one in columns]), TODAY).map(rows)
    assert [(number, {reason.code for reason in reasons}) for number, reasons, _ in chunk.refused] == [
        (2, {"example_row"})
    ]
    assert len(chunk.sound) == len(rows) - 1
