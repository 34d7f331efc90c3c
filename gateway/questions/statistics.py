"""Who asks most, what is denied why, nights and weekends, what many ask about, what is asked again and again.

1. Only auditors ask (and whoever runs commands at this machine), about LONGEST_DAYS at most.
2. Everything comes from the inquiries as they ended; patterns.py says from where on something is named.
3. That it was counted is recorded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.evidence.entries import demand_auditor
from gateway.inquiries.statistics import Period, Repeated, Shared, count_asked, find_repeated, find_shared
from gateway.questions.patterns import HOURS, NIGHT, REPEATED_FROM, SHARED_FROM, Unusual, find_unusual
from gateway.runtime.filters import demand_period, refuse_filter
from gateway.runtime.work import UnitOfWork

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


async def read_statistics(work: UnitOfWork, since: datetime | None, until: datetime | None) -> Statistics:
    """Return the statistics of a period, by default of the last DEFAULT_DAYS.

    Raises DeniedError for whoever is no auditor, and for a period that is empty or too long.
    """
    demand_auditor(work)
    period = _read_period(work, since, until)
    counts = await count_asked(work.session, period)
    shared = await find_shared(work.session, period, fewest=SHARED_FROM, most=MOST_LISTED)
    repeated = await find_repeated(work.session, period, fewest=REPEATED_FROM, most=MOST_LISTED)
    reasons = {outcome: number for (ending, outcome), number in counts.by_outcome.items() if ending in _REFUSED}
    endings: Counter[str] = Counter()
    for (ending, _), number in counts.by_outcome.items():
        endings[ending] += number
    found = Statistics(
        period, dict(endings), _of_accounts(counts.by_account), Counter(reasons).most_common(),
        [counts.by_time.get((False, hour), 0) for hour in range(HOURS)],
        [counts.by_time.get((True, hour), 0) for hour in range(HOURS)],
        shared, repeated, find_unusual(counts.by_hour)[:MOST_LISTED],
    )  # fmt: skip
    payload = {"since": period.since.isoformat(), "until": period.until.isoformat(), "found": found.asked}
    await work.record("questions.counted", payload, outcome="read")
    return found


_REFUSED = frozenset({"denied", "failed"})


def _read_period(work: UnitOfWork, since: datetime | None, until: datetime | None) -> Period:
    demand_period(since, until)
    until = until or (min(work.now, since + timedelta(days=LONGEST_DAYS)) if since else work.now)
    since = since or until - timedelta(days=DEFAULT_DAYS)
    if until - since > timedelta(days=LONGEST_DAYS):
        raise refuse_filter("since", f"最多 {LONGEST_DAYS} 天 at most {LONGEST_DAYS} days")
    if since >= until:
        raise refuse_filter("since", "须早于现在 must be before now")
    return Period(since, until)


def _of_accounts(by_account: dict[tuple[str, str, str], int]) -> list[OfAccount]:
    told: dict[tuple[str, str], Counter[str]] = {}
    for (institution, account, ending), number in by_account.items():
        told.setdefault((institution, account), Counter())[ending] += number
    found = [
        OfAccount(*names, ends.total(), ends["answered"], ends["denied"], ends["failed"])
        for names, ends in told.items()
    ]
    return sorted(found, key=lambda one: (-one.asked, one.institution, one.account))
