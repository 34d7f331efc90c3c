"""The SQL is plain, and Polars reads it as the standard does: each gap that would go unnoticed is pinned."""

import re
from datetime import date

import polars as pl
import pytest

from scoring_adapter.scan.polars_engine import parts_of, run, slices
from scoring_adapter.tags.extract import LARGEST
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan
from scoring_adapter.tags.sql import queries
from tests.scoring.tags.cities import COMMON
from tests.scoring.tags.test_by_hand import PLAN

PLAIN = re.compile(
    r"SELECT|FROM|WHERE|GROUP|BY|JOIN|LEFT|ON|UNION|ALL|AS|AND|OR|NOT|NULL|IS|IN|CASE|WHEN|THEN|END|COUNT|SUM|MIN|MAX|"
    r"DISTINCT|CAST|BIGINT"
)


def test_nothing_but_plain_words_and_whole_numbers_is_written():
    for query in [*queries(plan(load_tags(), date(2026, 3, 31))), *queries(PLAN)]:
        assert all(map(PLAIN.fullmatch, re.findall(r"\b[A-Z]+\b", query.sql)))
        assert not re.search(r"[\"'`;/]|\d\.\d", query.sql)


def test_each_part_is_given_once():
    given = [part.name for query in queries(PLAN) for part in query.parts]
    assert sorted(given) == sorted(PLAN.parts)


def ask(select, rows=((1, 5), (1, 5), (1, None), (2, None), (3, -7))):
    table = pl.LazyFrame(rows, ["subject", "a"], orient="row", schema_overrides={"a": pl.Int64})
    found = pl.SQLContext({"t": table}).execute(f"SELECT r.subject, {select} AS v FROM t r GROUP BY r.subject")
    return found.sort("subject").collect(engine="streaming")["v"].to_list()


@pytest.mark.parametrize(
    ("select", "wanted"),
    [
        ("SUM(r.a)", [10, None, -7]),  # nothing, not 0
        ("COUNT(r.a)", [2, 0, 1]),
        ("COUNT(DISTINCT r.a)", [1, 0, 1]),  # nothing is no value
        ("COUNT(DISTINCT CASE WHEN r.a > 0 THEN r.a END)", [1, 0, 0]),
        ("COUNT(CASE WHEN r.a NOT IN (5) THEN 1 END)", [0, 0, 1]),  # nothing is not outside
        ("COUNT(CASE WHEN r.a IS NULL OR (r.a <= 0) THEN 1 END)", [1, 1, 1]),
        ("MAX(r.a) - MIN(r.a) + 1", [1, None, 1]),
        ("CASE WHEN COUNT(CASE WHEN r.a > 0 THEN 1 END) > 0 THEN COUNT(DISTINCT r.a) END", [1, None, None]),
    ],
)
def test_polars_reads_nothing_as_the_standard_does(select, wanted):
    assert ask(select) == wanted


def test_sums_of_narrow_columns_do_not_overflow():
    table = {"subject": [1, 1], "period": [24_313, 24_313], "sales": [2**31 - 1, 2**31 - 1]}
    frame = pl.LazyFrame(table | {name: [0, 0] for name in ("batch", "leaf", "shown_from", "recorded")})
    frame = frame.with_columns(pl.all().cast(pl.Int32), shown_to=pl.lit(99_999))
    found = run(PLAN, {"tax_sales": frame}, pl.LazyFrame({"subject": [1], "named": [None]}))
    assert found["sales_3m"].to_list() == [2**32 - 2]


def test_the_newest_is_exact_at_the_largest_values_and_the_oldest_days():
    rows = [(-25_567, LARGEST - 1), (-25_567, 5), (-30_000, 9), (-25_566, None), (2_932_896, 7)]  # the last: of 9999
    table = {"due": [due for due, _ in rows], "equity": [value for _, value in rows], "subject": [1] * len(rows)}
    others = {name: 0 for name in (*COMMON, *PLAN.layouts["report"]) if name not in table} | {"shown_to": 99_999}
    frame = pl.LazyFrame(table).with_columns(**{name: pl.lit(value) for name, value in others.items()})
    found = run(PLAN, {"report": frame}, pl.LazyFrame({"subject": [1], "named": [None]}))
    assert found["rep_equity"].to_list() == [LARGEST - 1]


def test_subjects_are_answered_for_once_in_their_order_and_slice_by_slice():
    spine = pl.LazyFrame({"subject": [3, 1, 2, 1], "named": [None] * 4})
    parts = parts_of(PLAN, {}, spine)
    assert parts["subject"].to_list() == [1, 2, 3]
    assert parts["pen_cnt_all"].to_list() == [0, 0, 0]
    cut = list(slices(PLAN, {}, spine, size=2))
    assert [frame.height for frame in cut] == [2, 1]
    assert pl.concat(cut).equals(run(PLAN, {}, spine))
    assert set(cut[0].dtypes) == {pl.Int64}
