"""What a place's law says of an open objection: shown or withheld meanwhile, and by when it is seen to. Pure.

The rules stand in objection_rules.yaml. What an objection was told is kept with it (`Term`): no later rule and no later
calendar moves it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from connectors.model.datasets import Title
from connectors.model.workdays import WorkdayAfter, workday_after
from connectors.model.yaml_files import read_yaml

CHINA = "100000"
Effect = Literal["mark", "withhold"]
DueState = Literal["in_time", "late", "overdue"]
FORMER_DAYS = 20  # calendar days that objections were told before terms were kept with them
_FILE = Path(__file__).with_name("objection_rules.yaml")


class Rule(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A version of a place's rule; the file says what each member is."""

    version: int
    since: date
    effect: Effect
    days: Literal["working", "calendar"]
    mark: int
    answer: int
    close: int
    law: Title


class Place(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A place, and the versions of its rule, oldest first."""

    title: Title
    versions: list[Rule]


@dataclass(frozen=True)
class PlacedRule:
    """The rule that holds somewhere on a day, and whose it is."""

    place: str
    title: Title
    rule: Rule


@dataclass(frozen=True)
class Term:
    """By when an objection is marked, answered and closed; `provisional`: counted without holidays, not known then.

    `place` and `version` name the rule; None for what was told before there were any.
    """

    mark_by: date
    answer_by: date
    close_by: date
    effect: Effect = "mark"
    provisional: bool = False
    place: str | None = None
    version: int | None = None

    def members(self) -> dict[str, Any]:
        """Return it as it is kept and recorded."""
        return {
            "jurisdiction": self.place, "version": self.version, "effect": self.effect,
            "mark_by": self.mark_by.isoformat(), "answer_by": self.answer_by.isoformat(),
            "close_by": self.close_by.isoformat(), "provisional": self.provisional,
        }  # fmt: skip

    def state_on(self, day: date) -> DueState:
        """Return how an open objection stands on a day: in time, past its answer, past the last day to close it."""
        return "in_time" if day <= self.answer_by else "late" if day <= self.close_by else "overdue"


@cache
def load_places() -> Mapping[str, Place]:
    """Return the places that have a rule, by code."""
    return msgspec.convert(read_yaml(_FILE.read_text("utf-8")), dict[str, Place])


def find_rule(place: str, day: date, places: Mapping[str, Place] | None = None) -> PlacedRule:
    """Return the rule of a place on a day: its own, else its city's, its province's, the country's."""
    declared = load_places() if places is None else places
    for code in (place, f"{place[:4]}00", f"{place[:2]}0000", CHINA):
        held = [rule for rule in declared[code].versions if rule.since <= day] if code in declared else []
        if held:
            return PlacedRule(code, declared[code].title, held[-1])
    raise LookupError(place)  # the country's holds from its first day on


def term_of(placed: PlacedRule, day: date) -> Term:
    """Return by when an objection made on a day is seen to under a rule."""
    rule = placed.rule
    mark, answer, close = (_after(rule, day, count) for count in (rule.mark, rule.answer, rule.close))
    return Term(
        mark.day, answer.day, close.day, rule.effect, mark.provisional or answer.provisional or close.provisional,
        placed.place, rule.version,
    )  # fmt: skip


def read_term(kept: Mapping[str, Any] | None, filed_on: date) -> Term:
    """Return the term that an objection was told; of one from before terms were kept, what it was told then."""
    if kept is None:
        last = filed_on + timedelta(days=FORMER_DAYS)
        return Term(filed_on, last, last)
    mark, answer, close = (date.fromisoformat(kept[name]) for name in ("mark_by", "answer_by", "close_by"))
    return Term(mark, answer, close, kept["effect"], kept["provisional"], kept["jurisdiction"], kept["version"])


def _after(rule: Rule, day: date, count: int) -> WorkdayAfter:
    if rule.days == "working":
        return workday_after(day, count)
    return WorkdayAfter(day + timedelta(days=count), provisional=False)
