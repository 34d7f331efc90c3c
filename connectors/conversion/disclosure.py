"""Until when a record may be shown: the day its agency names, months after its event, and no longer than the law. Pure.

The law bounds what is published against somebody (order 58 of 2023: three years from the decision at most). A dataset
is under it where it is negative, public and declares a disclosure at all; the courts' papers and what is shared only
among agencies follow rules of their own.
"""

from collections.abc import Callable
from functools import lru_cache, partial

from connectors.conversion import dates
from connectors.model.datasets import Dataset


def last_day_shown(dataset: Dataset) -> Callable[[str | None, str | None], str | None]:
    """Return what tells the last day a record may be shown from the day it names and the day of its event.

    None of it: for ever.
    """
    own = dataset.disclosure
    declared = own.field is not None or own.months is not None
    bound = declared and dataset.polarity == "negative" and dataset.sharing == "public"
    return partial(_last_day, months=own.months, cap=own.cap_months if bound else None)


@lru_cache(maxsize=100_000)
def _last_day(named: str | None, event: str | None, months: int | None, cap: int | None) -> str | None:
    days = [dates.last_day(named)] if named else []
    if event and not named and months is not None:
        days.append(dates.add_months(event, months))
    if event and cap is not None:
        days.append(dates.add_months(event, cap))
    return min(days, default=None)
