"""What each provider has answered, day by day: how often, how it ended, how long it took, in how many tries.

Counted in the transaction that ends a question, so that it is neither lost nor counted twice, whichever process asked.
"""

import random
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from connectors.model.calendar import day_of
from gateway.runtime.clock import database_now
from gateway.runtime.work import UnitOfWork
from scoring_adapter.providers.asking import ANSWERED, KEPT, NOT_ASKED, Call

BUCKETS = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000)
SHARDS = 8
LONGEST_DAYS = 400
_ADD = text("""
    INSERT INTO provider_day (provider, day, outcome, within_ms, shard, calls, attempts)
    SELECT n.provider, n.day, n.outcome, n.within, :shard, n.calls, n.attempts
    FROM unnest(CAST(:providers AS text[]), CAST(:days AS date[]), CAST(:outcomes AS text[]),
                CAST(:withins AS integer[]), CAST(:calls AS bigint[]), CAST(:attempts AS bigint[]))
        AS n (provider, day, outcome, within, calls, attempts)
    ORDER BY n.provider, n.day, n.outcome, n.within
    ON CONFLICT (provider, day, outcome, within_ms, shard)
    DO UPDATE SET calls = provider_day.calls + excluded.calls, attempts = provider_day.attempts + excluded.attempts
""")
_FORGET = text("SELECT xinqiao_forget_provider_days()")  # LONGEST_DAYS stands in it: migration 0075
_DAYS = text("""
    SELECT provider, day, outcome, within_ms, sum(calls)::bigint AS calls, sum(attempts)::bigint AS attempts
    FROM provider_day WHERE day >= :first AND (CAST(:provider AS text) IS NULL OR provider = :provider)
    GROUP BY provider, day, outcome, within_ms ORDER BY provider, day DESC, outcome, within_ms
""")


async def count_calls(session: AsyncSession, ended: Iterable[tuple[str, Call, datetime]]) -> None:
    """Count how questions ended, each at a provider, and when it was asked."""
    counted: dict[tuple[str, date, str, int], list[int]] = {}
    for provider, call, at in ended:
        within = next((bound for bound in BUCKETS if call.ms <= bound), BUCKETS[-1])
        counts = counted.setdefault((provider, day_of(at), call.outcome, within), [0, 0])
        counts[0] += 1
        counts[1] += call.attempts
    if counted:
        providers, days, outcomes, withins = (list(column) for column in zip(*counted, strict=True))
        calls, attempts = (list(column) for column in zip(*counted.values(), strict=True))
        values = {"providers": providers, "days": days, "outcomes": outcomes, "withins": withins, "calls": calls}
        shard = random.randrange(SHARDS)  # noqa: S311 - no secret
        await session.execute(_ADD, {**values, "attempts": attempts, "shard": shard})


async def list_days(work: UnitOfWork, provider: str | None = None, days: int = 30) -> list[dict[str, Any]]:
    """Return each day of each provider, or of one, the last one first: of today and the days before it."""
    return [_told(name, day, list(rows)) for (name, day), rows in groupby(
        await _read(work.session, provider, days), key=lambda row: (row.provider, row.day)
    )]  # fmt: skip


async def forget_days(work: UnitOfWork) -> None:
    """Delete the days that nobody can read any more: all but the last LONGEST_DAYS."""
    await work.session.execute(_FORGET)


async def _read(session: AsyncSession, provider: str | None, days: int) -> Iterable[Row[Any]]:
    first = day_of(await database_now(session)) - timedelta(days=days - 1)
    return (await session.execute(_DAYS, {"first": first, "provider": provider})).all()


def _told(provider: str, day: date, rows: list[Row[Any]]) -> dict[str, Any]:
    outcomes: dict[str, int] = {}
    within: dict[int, int] = {}
    for row in rows:
        outcomes[row.outcome] = outcomes.get(row.outcome, 0) + row.calls
        if row.outcome == ANSWERED:
            within[row.within_ms] = within.get(row.within_ms, 0) + row.calls
    calls = sum(outcomes.values())
    answered, kept = outcomes.pop(ANSWERED, 0), outcomes.pop(KEPT, 0)
    return {
        "provider": provider, "day": day.isoformat(), "calls": calls, "answered": answered, "kept": kept,
        "attempts": sum(row.attempts for row in rows), "faults": outcomes,
        "not_asked": sum(outcomes.get(name, 0) for name in NOT_ASKED),
        "latency": {str(bound): within[bound] for bound in sorted(within)},
        "p50_ms": bound_of(within, 50), "p95_ms": bound_of(within, 95), "p99_ms": bound_of(within, 99),
        "available_bp": (answered + kept) * 10_000 // calls,
    }  # fmt: skip


def bound_of(within: Mapping[int, int], percent: int) -> int | None:
    """Return the bound within which so many of a hundred answers came, None where none did."""
    needed, reached = sum(within.values()) * percent, 0
    for bound in sorted(within):
        reached += within[bound] * 100
        if reached >= needed:
            return bound
    return None
