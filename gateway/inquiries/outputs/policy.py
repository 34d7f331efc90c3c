"""An output policy: in which form an institution is given a product, and which members are left out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scoring_adapter.card import HIGHEST

Form = Literal["raw", "banded", "flag"]
FORMS: tuple[Form, ...] = ("raw", "banded", "flag")  # each tells less than the one before
# What may be left out of an answer; `records` are the digests of the records that it rests on.
LEAVABLE = (
    "reasons", "missing", "not_computable", "objected", "tags", "health", "dimensions", "network", "changes", "records",
    "improvements", "industry",
)  # fmt: skip


@dataclass(frozen=True)
class OutputPolicy:
    """`raw`: score, band and what stands behind them. `banded`: no points. `flag`: one bit, whether the score is
    `threshold` at least; of records, whether amounts are, in ten thousand yuan. `left_out`: members, of LEAVABLE.
    Version 0 is of those for whom none was set.
    """

    version: int = 0
    form: Form = "raw"
    threshold: int | None = None
    left_out: tuple[str, ...] = ()

    def fault(self) -> str | None:
        """Return what is wrong with it, None where nothing is."""
        if (self.form == "flag") != (self.threshold is not None):
            return "threshold: 仅 flag 须写明 is named for flag, and for nothing else"
        if self.threshold is not None and not 1 <= self.threshold <= HIGHEST:
            return f"threshold: 须在 1 到 {HIGHEST} 之间 between 1 and {HIGHEST}"
        if len(set(self.left_out)) != len(self.left_out) or not set(self.left_out) <= set(LEAVABLE):
            return f"left_out: 各不相同，取自 different ones of {', '.join(LEAVABLE)}"
        return None

    def tells_more_than(self, other: "OutputPolicy") -> bool:
        """Tell whether it shows something that another one does not; another threshold does."""
        if FORMS.index(self.form) < FORMS.index(other.form):
            return True
        if self.form == other.form == "flag":
            return self.threshold != other.threshold
        return self.form != "flag" and not set(other.left_out) <= set(self.left_out)

    def members(self) -> dict[str, Any]:
        """Return it as answers, events and documents name it."""
        return {
            "version": self.version, "form": self.form, "threshold": self.threshold, "left_out": list(self.left_out),
        }  # fmt: skip


WHOLE = OutputPolicy()


def read_policy(members: Mapping[str, Any]) -> OutputPolicy:
    """Return the policy that an answer names."""
    return OutputPolicy(members["version"], members["form"], members["threshold"], tuple(members["left_out"]))
