"""Until when a record may be shown: the day its agency names, months after its event, and no longer than the law. Pure.

The law bounds what is published against somebody (order 58 of 2023: three years from the decision at most). A dataset
is under it where it is negative, public and declares a disclosure at all; the courts' papers and what is shared only
among agencies follow rules of their own.
"""

from typing import NamedTuple

from connectors.conversion import dates
from connectors.model.datasets import Dataset


class Bounds(NamedTuple):
    """How many months after its event a record is shown where no day is named, and whatever day is; None: no bound."""

    months: int | None
    cap: int | None


def bounds_of(dataset: Dataset) -> Bounds:
    """Return what bounds the disclosure of a dataset's records."""
    own = dataset.disclosure
    declared = own.field is not None or own.months is not None
    bound = declared and dataset.polarity == "negative" and dataset.sharing == "public"
    return Bounds(own.months, own.cap_months if bound else None)


def last_day_shown(bounds: Bounds, named: str | None, event: str | None) -> str | None:
    """Return the last day a record may be shown: the earliest of all that bound it; None: for ever.

    connectors/conversion/columns.py does the same for many at once.
    """
    days = [dates.last_day(named)] if named else []
    if event and not named and bounds.months is not None:
        days.append(dates.add_months(event, bounds.months))
    if event and bounds.cap is not None:
        days.append(dates.add_months(event, bounds.cap))
    return min(days, default=None)
