"""Tags are made of their parts alike for one enterprise and for many, to the ends of 64 bits."""

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring_adapter.scan.combined import values_of
from scoring_adapter.tags.combine import LARGEST, combine, value_of
from scoring_adapter.tags.planned import Plan, PlannedTag
from tests.scoring.tags.test_by_hand import CATALOGUE, PLAN

ENDS = st.sampled_from([None, 0, 1, -1, 7, -7, 9_999, LARGEST, LARGEST - 1, -LARGEST, LARGEST // 10_000])
NUMBERS = st.one_of(ENDS, st.integers(-LARGEST, LARGEST), st.integers(-1000, 1000))
DAYS = st.one_of(st.none(), st.integers(-25_567, 40_000), st.integers(2_900_000, 2_932_896))  # 1900 to 2079, to 9999
ROUND = [planned for planned in PLAN.tags if planned.tag.operator != "age"]
AGES = [planned for planned in PLAN.tags if planned.tag.operator == "age"]


def both(tags, as_of, part, over):
    parts = {name: over if name.endswith("__over") else part for name in PLAN.parts}
    plan = Plan(as_of, PLAN.sources, PLAN.parts, tuple(tags), PLAN.layouts)
    frame = pl.DataFrame({name: [value] for name, value in parts.items()}, schema=dict.fromkeys(parts, pl.Int64))
    return combine(plan, parts), frame.select(values_of(plan)).to_dicts()[0]


@settings(max_examples=60)
@given(NUMBERS, NUMBERS)
def test_one_and_many_agree_at_every_number(part, over):
    one, many = both(ROUND, PLAN.as_of, part, over)
    assert one == many


@settings(max_examples=60)
@given(DAYS, st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_ages_agree_at_every_day(day, as_of):
    of_days = [planned for planned in AGES if planned.kind == "day"]
    one, many = both(of_days, as_of, day, None)
    assert one == many


def age(name, at, as_of):
    planned = next(planned for planned in PLAN.tags if planned.tag.id == name)
    return value_of(planned, at, None, as_of)


def test_a_month_is_whole_when_its_day_has_come():
    leap = 19782  # 2024-02-29
    assert age("reg_age_y", leap, date(2025, 2, 28)) == 0
    assert age("reg_age_y", leap, date(2025, 3, 1)) == 1
    assert age("pen_last_m", leap, date(2024, 3, 28)) == 0
    assert age("pen_last_m", leap, date(2024, 3, 29)) == 1


def test_what_is_beyond_64_bits_stands_at_their_end():
    ratio = next(planned for planned in PLAN.tags if planned.tag.operator == "ratio")
    assert value_of(ratio, LARGEST, 1, PLAN.as_of) == LARGEST
    assert value_of(ratio, -LARGEST, 1, PLAN.as_of) == -LARGEST
    assert value_of(ratio, 2, 3, PLAN.as_of) == 6_666


def test_all_operators_are_in_the_example():
    from typing import get_args

    from scoring_adapter.tags.declaration import Operator

    assert {tag.operator for tag in CATALOGUE.tags} == set(get_args(Operator))
    assert isinstance(ROUND[0], PlannedTag)
