"""Who asks most, what is denied why, nights and weekends, what many ask about, what is asked again and again.

1. Only auditors ask (and whoever runs commands at this machine), about LONGEST_DAYS at most.
2. Everything comes from the inquiries as they ended; patterns.py says from where on something is named.
3. That it was counted is recorded.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar, get_args

from connectors.model.calendar import NIGHT
from gateway.evidence.entries import demand_auditor
from gateway.inquiries.statistics import (
    Period,
    Repeated,
    Shared,
    count_endings,
    count_hours,
    find_repeated,
    find_shared,
)
from gateway.questions.patterns import HOURS, REPEATED_FROM, SHARED_FROM, Unusual, find_unusual
from gateway.runtime.filters import demand_period, refuse_filter
from gateway.runtime.work import UnitOfWork

Part = Literal["endings", "hours", "shared", "repeated"]
PARTS: tuple[Part, ...] = get_args(Part)
Key = TypeVar("Key", bound=tuple[Any, ...])
Name = TypeVar("Name")
_REFUSED = frozenset({"denied", "failed"})
LONGEST_DAYS = 366
DEFAULT_DAYS = 30
MOST_LISTED = 50


@dataclass(frozen=True)
class OfAccount:
    """How often an account asked, and how often it was answered, denied and failed."""

    institution: str
    account: str
    asked: int
    answered: int
    denied: int
    failed: int


@dataclass(frozen=True)
class Statistics:
    """What was counted of a period.

    `accounts` come with the most inquiries first, `reasons` with the most frequent; `weekdays` and `weekends` have the
    inquiries of each hour of the day (Beijing). `institutions` are all that asked.
    """

    period: Period
    endings: dict[str, int]
    accounts: Sequence[OfAccount]
    reasons: Sequence[tuple[str, int]]
    weekdays: Sequence[int]
    weekends: Sequence[int]
    shared: Sequence[Shared]
    repeated: Sequence[Repeated]
    unusual: Sequence[Unusual]

    @property
    def asked(self) -> int:
        """How many inquiries there were."""
        return sum(self.endings.values())

    @property
    def nights(self) -> int:
        """How many of them at night."""
        return sum(self.weekdays[hour] + self.weekends[hour] for hour in NIGHT)

    @property
    def institutions(self) -> dict[str, int]:
        """How often each institution asked, the most frequent first."""
        counted: Counter[str] = Counter()
        for one in self.accounts:
            counted[one.institution] += one.asked
        return dict(counted.most_common())


async def read_statistics(
    work: UnitOfWork, since: datetime | None, until: datetime | None, parts: Collection[Part] = PARTS
) -> Statistics:
    """Return the statistics of a period, by default of the last DEFAULT_DAYS; of parts not asked for, nothing.

    Raises DeniedError for whoever is no auditor, and for a period that is empty or too long.
    """
    demand_auditor(work)
    period = _read_period(work, since, until)
    session = work.session
    endings = await count_endings(session, period) if "endings" in parts else {}
    hours = await count_hours(session, period) if "hours" in parts else {}
    at = _total(hours, lambda key: key[1:])
    found = Statistics(
        period, _total(endings, lambda key: key[2]), _of_accounts(endings),
        Counter(_total(endings, lambda key: key[3] if key[2] in _REFUSED else None)).most_common(),
        [at.get((False, hour), 0) for hour in range(HOURS)], [at.get((True, hour), 0) for hour in range(HOURS)],
        await find_shared(session, period, fewest=SHARED_FROM, most=MOST_LISTED) if "shared" in parts else [],
        await find_repeated(session, period, fewest=REPEATED_FROM, most=MOST_LISTED) if "repeated" in parts else [],
        find_unusual(_total(hours, lambda key: (key[0], key[2])))[:MOST_LISTED],
    )  # fmt: skip
    payload = {"since": period.since.isoformat(), "until": period.until.isoformat(), "parts": sorted(parts)}
    await work.record("questions.counted", payload, outcome="read")
    return found


def _read_period(work: UnitOfWork, since: datetime | None, until: datetime | None) -> Period:
    demand_period(since, until)
    latest = work.now + timedelta(days=LONGEST_DAYS)
    for name, moment in (("since", since), ("until", until)):
        if moment and moment > latest:
            raise refuse_filter(name, "太晚 too late")
    until = until or (min(work.now, since + timedelta(days=LONGEST_DAYS)) if since else work.now)
    try:
        since = since or until - timedelta(days=DEFAULT_DAYS)
    except OverflowError as fault:  # the first days of the calendar
        raise refuse_filter("until", "太早 too early") from fault
    if until - since > timedelta(days=LONGEST_DAYS):
        raise refuse_filter("since", f"最多 {LONGEST_DAYS} 天 at most {LONGEST_DAYS} days")
    if since >= until:
        raise refuse_filter("since", "须早于现在 must be before now")
    return Period(since, until)


def _total(counted: Mapping[Key, int], name: Callable[[Key], Name | None]) -> dict[Name, int]:
    """Return the counts by what `name` makes of each key; what it makes nothing of is left out."""
    totals: Counter[Name] = Counter()
    for key, number in counted.items():
        if (named := name(key)) is not None:
            totals[named] += number
    return dict(totals)


def _of_accounts(endings: Mapping[tuple[str, str, str, str], int]) -> list[OfAccount]:
    told: dict[tuple[str, str], Counter[str]] = {}
    for (institution, account, ending, _), number in endings.items():
        told.setdefault((institution, account), Counter())[ending] += number
    found = [
        OfAccount(*names, ends.total(), ends["answered"], ends["denied"], ends["failed"])
        for names, ends in told.items()
    ]
    return sorted(found, key=lambda one: (-one.asked, one.institution, one.account))
