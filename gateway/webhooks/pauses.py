"""How long to wait after a failure, and when to give up. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom

LONGEST_PAUSE = timedelta(hours=4)
DOUBLINGS = 20
_SPREAD = SystemRandom().uniform


def pause_after(failures: int, first_seconds: float, spread: Callable[[float, float], float] = _SPREAD) -> timedelta:
    """Return how long to wait: twice as long after each failure, up to four hours, and a fifth more or less.

    So those that failed together do not come back together.
    """
    doubled = first_seconds * 2.0 ** min(failures - 1, DOUBLINGS)
    return timedelta(seconds=min(LONGEST_PAUSE.total_seconds(), doubled) * spread(0.8, 1.2))


def is_over(since: datetime | None, now: datetime, days: int) -> bool:
    """Tell whether something has been tried long enough."""
    return since is not None and now - since >= timedelta(days=days)
