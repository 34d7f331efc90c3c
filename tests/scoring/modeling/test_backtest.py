"""A card tried on each of several days: figures of their own, and how far the scores moved since the first."""

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from scoring_adapter.card import write_card
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.backtest import backtest
from scoring_adapter.modeling.validation import validate
from scoring_adapter.scorecard import bind
from scoring_adapter.tags.load import load_tags
from tests.scoring.modeling.towns import ROWS, frame, small_card, town

DAYS = ("2024-06-30", "2024-12-31", "2025-06-30")


def by_day(table=None):
    table = frame() if table is None else table
    days = [DAYS[at * len(DAYS) // len(table)] for at in range(len(table))]
    return table.with_columns(pl.Series("period", days))


def test_each_day_has_the_figures_that_it_has_alone(tmp_path):
    card, table = bind(small_card(), load_tags()), by_day()
    told = backtest(card, town(tmp_path, table))
    assert [one["period"] for one in told["periods"]] == list(DAYS)
    assert sum(one["rows"] for one in told["periods"]) == ROWS
    for one in told["periods"]:
        alone = validate(card, town(tmp_path, table.filter(pl.col("period") == one["period"])), {}, 480)
        assert {name: one[name] for name in ("auc", "ks", "bad", "scored", "mean", "bands_in_order")} == {
            name: alone[name] for name in ("auc", "ks", "bad", "scored", "mean", "bands_in_order")
        }
    assert told["periods"][0]["psi"] == 0
    assert told["worst_auc"] == min(one["auc"] for one in told["periods"])
    assert told["most_psi"] < 0.1


def test_scores_that_moved_are_told(tmp_path):
    moved = by_day().with_columns(
        pl.when(pl.col("period") == DAYS[2]).then(pl.col("pen_cnt_1y") + 3).otherwise("pen_cnt_1y").alias("pen_cnt_1y")
    )
    assert backtest(bind(small_card(), load_tags()), town(tmp_path, moved))["most_psi"] > 0.25


@pytest.mark.parametrize(("bad", "told"), [(49, False), (50, True), (51, True)])
def test_a_day_with_too_few_bad_ones_is_told_without_figures(tmp_path, bad, told):
    table = by_day().with_row_index("place")
    first = table.filter(
        (pl.col("period") == DAYS[0]) & (pl.col("outcome") == 1) & pl.col("tax_grade_latest").is_not_null()
    )
    left = first.tail(len(first) - bad)["place"]
    unknown = (pl.col("period") == DAYS[0]) & (pl.col("outcome") == 1) & pl.col("tax_grade_latest").is_null()
    table = table.filter(~pl.col("place").is_in(left.implode()) & ~unknown).drop("place")
    (one, *_) = backtest(bind(small_card(), load_tags()), town(tmp_path, table))["periods"]
    assert one["bad"] == bad
    assert ("auc" in one) is told


def test_a_table_without_days_is_refused(tmp_path):
    with pytest.raises(ModelError, match="period"):
        backtest(bind(small_card(), load_tags()), town(tmp_path))


def test_the_command_says_the_same(tmp_path):
    by_day().write_parquet(tmp_path / "town.parquet")
    (tmp_path / "card.yaml").write_text(write_card(small_card()), "utf-8")
    asked = ["score", "backtest", str(tmp_path / "card.yaml"), str(tmp_path / "town.parquet"), "--json"]
    told = json.loads(CliRunner().invoke(app, asked).stdout)
    assert told == backtest(bind(small_card(), load_tags()), town(tmp_path, by_day()))
