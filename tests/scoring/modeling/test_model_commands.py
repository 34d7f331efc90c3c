"""The commands on files: what they write and say, and that nothing is written over or half written."""

import json

import pytest
from typer.testing import CliRunner

from gateway.__main__ import app
from scoring_adapter.card import write_card
from scoring_adapter.scorecard import bind
from scoring_adapter.tags.load import load_tags
from tests.modeling import PYTHON, WHY_NOT
from tests.scoring.modeling.towns import frame, small_card


def run(*arguments):
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


@pytest.fixture
def files(tmp_path):
    frame().write_parquet(tmp_path / "town.parquet")
    (tmp_path / "card.yaml").write_text(write_card(small_card()), "utf-8")
    return tmp_path


def test_a_card_is_tried_and_compared(files):
    told = json.loads(run("validate", files / "card.yaml", files / "town.parquet", "--json").stdout)
    assert (told["rows"], "calibration_error" in told) == (len(frame()), False)  # nothing is known of its odds
    told = json.loads(run("compare", files / "card.yaml", files / "card.yaml", files / "town.parquet", "--json").stdout)
    assert told["better"] == "not-told-apart"


def test_a_page_of_drawings_shows_the_figures_and_is_not_written_over(files):
    page = files / "card.html"
    asked = ("validate", files / "card.yaml", files / "town.parquet", "--report", page)
    told = json.loads(run(*asked, "--json").stdout)
    shown = page.read_text("utf-8")
    assert shown.count("<polyline") == 2  # good and bad ones; of a fit that is not known there is no calibration
    assert all(f"{band['rate']:.4f}" in shown for band in told["bands"] if band["rate"] is not None)
    assert all(f"{of['auc']:.4f}" in shown for of in told["by_industry"].values() if "auc" in of)
    assert "<script" not in shown
    refused = run(*asked)
    assert (refused.exit_code, page.read_text("utf-8")) == (1, shown)
    assert run(*asked, "--force").exit_code == 0


def test_what_was_told_of_another_cards_fit_says_nothing_of_this_one(files):
    terms = {"pdo": 40, "at": 600, "odds": 20}
    told = {
        "model": bind(small_card(), load_tags()).card.model(),
        "terms": terms,
        "bounds": [600],
        "shares": [0.5, 0.5],
    }
    asked = ("validate", files / "card.yaml", files / "town.parquet", "--json")
    for model, known in ((told["model"], True), ("enterprise/2+0", False)):
        (files / "fit.json").write_text(json.dumps({**told, "model": model}))
        assert ("psi" in json.loads(run(*asked).stdout)) is known
    for broken in ("no json", "[]", "{}"):
        (files / "fit.json").write_text(broken)
        refused = run(*asked)
        assert (refused.exit_code, "fit.json" in refused.stderr) == (1, True)


def test_a_card_that_is_no_text_is_refused_in_a_line(files):
    (files / "card.yaml").write_bytes(b"\xff\xfe")
    refused = run("validate", files / "card.yaml", files / "town.parquet")
    assert (refused.exit_code, "card.yaml" in refused.stderr) == (1, True)


def test_a_card_goes_to_pmml_and_back(files):
    assert run("to-pmml", files / "card.yaml", files / "card.xml").exit_code == 0
    assert run("from-pmml", files / "card.xml", files / "again.yaml", "--version", 9).exit_code == 0
    assert (files / "again.yaml").read_text("utf-8").count("- tag: ") == 2
    for verb, source, target in (("to-pmml", "card.yaml", "card.xml"), ("from-pmml", "card.xml", "again.yaml")):
        before = (files / target).read_bytes()
        refused = run(verb, files / source, files / target)
        assert (refused.exit_code, "--force" in refused.stderr, (files / target).read_bytes()) == (1, True, before)
    (files / "bad.xml").write_text("<PMML/>")
    refused = run("from-pmml", files / "bad.xml", files / "none.yaml")
    assert (refused.exit_code, "失败 failed" in refused.stderr, (files / "none.yaml").exists()) == (1, True, False)


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_a_card_is_fitted_into_a_folder_and_what_is_there_stays(files):
    asked = ("fit", files / "town.parquet", files / "fitted", "--python", PYTHON, "--most-tags", 2)
    told = run(*asked, "--json")
    assert (told.exit_code, json.loads(told.stdout)["tags"]) == (0, 2), told.output
    tried = json.loads(run("validate", files / "fitted", files / "town.parquet", "--json").stdout)
    assert tried["calibration_error"] < 0.05
    alone = tried["registration_alone"]
    assert alone["tags"] == ["reg_age_y"]
    assert 0.5 < alone["auc"] < alone["whole_auc"]
    assert 0 < alone["ks"] < alone["whole_ks"]
    page = files / "alone.html"
    run("validate", files / "fitted", files / "town.parquet", "--report", page)
    assert f"{alone['whole_auc']}" in page.read_text("utf-8")
    assert run(*asked).exit_code == 1
    assert run(*asked, "--force").exit_code == 0


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_where_registration_tells_nothing_there_is_no_card_of_it_alone(files):
    frame().drop("reg_age_y").write_parquet(files / "town.parquet")
    asked = ("fit", files / "town.parquet", files / "fitted", "--python", PYTHON, "--most-tags", 2)
    assert run(*asked).exit_code == 0
    assert not (files / "fitted" / "registration.yaml").exists()
    assert "registration_alone" not in json.loads(
        run("validate", files / "fitted", files / "town.parquet", "--json").stdout
    )


def test_a_fit_that_cannot_be_writes_nothing(files):
    refused = run("fit", files / "town.parquet", files / "fitted", "--python", files / "nowhere")
    assert (refused.exit_code, (files / "fitted").exists()) == (1, False)
