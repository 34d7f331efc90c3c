"""Until when a record may be shown: the agency's own day, months after the event, and never beyond the law."""

from datetime import date
from functools import partial

import msgspec
import pytest

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.chunks import FEWEST_FOR_COLUMNS, ChunkMapper
from connectors.conversion.disclosure import bounds_of, last_day_shown
from connectors.conversion.rows import RowMapper
from connectors.model.datasets import Disclosure
from tests.enterprises import uscc

TODAY = date(2026, 1, 2)
HEADER = [
    "行政相对人名称",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "处罚类别",
    "处罚决定日期",
    "公示截止期",
    "处罚机关",
]
DECIDED = "2023-03-01"
# Three years after the decision is the last day: one day below stays, at it stays, above it the law counts.
NAMED = {
    "2026-02-28": "2026-02-28", "2026-03-01": "2026-03-01", "2026-03-02": "2026-03-01", "2030-01-01": "2026-03-01",
    "长期": "2026-03-01", "": "2026-03-01", "2024-06-01": "2024-06-01", "2026-03": "2026-03-01", "2025": "2025-12-31",
}  # fmt: skip


def row(until, number=1):
    return ["瓯海某某鞋业有限公司", uscc(1), f"温罚〔2023〕{number}号", "罚款", DECIDED, until, "某局"]


@pytest.mark.parametrize(("named", "shown"), NAMED.items())
def test_no_record_is_shown_beyond_the_law_whatever_day_its_agency_names(named, shown):
    record = RowMapper(bind(get_dataset("penalty_general"), HEADER), TODAY).map(row(named))
    assert record.publish_until == shown


def test_many_rows_at_once_are_bound_alike():
    days = [*NAMED] * (FEWEST_FOR_COLUMNS // len(NAMED) + 1)
    chunk = ChunkMapper(bind(get_dataset("penalty_general"), HEADER), TODAY)
    found = chunk.map([(number, row(day, number)) for number, day in enumerate(days)]).sound
    assert found["publish_until"].to_list() == [NAMED[day] for day in days]


@pytest.mark.parametrize(
    ("changes", "named", "shown"),
    [
        ({}, "2023-03-01", "2023-03-01"),
        ({"disclosure": Disclosure(field="x", cap_months=60)}, "2030-01-01", "2028-03-01"),
        ({"disclosure": Disclosure(field="x", cap_months=60)}, None, "2028-03-01"),
        ({"disclosure": Disclosure(field="x", cap_months=None)}, "2030-01-01", "2030-01-01"),
        ({"disclosure": Disclosure(field="x", cap_months=None)}, None, None),
        ({"disclosure": Disclosure(months=48)}, None, "2026-03-01"),
        ({"disclosure": Disclosure(months=12)}, None, "2024-03-01"),
        ({"disclosure": Disclosure()}, None, None),
        ({"polarity": "positive"}, "2030-01-01", "2030-01-01"),
        ({"polarity": "neutral"}, "2030-01-01", "2030-01-01"),
        ({"sharing": "shared"}, "2030-01-01", "2030-01-01"),
        ({"sharing": "restricted"}, None, "2026-03-01"),
    ],
)
def test_the_law_binds_what_is_published_against_somebody(changes, named, shown):
    dataset = msgspec.structs.replace(get_dataset("penalty_general"), **changes)
    assert last_day_shown(bounds_of(dataset), named, DECIDED) == shown


def test_without_the_day_of_the_event_the_agencys_day_stands():
    tell = partial(last_day_shown, bounds_of(get_dataset("penalty_general")))
    assert (tell("2030-01-01", None), tell(None, None)) == ("2030-01-01", None)


def test_a_debtor_is_listed_until_the_court_takes_the_name_off():
    tell = partial(last_day_shown, bounds_of(get_dataset("dishonest_executed")))
    assert (tell(None, "2015-01-01"), tell("2031-01-01", "2015-01-01")) == (None, "2031-01-01")
