"""Tags of datasets that the catalogue describes and no agency may have delivered yet."""

import pytest

from connectors.catalogue.load import datasets
from scoring_adapter.card import load_card
from tests.scoring.test_card import CLEAN, CLEAN_POINTS, scored

GOOD = [
    ("tax_credit_grade", {"grade": "A"}),
    ("env_credit_rating", {"rating": "green"}),
    ("power_usage", {"period": "2025-11", "arrears": "0"}),
    ("enforcement_case", {"case_no": "1", "filing_date": "2020-01-01"}),
]


@pytest.mark.parametrize("record", GOOD, ids=lambda record: record[0])
def test_what_speaks_for_an_enterprise_or_is_long_past_costs_nothing(record):
    assert scored(*CLEAN, record).points == CLEAN_POINTS


@pytest.mark.parametrize(
    ("dataset", "changes"),
    [
        ("tax_credit_grade", {"grade": "D"}),
        ("env_credit_rating", {"rating": "black"}),
        ("power_usage", {"arrears": "800"}),
        ("enforcement_case", {"filing_date": "2025-06-01"}),
    ],
)
def test_what_speaks_against_it_costs_points(dataset, changes):
    assert scored(*CLEAN, (dataset, dict(GOOD)[dataset] | changes)).points < CLEAN_POINTS


def test_the_card_reads_what_the_catalogue_describes():
    for tag in load_card().tags:
        fields = datasets()[tag.dataset].fields
        for name in filter(None, [tag.field, tag.date, *tag.where]):
            assert name in fields, (tag.id, name)
        for name, words in tag.where.items():
            assert not fields[name].codes or set(words) <= set(fields[name].codes), (tag.id, words)
