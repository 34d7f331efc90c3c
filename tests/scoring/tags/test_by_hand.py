"""Three enterprises worked by hand over every operator."""

from pathlib import Path

import pytest

from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.folding import key_of
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import read_tags
from scoring_adapter.tags.plan import plan
from tests.scoring.tags.enterprises import AS_OF, BUSY, BUSY_TAGS, INVESTEES, NOTHING, QUIET, QUIET_TAGS, SERIES

CATALOGUE = read_tags(Path(__file__).parent / "example")
PLAN = plan(CATALOGUE, AS_OF)


def rows_of(records):
    extractors = {name: Extractor(name, CATALOGUE.sources[name]) for name in records}
    return {name: [extractors[name].row(fields) for fields in records[name]] for name in records}


@pytest.mark.parametrize(("records", "wanted"), [(BUSY, BUSY_TAGS), (QUIET, QUIET_TAGS), ({}, NOTHING)])
def test_every_tag_is_what_a_person_worked_out(records, wanted):
    references = References(PLAN, rows_of(SERIES))
    others = {"pen_open": {key_of(name): flag for name, flag in INVESTEES.items()}}
    parts = interpret(PLAN, rows_of(records), references, others)
    found = combine(PLAN, parts)
    assert {tag: value for tag, value in found.items() if value != wanted[tag]} == {}
    assert found.keys() == wanted.keys()
