"""A dataset's form: whoever fills it in delivers without a mapping, and its example row goes nowhere."""

from datetime import date

import pytest

from connectors.catalogue.load import datasets
from connectors.catalogue.template import EXAMPLE_MARK, template_columns
from connectors.conversion.binding import bind
from connectors.conversion.rows import Mapped, Refused, RowMapper

TODAY = date(2026, 11, 27)


def test_every_column_of_every_form_is_read_and_its_example_is_sound():
    for name, dataset in datasets().items():
        columns = template_columns(dataset)
        binding = bind(dataset, [column.heading for column in columns])
        assert binding.unused == [], name
        assert {bound.name for bound in binding.fields if bound.places} == set(dataset.fields), name
        cells = [column.example.removesuffix(EXAMPLE_MARK) for column in columns]
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
