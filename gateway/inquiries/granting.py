"""How much of a question is answered on its basis: all of it, or where less will do, what is permitted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.catalogue.load import datasets
from connectors.model.calendar import day_of
from consent.decision import Consent, permitted
from consent.scope import Wish
from gateway.inquiries.bases.basis import Basis, Duty, basis_members, narrowed, readable_on
from gateway.inquiries.extent import Extent, read_extent
from gateway.inquiries.portrait.naming import persons_of, persons_told
from gateway.inquiries.request import InquiryRequest
from gateway.inquiries.views.values import Subset
from gateway.quota.products import RECORDS, RISK_WATCH
from gateway.scores.limits import Limits


@dataclass(frozen=True)
class Grant:
    """What is answered, and what of the question is withheld since its basis does not permit it; `readable` are the
    datasets that may be read on the basis whatever is asked, None for all; `persons` as of Limits.
    """

    extent: Extent
    withheld: tuple[str, ...] = ()
    readable: frozenset[str] | None = None
    persons: tuple[tuple[str, bool], ...] | None = None

    def members(self) -> dict[str, Any]:
        """Return it as an answer names it."""
        return {"scope": self.extent.members(), "withheld": list(self.withheld)}


def grant_of(request: InquiryRequest, basis: Basis) -> Grant:
    """Return how much of a permitted question is answered. Datasets that the basis does not open are withheld, and said
    to be: on a duty each restricted one that it does not name, of records those that nobody asked for by their kind.
    """
    asked = request.extent
    wish, withheld = _permitted(request, basis)
    whole = not asked.categories and wish.categories == request.categories()
    kept = Extent(
        wish.tier, () if whole else wish.categories, wish.sources, wish.data_from, wish.data_to, asked.mode,
        view=asked.view,
    )  # fmt: skip
    readable = _opened(request.product, basis_members(basis), kept)
    closed = _closed(request, wish, readable) if readable is not None else []
    return Grant(kept, (*withheld, *closed), readable, persons_of(request.product, basis))


def grant_told(statement: Mapping[str, Any]) -> Grant:
    """Return what an answer was given on and of, as it says itself."""
    extent = read_extent(statement.get("scope"))
    readable = _opened(statement["product"], statement.get("legal_basis"), extent)
    return Grant(extent, tuple(statement.get("withheld", ())), readable, persons_told(statement))


def _opened(product: str, basis: Mapping[str, Any] | None, extent: Extent) -> frozenset[str] | None:
    """Return the datasets that may be read on a basis, None for all. On a consent, records of restricted datasets,
    and risks that rest on them, are told only where their category is named, or a view that two people put in
    force names the dataset.
    """
    readable = readable_on(basis)
    if readable is not None or product not in {RECORDS, RISK_WATCH}:
        return readable
    named = extent.view.datasets if extent.view else frozenset()
    return frozenset(
        name for name, one in datasets().items()
        if one.sharing != "restricted" or one.category in extent.categories or name in named
    )  # fmt: skip


def _permitted(request: InquiryRequest, basis: Basis) -> tuple[Wish, list[str]]:
    if isinstance(basis, Consent):
        return permitted(basis, request.ask(again=False))
    wish = request.wish()
    return narrowed(basis, wish) if isinstance(basis, Duty) and request.extent.narrow else (wish, [])


def _closed(request: InquiryRequest, wish: Wish, readable: frozenset[str]) -> list[str]:
    """Return what of the data that the answer would be computed from may not be read, by dataset."""
    known = datasets()
    return sorted(
        name for name in request.datasets() - readable
        if known[name].category in wish.categories and (not wish.sources or known[name].agency in wish.sources)
    )  # fmt: skip


def limits_of(grant: Grant, moment: datetime) -> Limits:
    """Return which data is read at a moment for what is granted; no event is of a day to come."""
    extent, as_of = grant.extent, day_of(moment)
    last = extent.data_to if extent.data_to and extent.data_to < as_of else None
    read = None
    if extent.categories or extent.sources or grant.readable is not None:
        read = frozenset(
            name for name, one in datasets().items()
            if (grant.readable is None or name in grant.readable)
            and (not extent.categories or one.category in extent.categories)
            and (not extent.sources or one.agency in extent.sources)
        )  # fmt: skip
    if extent.view is not None:
        return Subset(read, extent.data_from, last, view=extent.view)
    return Limits(read, extent.data_from, last, grant.persons)
