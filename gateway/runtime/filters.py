"""What a filter may say: one that nothing can match is refused: an empty list would read as if there were none."""

from collections.abc import Iterable
from datetime import datetime

from gateway.runtime.denial import DeniedError


def demand_one_of(name: str, value: str | None, known: Iterable[str], more: str = "") -> None:
    """Pass no value, and one that is known; `more` says what else is. Raises DeniedError with what may be said."""
    named = list(known)
    if value and value not in named:
        raise refuse_filter(name, f"须为其中之一 one of {', '.join(named)}{more}")


def demand_period(since: datetime | None, until: datetime | None) -> None:
    """Pass a period that begins before it ends. Raises DeniedError."""
    if since and until and since >= until:
        raise refuse_filter(
            "since", "since 须早于 until：until 这一刻不在内 since must be before until, which is itself left out"
        )


def refuse_filter(name: str, reason: str) -> DeniedError:
    """Return the refusal of what was asked by a filter."""
    return DeniedError("invalid-request", reason, invalid_params=[{"name": f"query.{name}", "reason": reason}])
