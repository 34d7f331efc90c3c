"""How long a consent may last: three years by the calendar, to the second, leap years or not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from consent.checks import check_terms
from consent.errors import TermsError
from consent.terms import Terms

FROM = datetime(2026, 11, 27, 9, tzinfo=UTC)
TERMS = Terms(
    consent_id=UUID(int=1), uscc="91330302MA2ABCDE1X", institution="bank", accounts=(), products=("score",),
    purpose="pre_loan", valid_from=FROM, valid_until=FROM + timedelta(days=1), max_uses=None,
)  # fmt: skip
SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("begins", "last"),
    [
        (FROM, FROM.replace(year=2029)),  # over a leap day: 1,096 days
        (datetime(2025, 3, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2031, 2, 28, 12, tzinfo=UTC)),
        # By its own offset: the day it begins on there, not in UTC.
        (datetime(2028, 3, 1, tzinfo=SHANGHAI), datetime(2031, 3, 1, tzinfo=SHANGHAI)),
    ],
)
def test_three_years_are_three_calendar_years(begins, last):
    check_terms(replace(TERMS, valid_from=begins, valid_until=last), begins)
    with pytest.raises(TermsError, match="three years"):
        check_terms(replace(TERMS, valid_from=begins, valid_until=last + timedelta(seconds=1)), begins)
