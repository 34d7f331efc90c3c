"""What came of answers, as sums: exact, and rates with what they are of. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, NamedTuple

NO_BAND = "none"  # of an answer that tells no band: of records, or of a policy that withholds it
_CENT, _RATE = Decimal("0.01"), Decimal("0.0001")


class Group(NamedTuple):
    """What an answer is counted by: product, view with its version ("" and 0: none), band."""

    product: str
    view: str
    version: int
    band: str


@dataclass(frozen=True)
class Came:
    """One answer, and what its institution reported last: None where it reported nothing."""

    group: Group
    uscc: str
    content: Mapping[str, Any] | None


@dataclass
class Tally:
    """Counts of answers and of what came of them; amounts in yuan of what was granted."""

    answers: int = 0
    reported: int = 0
    granted: int = 0
    refused: int = 0
    first_time: int = 0
    amount: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    defaults_told: int = 0
    defaulted: int = 0
    _firms: set[str] = field(default_factory=set)

    @property
    def enterprises(self) -> int:
        """How many enterprises were answered about."""
        return len(self._firms)

    def count(self, one: Came) -> None:
        """Count an answer."""
        self.answers += 1
        self._firms.add(one.uscc)
        if one.content is None:
            return
        self.reported += 1
        if one.content["outcome"] != "granted":
            self.refused += 1
            return
        self.granted += 1
        self.first_time += bool(one.content.get("first_time"))
        self.amount += Decimal(one.content.get("amount", 0))
        self.balance += Decimal(one.content.get("balance", 0))
        if (ended := one.content.get("defaulted")) is not None:
            self.defaults_told += 1
            self.defaulted += bool(ended)

    def members(self) -> dict[str, Any]:
        """Return it as reports show it: money as decimal texts in yuan, rates to four places, None of nothing."""
        return {
            "answers": self.answers, "enterprises": self.enterprises, "reported": self.reported,
            "granted": self.granted, "refused": self.refused,
            "admission_rate": rate(self.granted, self.reported), "first_time": self.first_time,
            "amount": f"{self.amount.quantize(_CENT)}", "balance": f"{self.balance.quantize(_CENT)}",
            "defaults_told": self.defaults_told, "defaulted": self.defaulted,
            "default_rate": rate(self.defaulted, self.defaults_told),
        }  # fmt: skip


def rate(part: int, of: int) -> str | None:
    """Return a share to four places, None of nothing."""
    return f"{(Decimal(part) / of).quantize(_RATE, ROUND_HALF_EVEN)}" if of else None


def tally(all_of_them: Iterable[Came]) -> dict[Group, Tally]:
    """Count answers by their group."""
    found: dict[Group, Tally] = {}
    for one in all_of_them:
        found.setdefault(one.group, Tally()).count(one)
    return found


def together(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of tallies; an enterprise that stands in several counts once."""
    total = Tally()
    for one in tallies:
        for name in ("answers", "reported", "granted", "refused", "first_time", "amount", "balance",
                     "defaults_told", "defaulted"):  # fmt: skip
            setattr(total, name, getattr(total, name) + getattr(one, name))
        total._firms |= one._firms  # noqa: SLF001 - its own kind
    return total
