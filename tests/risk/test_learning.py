"""A model is learned where the library is, and every row replayed; a replay that differs is no model."""

import numpy as np
import polars as pl
import pytest

from gateway.risk import learning
from gateway.risk.comparing import compare
from gateway.risk.labelled import measures_of, read_labelled
from gateway.risk.learning import Terms, learn
from risk_monitor.learned import points_of
from risk_monitor.load import load_watch
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.table import Labelled
from tests.modeling import PYTHON, WHY_NOT

ROWS = 4_000
FEW = Terms(most_trees=60)


def town(folder, **columns):
    """A town whose enterprises go bad the likelier the more news and arrears they have; lots tell nothing."""
    chance = np.random.default_rng(5)
    news, lots = chance.poisson(2, ROWS), chance.integers(0, 9, ROWS)
    arrears = np.where(chance.random(ROWS) < 0.2, (10 ** chance.uniform(3, 9, ROWS)).astype(np.int64), 0)
    odds = -3 + 0.5 * news + 0.2 * np.log1p(arrears / 1e4)
    bad = (chance.random(ROWS) < 1 / (1 + np.exp(-odds))).astype(int)
    unknown = pl.Series(chance.random(ROWS) < 0.1)
    frame = pl.DataFrame({
        "outcome": bad, "op_neg_2y": news, "tax_arrears_balance": pl.Series(arrears).set(unknown, None),
        "ma_dispute_open": lots, "abn_now": np.zeros(ROWS, np.int64), "near_leads": np.zeros(ROWS, np.int64),
        "days": np.where(bad, 100 + news, 0), "period": ["2024-06-30", "2024-12-31"] * (ROWS // 2), **columns,
    })  # fmt: skip
    frame.write_parquet(folder / "town.parquet")
    return read_labelled(folder / "town.parquet")


def test_a_table_may_have_every_measure_of_the_watch(tmp_path):
    every = {name: np.zeros(ROWS, np.int64) for name in load_watch().measures}
    assert set(load_watch().measures) <= set(town(tmp_path, **every).tags)


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_it_is_monotone_tells_more_than_the_rules_and_is_the_same_again(tmp_path):
    table = town(tmp_path)
    made = learn(load_watch(), table, 3, terms=FEW, python=str(PYTHON))
    for part in made.model.parts:
        assert part.points == sorted(part.points), part.measure
    assert {"op_neg_2y", "tax_arrears_balance"} <= set(made.model.measures)
    assert {"abn_now", "near_leads"}.isdisjoint(made.model.measures)  # the same of all
    assert made.told["auc"]["held_out"] > 0.7
    assert learn(load_watch(), table, 3, terms=FEW, python=str(PYTHON)).model.digest == made.model.digest
    told = compare(load_watch(), made.model, table)
    assert told["all"]["model"][-1]["found"] > told["all"]["rules"][-1]["found"]
    assert [one["period"] for one in told["periods"]] == ["2024-06-30", "2024-12-31"]
    assert told["all"]["model"][0]["lead_days"] >= 100
    usual = points_of(made.model, measures_of(made.model.measures, table))[1]
    assert all(np.bincount(column - column.min()).argmax() == -column.min() for column in usual.T)


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_tags_that_no_rule_reads_are_learned_from_where_they_are_worse_the_higher(tmp_path):
    news = town(tmp_path).frame["op_neg_2y"]
    table = town(tmp_path, pen_cnt_1y=news, reg_capital=news, eq_holders=news, op_neg_2y=news * 0)
    made = learn(load_watch(), table, 1, terms=FEW, python=str(PYTHON))
    assert "pen_cnt_1y" not in load_watch().measures
    assert set(made.model.measures) & {"pen_cnt_1y", "reg_capital", "eq_holders"} == {"pen_cnt_1y"}
    without = Labelled(table.frame.drop("pen_cnt_1y"), tuple(one for one in table.tags if one != "pen_cnt_1y"))
    assert "pen_cnt_1y" in compare(load_watch(), made.model, without)["without_measures"]
    assert compare(load_watch(), made.model, table)["all"]["model"][-1]["found"] > 0


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
@pytest.mark.parametrize("off", ["points", "chances"])
def test_one_row_that_differs_and_there_is_no_model(tmp_path, monkeypatch, off):
    run = learning.run_job

    def spoilt(*asked):
        found, (points, chances) = run(*asked)
        (points if off == "points" else chances)[17] += 1
        return found, [points, chances]

    monkeypatch.setattr(learning, "run_job", spoilt)
    with pytest.raises(ModelError, match="1 行 rows, 首行 first 18"):
        learn(load_watch(), town(tmp_path), 3, terms=FEW, python=str(PYTHON))


def test_a_table_without_a_measure_that_differs_is_refused(tmp_path):
    table = town(tmp_path).frame.select("outcome", "abn_now", "near_leads")
    table.write_parquet(tmp_path / "bare.parquet")
    with pytest.raises(ModelError, match="no measure"):
        learn(load_watch(), read_labelled(tmp_path / "bare.parquet"), 3)


def test_a_measure_needs_so_many_rows_that_differ(tmp_path):
    for rows, told in ((39, False), (40, True)):
        news = np.zeros(ROWS, np.int64)
        news[:rows] = 1
        table = town(tmp_path, op_neg_2y=news)
        assert learning._tells(table, "op_neg_2y", np.ones(ROWS, np.bool_), 40) == told


def test_where_the_library_is_not_the_command_says_so(tmp_path):
    with pytest.raises(ModelError, match="did not end"):
        learn(load_watch(), town(tmp_path), 3, python=str(tmp_path / "no-python"))
