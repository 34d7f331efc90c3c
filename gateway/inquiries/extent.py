"""How much a question asks for, and how much of it a consent permits: how deep, which data, of which days, to be looked
at or kept. Pure.

What a question does not name is all that the product needs: in detail, every kind of data that it is computed from, of
every agency, of every day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gateway.inquiries.views.view import View, read_view

TIERS = ("detail", "basic")
MODES = ("VIEW", "STORE")


@dataclass(frozen=True)
class Extent:
    """How much: `tier` detail or basic (the result alone); categories of data and agencies, none for all; the first and
    last day of the data; `mode` VIEW or STORE, to look at it or to keep it. `narrow`: as much as is permitted will do.
    `view` is the subset that is asked for instead of the whole product.
    """

    tier: str = "detail"
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    data_from: date | None = None
    data_to: date | None = None
    mode: str = "VIEW"
    narrow: bool = False
    view: View | None = None

    @property
    def is_restricted(self) -> bool:
        """Whether some data is left out: of a kind, an agency or a day."""
        return bool(self.categories or self.sources or self.data_from or self.data_to)

    def kept(self) -> "Extent":
        """Return it as something that is to be kept: many answers at once, or a file of one."""
        return replace(self, mode="STORE")

    def members(self) -> dict[str, Any]:
        """Return it as answers and entries name it."""
        return {
            "tier": self.tier, "categories": list(self.categories), "sources": list(self.sources),
            "data_from": self.data_from.isoformat() if self.data_from else None,
            "data_to": self.data_to.isoformat() if self.data_to else None, "mode": self.mode,
            **({"view": self.view.members()} if self.view else {}),
        }  # fmt: skip


WHOLE = Extent()


def read_extent(members: Mapping[str, Any] | None) -> Extent:
    """Return what an answer names; an older one names nothing, and was of the whole."""
    if members is None:
        return WHOLE
    first, last = members["data_from"], members["data_to"]
    return Extent(
        members["tier"], tuple(members["categories"]), tuple(members["sources"]),
        date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None, members["mode"],
        view=read_view(members.get("view")),
    )  # fmt: skip
