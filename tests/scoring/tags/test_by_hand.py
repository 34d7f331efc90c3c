"""Three enterprises worked by hand over every operator, computed one by one and all at once."""

from pathlib import Path

import polars as pl
import pytest

from scoring_adapter.scan.polars_engine import run
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.folding import key_of
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import read_tags
from scoring_adapter.tags.plan import plan
from tests.scoring.tags.cities import City
from tests.scoring.tags.enterprises import AS_OF, BUSY, BUSY_TAGS, INVESTEES, NOTHING, QUIET, QUIET_TAGS, SERIES

CATALOGUE = read_tags(Path(__file__).parent / "example")
PLAN = plan(CATALOGUE, AS_OF)
WORKED = {1: (BUSY, BUSY_TAGS), 2: (QUIET, QUIET_TAGS), 3: ({}, NOTHING)}


def rows_of(records):
    extractors = {name: Extractor(name, CATALOGUE.sources[name]) for name in records}
    return {name: [extractors[name].row(fields) for fields in records[name]] for name in records}


def differences(found, wanted):
    assert found.keys() == wanted.keys()
    return {tag: (value, wanted[tag]) for tag, value in found.items() if value != wanted[tag]}


@pytest.mark.parametrize("subject", WORKED)
def test_every_tag_of_one_enterprise_is_what_a_person_worked_out(subject):
    records, wanted = WORKED[subject]
    others = {"pen_open": {key_of(name): flag for name, flag in INVESTEES.items()}}
    parts = interpret(PLAN, rows_of(records), References(PLAN, rows_of(SERIES)), others)
    assert differences(combine(PLAN, parts), wanted) == {}


def test_every_tag_of_all_at_once_is_the_same():
    city = City(CATALOGUE, PLAN)
    named = {4 + at: name for at, name in enumerate(INVESTEES)}
    fined = {subject: {"penalty_market": [{}]} for subject, name in named.items() if INVESTEES[name]}
    for subject, records in {0: SERIES, **{subject: worked[0] for subject, worked in WORKED.items()}, **fined}.items():
        for dataset, rows in rows_of(records).items():
            for row in rows:
                city.add(dataset, subject, row)
    keys = {subject: key_of(named[subject]) if subject in named else None for subject in (3, 5, 1, 2, 4)}
    spine = pl.LazyFrame({"subject": list(keys), "named": list(keys.values())}, schema_overrides={"named": pl.Int64})
    found = run(PLAN, city.tables(), spine)
    assert found["subject"].to_list() == [1, 2, 3, 4, 5]
    for row, (_, wanted) in zip(found.drop("subject").to_dicts(), WORKED.values(), strict=False):
        assert differences(row, wanted) == {}
