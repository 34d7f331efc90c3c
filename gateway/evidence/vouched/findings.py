"""What a check found: how many differences in all, and the first of them in words. Pure."""

from dataclasses import dataclass, field
from typing import Any

MOST_TOLD = 200


@dataclass(frozen=True)
class Difference:
    """One difference: where, in which row or entry, what is the matter, and the two values where two are compared."""

    where: str
    what: str
    said: str
    expected: Any = None
    found: Any = None

    def __str__(self) -> str:
        """Return it in one line."""
        values = f" ({self.expected!r} ≠ {self.found!r})" if (self.expected, self.found) != (None, None) else ""
        return f"{self.where} {self.what}：{self.said}{values}"


@dataclass
class Findings:
    """Every difference is counted, the first ones are kept."""

    total: int = 0
    told: list[Difference] = field(default_factory=list)

    def add(self, where: str, what: object, said: str, *, expected: object = None, found: object = None) -> None:
        """Note a difference."""
        self.total += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(Difference(where, str(what), said, expected, found))
