"""How much of a question is answered on a consent: all of it, or where less will do, what is permitted. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from consent.decision import Consent, permitted
from gateway.inquiries.extent import Extent
from gateway.inquiries.request import InquiryRequest
from gateway.scores.limits import Limits


@dataclass(frozen=True)
class Grant:
    """What is answered, and what of the question is withheld since the consent does not permit it."""

    extent: Extent
    withheld: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        """Return it as an answer names it."""
        return {"scope": self.extent.members(), "withheld": list(self.withheld)}


def grant_of(request: InquiryRequest, consent: Consent) -> Grant:
    """Return how much of a permitted question is answered."""
    wish, withheld = permitted(consent, request.ask(again=False))
    asked = request.extent
    whole = not asked.categories and wish.categories == request.categories()
    kept = Extent(
        wish.tier, () if whole else wish.categories, wish.sources, wish.data_from, wish.data_to, asked.mode
    )  # fmt: skip
    return Grant(kept, tuple(withheld))


def limits_of(grant: Grant, moment: datetime) -> Limits:
    """Return which data is read at a moment for what is granted; no event is of a day to come."""
    extent, as_of = grant.extent, day_of(moment)
    last = extent.data_to if extent.data_to and extent.data_to < as_of else None
    if not extent.categories and not extent.sources:
        return Limits(None, extent.data_from, last)
    read = frozenset(
        name for name, one in datasets().items()
        if (not extent.categories or one.category in extent.categories)
        and (not extent.sources or one.agency in extent.sources)
    )  # fmt: skip
    return Limits(read, extent.data_from, last)
