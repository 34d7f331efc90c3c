"""Precision and recall worked out by hand, and the industries that do not decide by themselves."""

import json

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from risk_monitor.evaluation import Found, evaluate, hard


def test_budgets_are_cut_and_precision_and_recall_follow():
    bad = np.zeros(200, np.bool_)
    bad[[0, 2, 5, 150]] = True
    found = evaluate(np.arange(200), bad)
    assert [(one.looked_at, one.found) for one in found] == [(2, 1), (3, 2), (10, 3), (20, 3)]
    assert [(one.precision_ppm, one.recall_ppm) for one in found] == [
        (500_000, 250_000), (666_666, 500_000), (300_000, 750_000), (150_000, 750_000),
    ]  # fmt: skip


def test_where_nobody_is_looked_at_or_went_bad_there_is_no_share():
    assert evaluate(np.arange(99), np.ones(99, np.bool_))[0] == Found(10_000, 0, 0, 99)
    assert Found(10_000, 0, 0, 99).precision_ppm is None
    assert Found(10_000, 5, 0, 0).recall_ppm is None


@pytest.mark.parametrize(("bad_of_20", "kept"), [(0, False), (1, True), (19, True), (20, False)])
def test_an_industry_is_hard_from_5_to_95_percent(bad_of_20, kept):
    bad = np.arange(21) < bad_of_20
    assert hard(["C13"] * 20 + [None], bad).tolist() == [kept] * 20 + [False]


def test_the_command_tells_it_of_all_and_of_the_hard_ones(tmp_path):
    rows = 400
    bad = [int(row < 60) for row in range(rows)]
    table = pl.DataFrame({
        "outcome": bad, "industry": ["J66" if row % 2 else "C13" for row in range(rows)],
        "op_neg_2y": [25 if row < 50 or row == 399 else 0 for row in range(rows)],
        "ma_platform_delayed": [1 if row < 30 else None for row in range(rows)],
    })  # fmt: skip
    table.write_csv(tmp_path / "town.csv")
    told = json.loads(CliRunner().invoke(app, ["risk", "evaluate", str(tmp_path / "town.csv"), "--json"]).stdout)
    assert (told["rows"], told["bad"], told["hard"]["rows"]) == (400, 60, 400)
    assert told["all"]["rules"][-1] == {
        "budget_ppm": 100_000,
        "looked_at": 40,
        "found": 40,
        "precision_ppm": 1_000_000,
        "recall_ppm": 666_666,
    }
    assert told["all"] == told["hard"]["found"]
    assert "op_neg_2y" not in told["without_measures"]
    assert "100.00%" in CliRunner().invoke(app, ["risk", "evaluate", str(tmp_path / "town.csv")]).stdout


def test_a_table_that_will_not_do_is_refused_in_a_line(tmp_path):
    (tmp_path / "town.csv").write_text("outcome,gossip\n1,2\n", "utf-8")
    refused = CliRunner().invoke(app, ["risk", "evaluate", str(tmp_path / "town.csv")])
    assert (refused.exit_code, "gossip" in refused.stderr) == (1, True)
