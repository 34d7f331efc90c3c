"""What an auditor looks at twice in the counts of a period, and from where on. Pure.

Nights are those of connectors/model/calendar.py, weekends Saturdays and Sundays. Public holidays are not known here,
and neither are the Saturdays worked in their place.

SHARED_FROM  an enterprise that so many institutions asked about.
REPEATED_FROM  one account asking the same about the same enterprise so often on one day.
UNUSUAL      an account that asked at least UNUSUAL_FROM times in the period, at an hour in which, with the hours before
             and after it, at most UNUSUAL_PERCENT of its inquiries fall.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HOURS = 24
SHARED_FROM = 3
REPEATED_FROM = 3
UNUSUAL_FROM = 50
UNUSUAL_PERCENT = 2


@dataclass(frozen=True)
class Unusual:
    """An account at hours that are not its own: which, how many of its inquiries, of how many in the period."""

    account: str
    hours: tuple[int, ...]
    asked: int
    of: int


def find_unusual(by_hour: Mapping[tuple[str, int], int]) -> list[Unusual]:
    """Return the accounts that were used at unusual hours, the most inquiries first."""
    days: dict[str, list[int]] = {}
    for (account, hour), number in by_hour.items():
        days.setdefault(account, [0] * HOURS)[hour] = number
    found = [_unusual(account, day) for account, day in days.items() if sum(day) >= UNUSUAL_FROM]
    return sorted((one for one in found if one.asked), key=lambda one: (-one.asked, one.account))


def _unusual(account: str, day: list[int]) -> Unusual:
    of = sum(day)
    hours = tuple(
        hour for hour in range(HOURS)
        if day[hour] and (day[hour - 1] + day[hour] + day[(hour + 1) % HOURS]) * 100 <= UNUSUAL_PERCENT * of
    )  # fmt: skip
    return Unusual(account, hours, sum(day[hour] for hour in hours), of)
