"""When the clock last struck an hour of the day: by China's clock, this very moment included."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.model.calendar import SHANGHAI, last_passing

TWO = datetime(2026, 11, 28, 2, tzinfo=SHANGHAI)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "struck"),
    [(TWO, TWO), (TWO + TICK, TWO), (TWO - TICK, TWO - timedelta(days=1)), (TWO + timedelta(hours=21), TWO)],
)
def test_the_last_passing_is_of_today_or_of_yesterday(now, struck):
    assert last_passing(2, now) == struck
    assert last_passing(2, now.astimezone(UTC)) == struck


def test_midnight_is_the_day_s_own():
    assert last_passing(0, datetime(2026, 11, 27, 16, tzinfo=UTC)) == datetime(2026, 11, 28, tzinfo=SHANGHAI)
