"""The planted city: the same from one seed, with nothing known before it landed, and look-alikes among the well."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from planted import Seen
from planted_city import EPOCH, INDUSTRIES, NEVER, City, plant
from planted_symptoms import build

from risk_monitor.load import load_watch
from scoring_adapter.narrowed import narrowed
from scoring_adapter.tags.load import load_tags

CITY = City(subjects=6_000, seed=3)
DAY = date(2025, 11, 30)
SOURCES = dict(narrowed(load_tags(), load_watch().tags).sources)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder, hidden = tmp_path_factory.mktemp("planted"), plant(CITY)
    build(folder, CITY, hidden, SOURCES)
    return Seen(folder, CITY, hidden)


def test_the_same_seed_plants_the_same(seen):
    again = plant(CITY)
    assert again.outcomes().equals(seen.hidden.outcomes())
    assert not plant(City(subjects=6_000, seed=4)).outcomes().equals(again.outcomes())


def test_about_as_many_go_bad_as_is_assumed_and_more_decline_than_do(seen):
    bad = seen.hidden.act < NEVER
    assert 0.01 < bad.mean() < 0.04  # one in two hundred a year, of four years
    declining = seen.hidden.onset < NEVER
    assert (declining & ~bad).sum() == int(bad.sum() * CITY.alike)
    platforms = np.isin(seen.hidden.industry, [list(INDUSTRIES).index(name) for name in ("I64", "J69")])
    assert bad[platforms].mean() > 4 * bad[~platforms].mean()


def test_a_table_is_of_those_without_an_act_and_of_the_year_after(seen):
    table, now = seen.table(DAY), (DAY - EPOCH).days
    acts = seen.hidden.act[table["subject"].to_numpy() - 1]
    assert (acts > now).all()
    assert table["outcome"].to_numpy().tolist() == (acts <= now + 365).astype(int).tolist()
    assert set(table.columns) >= set(load_watch().measures)
    assert "act" not in table.columns


def test_nothing_is_known_before_it_landed(seen):
    whole = pl.concat([pl.DataFrame(one.measures.values) for one in seen.on(DAY)])
    cut = Seen(seen.store, CITY, seen.hidden)
    landed = pl.col("shown_from") <= (DAY - EPOCH).days
    cut.tables = {name: frame.filter(landed) for name, frame in seen.tables.items()}
    assert pl.concat([pl.DataFrame(one.measures.values) for one in cut.on(DAY)]).equals(whole)
