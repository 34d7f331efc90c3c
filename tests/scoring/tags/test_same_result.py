"""The interpreter and the SQL, run by Polars, agree in every part and every tag of every enterprise."""

from datetime import date
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_adapter.scan.polars_engine import parts_of, run
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import load_tags, read_tags
from scoring_adapter.tags.plan import plan
from tests.scoring.tags.cities import city

EXAMPLE = read_tags(Path(__file__).parent / "example")
DAYS = st.one_of(
    st.sampled_from([date(2024, 2, 29), date(2025, 2, 28), date(2026, 3, 31), date(2026, 1, 1), date(2024, 12, 31)]),
    st.dates(date(2020, 1, 1), date(2027, 12, 31)),
)


def compare(catalogue, as_of, random, most):
    """Compute a city both ways and compare; keys of enterprises are those that generated key columns hold."""
    planned = plan(catalogue, as_of)
    named = {1: 1, 2: 2, 3: None, 4: 2**63 - 1, 5: 5}
    made = city(catalogue, planned, random, [0, 1, 2, 3, 4], most)
    spine = pl.LazyFrame({"subject": list(named), "named": list(named.values())})
    found = {row["subject"]: row for row in parts_of(planned, made.tables(), spine).to_dicts()}
    values = {row["subject"]: row for row in run(planned, made.tables(), spine).to_dicts()}
    references = References(planned, made.shown())
    first = {subject: _one(planned, made, subject, references, {}) for subject in named}
    wanted = {other.tag for source in catalogue.sources.values() for other in source.others.values()}
    others = {tag: {key: first[subject][1][tag] for subject, key in named.items() if key is not None} for tag in wanted}
    for subject in named:
        parts, tags = _one(planned, made, subject, references, others)
        assert _differences(parts, found[subject]) == _differences(tags, values[subject]) == {}


def _one(planned, made, subject, references, others):
    parts = interpret(planned, made.shown(subject), references, others)
    return parts, combine(planned, parts)


def _differences(one, many):
    assert {*one, "subject"} == set(many)
    return {name: (value, many[name]) for name, value in one.items() if value != many[name]}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), DAYS, st.integers(0, 12))
def test_both_give_the_same_of_every_kind_of_tag(seed, as_of, most):
    compare(EXAMPLE, as_of, Random(seed), most)


@pytest.mark.parametrize(("as_of", "seed"), [(date(2024, 2, 29), 1), (date(2026, 3, 31), 2)])
def test_both_give_the_same_of_every_tag_that_ships(as_of, seed):
    compare(load_tags(), as_of, Random(seed), 12)
