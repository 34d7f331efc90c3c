"""A card fitted on a town whose rule is known: it orders, tells the odds, and is replayed to the row."""

import re

import numpy as np
import polars as pl
import pytest

from scoring_adapter.card import load_card, read_card, write_card
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling import fitting
from scoring_adapter.modeling.comparing import compare
from scoring_adapter.modeling.fitting import Terms, fit
from scoring_adapter.modeling.validation import validate
from scoring_adapter.scorecard import bind
from scoring_adapter.tags.load import load_tags
from tests.modeling import PYTHON, WHY_NOT
from tests.scoring.modeling.towns import frame, small_card, town

PENALTIES = {"pen_cnt_1y", "pen_cnt_3y"}
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]


def fitted(table, **terms):
    return fit(table, load_card(), load_tags(), 3, Terms(**terms), str(PYTHON))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    table = town(tmp_path_factory.mktemp("town"))
    return table, fitted(table)


def test_the_card_orders_as_well_as_boosting_and_tells_the_odds(made):
    table, fit_ = made
    assert fit_.told["auc"]["held_out"] >= 0.97 * fit_.told["auc"]["boosting"]
    told = validate(fit_.card, table, fit_.told, 480)
    assert told["calibration_error"] <= 0.02
    assert told["bands_in_order"] is True
    assert told["psi"] < 0.01
    assert set(told["by_industry"]) == {"C", "F", "J"}
    assert set(told["by_industry"]["J"]) == {"scored"}  # too few to say more of
    assert (
        told["rows"]
        == told["scored"] + told["without_score"]
        == sum(b["rows"] for b in told["bands"]) + told["without_score"]
    )


def test_of_a_family_one_tag_counts_and_what_tells_nothing_none(made):
    tags = {entry.tag for entry in made[1].card.card.entries}
    assert tags - PENALTIES == {"tax_arrears_balance", "reg_age_y", "ar_debt_ratio", "tax_grade_latest"}
    assert len(tags & PENALTIES) == 1
    assert made[1].card.card.families == {}


def test_points_follow_each_tags_direction(made):
    for one in made[1].card.counted:  # bind has checked it; here it is seen
        steps = np.diff(one.points)
        assert (steps > 0).all() or (steps < 0).all()


def test_the_card_is_the_same_each_time_and_reads_as_it_was_written(made):
    table, fit_ = made
    assert fitted(table).told == fit_.told
    assert bind(read_card(write_card(fit_.card.card)), load_tags()).card.digest() == fit_.card.card.digest()


def test_rows_that_are_held_out_change_no_card(tmp_path, made):
    train = pl.Series("train", np.arange(len(frame())) % 3 > 0).cast(pl.Int64)
    one = frame().with_columns(train)
    other = one.with_columns(outcome=pl.when(pl.col("train") == 1).then("outcome").otherwise(1 - pl.col("outcome")))
    cards = [fitted(town(tmp_path, table)).card.card.digest() for table in (one, other)]
    assert cards[0] == cards[1] != made[1].card.card.digest()


def test_one_differing_row_and_there_is_no_card(tmp_path, monkeypatch):
    run = fitting.run_job

    def off(*asked):
        found, (points,) = run(*asked)
        points[7] += 1
        return found, [points]

    monkeypatch.setattr(fitting, "run_job", off)
    with pytest.raises(ModelError, match=re.escape("1 行 rows, 首行 first 8")):
        fitted(town(tmp_path))


def test_the_fitted_card_beats_one_of_two_tags_and_not_itself(made):
    table, fit_ = made
    old = bind(small_card(), load_tags())
    told = compare(old, fit_.card, table, 600)
    assert (told["better"], told["champion"]["admitted"]) == ("challenger", told["challenger"]["admitted"])
    assert told["swapped_in"]["rows"] == told["swapped_out"]["rows"] > 0
    assert told["swapped_in"]["bad"] < told["swapped_out"]["bad"]
    assert (
        told["challenger"]["bad_among_them"]
        == told["champion"]["bad_among_them"] + told["swapped_in"]["bad"] - told["swapped_out"]["bad"]
    )
    assert compare(fit_.card, old, table, 600)["better"] == "champion"
    same = compare(fit_.card, fit_.card, table, 600)
    assert (same["better"], same["auc_difference"], same["swapped_in"]["rows"]) == ("not-told-apart", 0, 0)


def test_without_the_library_or_with_nothing_to_learn_it_says_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="modeling"):
        fit(town(tmp_path), load_card(), load_tags(), 3, Terms())
    with pytest.raises(ModelError, match="did not end"):
        fit(town(tmp_path), load_card(), load_tags(), 3, Terms(), str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="no tag tells"):
        fitted(town(tmp_path, frame().select("outcome", "abn_now")))
