"""Answers to a plan's queries: the same for all, for some, in pieces; who may differ between two days is told."""

from datetime import date, timedelta
from random import Random

import numpy as np
import polars as pl
import pytest

from scoring_adapter.card import load_card
from scoring_adapter.narrowed import narrowed
from scoring_adapter.scan.answers import Answers
from scoring_adapter.scan.differing import may_differ
from scoring_adapter.scan.piece import Scoring, score_piece
from scoring_adapter.scan.polars_engine import parts_of
from scoring_adapter.scorecard import bind, load_scorecard
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan
from tests.scoring.tags.cities import ALWAYS, city

ALL = load_tags()
BEYOND = [tag.id for tag in ALL.tags for source in [ALL.sources[tag.part.source]] if source.references or source.others]
CARD = bind(load_card(), narrowed(ALL, [*load_scorecard().own_tags.by_id, *BEYOND]))
NAMED = {1: 1, 2: 2, 3: None, 4: 2**63 - 1, 5: 5, **{number: 1000 + number for number in range(6, 31)}}
NOBODY = np.empty(0, np.int64)
DAYS = [(date(2024, 2, 28), 1), (date(2026, 3, 30), 2), (date(2025, 12, 31), 1), (date(2026, 5, 9), 5)]


def made_up(planned, seed):
    """Return the tables of a city; series are about nobody, and stay as they are."""
    made = city(CARD.tags, planned, Random(seed), [subject for subject in NAMED if subject != 7], 3)
    for name in {of.dataset for source in planned.sources.values() for of in source.references.values()}:
        made.rows[name] = [(0, row[1], row[2], *ALWAYS, 0, *row[6:]) for row in made.rows[name]]
    return made.tables()


def named():
    frame = pl.DataFrame({"subject": list(NAMED), "named": list(NAMED.values())})
    return frame.drop_nulls().cast(pl.Int64)


def results(planned, tables, folder, chosen=None, pieces=((1, 30),)):
    answers = Answers(planned, folder)
    answers.make(tables, named().lazy(), chosen)
    scoring = Scoring(CARD, planned, {}, b"")
    found = {}
    for low, high in pieces:
        one = score_piece(scoring, answers, low, high, NOBODY)
        columns = one.scores.tolist(), one.bands.tolist(), one.packed, one.reasons
        found |= dict(zip(one.subjects.tolist(), zip(*columns, strict=True), strict=True))
    return found


def test_some_and_pieces_come_to_what_all_do(tmp_path):
    planned = plan(CARD.tags, date(2026, 3, 31))
    tables = made_up(planned, 1)
    whole = results(planned, tables, tmp_path / "all")
    assert results(planned, tables, tmp_path / "all", pieces=[(1, 4), (5, 5), (6, 7), (8, 1000)]) == whole
    chosen = np.array([2, 5, 7, 19], np.int64)
    some = results(planned, tables, tmp_path / "some", chosen)
    assert some == {subject: whole[subject] for subject in (2, 5, 19)}
    for fresh in (tmp_path / "all").glob("*[05].parquet"):
        fresh.unlink()  # an interrupted one goes on
    assert results(planned, tables, tmp_path / "all") == whole
    spine = pl.LazyFrame({"subject": [5, 7], "named": [5, None]})
    expected = parts_of(planned, tables, named().lazy()).filter(pl.col("subject") == 5).to_dicts()[0]
    assert parts_of(planned, tables, spine).height == 2
    answers = Answers(planned, tmp_path / "all").read(5, 5)
    assert {
        name: frame[name][0] for frame in answers if len(frame) for name in frame.columns
    }.items() <= expected.items()


@pytest.mark.parametrize(("first", "days"), DAYS)
def test_who_is_not_told_to_differ_does_not(tmp_path, first, days):
    before, after = plan(CARD.tags, first), plan(CARD.tags, first + timedelta(days=days))
    tables = made_up(before, days)
    told = may_differ(CARD, before, after, tables)
    assert told is not None
    then, now = results(before, tables, tmp_path / "then"), results(after, tables, tmp_path / "now")
    differing = {subject for subject in NAMED if then.get(subject) != now.get(subject)}
    assert differing
    assert differing <= set(told.tolist())


def test_a_series_that_changes_may_change_anybody():
    before, after = plan(CARD.tags, date(2026, 5, 9)), plan(CARD.tags, date(2026, 5, 10))
    tables = made_up(before, 1)
    name = next(of.dataset for source in before.sources.values() for of in source.references.values())
    tables[name] = tables[name].with_columns(pl.lit(after.day).alias("shown_from"))
    assert may_differ(CARD, before, after, tables) is None
    assert may_differ(CARD, after, after, tables) is not None
