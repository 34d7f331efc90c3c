"""A tag that cannot be computed says why, and is never 0."""

from datetime import date
from pathlib import Path

import pytest

from scoring_adapter.tags.load import read_tags
from scoring_adapter.tags.value import Feed, TagValue, reasons_of, tag_values
from tests.scoring.tags.enterprises import AS_OF, NOTHING

CATALOGUE = read_tags(Path(__file__).parent / "example")
FRESH = {name: Feed(AS_OF, 31) for name, source in CATALOGUE.sources.items() if not source.union}


def known(tag, **feeds):
    return tag_values(CATALOGUE, NOTHING | {"pen_cnt_12m": 3}, FRESH | feeds, AS_OF)[tag]


def test_a_value_is_computed_or_there_is_nothing_to_compute_it_from():
    assert known("pen_cnt_12m") == TagValue(3, "computed")
    assert known("pen_max") == TagValue(None, "none")
    assert known("pen_cnt_all") == TagValue(0, "computed")


@pytest.mark.parametrize(
    ("feed", "status"),
    [
        (Feed(None, 31), "no-feed"),
        (Feed(date(2026, 2, 28), 31), "computed"),
        (Feed(date(2026, 2, 27), 31), "stale"),  # 32 days ago
        (Feed(AS_OF, 400, "month"), "computed"),
        (Feed(AS_OF, 400, "year"), "computed"),
    ],
)
def test_a_tag_needs_every_one_of_its_datasets(feed, status):
    assert known("pen_cnt_12m", penalty_tax=feed).status == status
    assert known("pen_cnt_12m", penalty_tax=feed).value == (3 if status == "computed" else None)


def test_rows_of_a_year_say_nothing_of_a_quarter():
    assert known("sales_3m", tax_sales=Feed(AS_OF, 400, "year")) == TagValue(None, "granularity")
    assert known("sales_mean", tax_sales=Feed(AS_OF, 400, "year")).status == "none"


def test_series_and_other_enterprises_are_needed_too():
    tags, feeds = CATALOGUE.by_id, FRESH | {"rate_index": Feed(None, 31), "penalty_market": Feed(None, 31)}
    assert reasons_of(tags["loan_usual"], CATALOGUE, feeds, AS_OF) == {"rate_index": "no-feed"}
    assert reasons_of(tags["loan_interest"], CATALOGUE, feeds, AS_OF) == {}
    assert reasons_of(tags["inv_fined"], CATALOGUE, feeds, AS_OF) == {"penalty_market": "no-feed"}
