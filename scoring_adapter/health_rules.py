"""The rules of the health check as published, bound to the categories of data that tags are computed from. Pure.

Whole numbers alone, so that a sheet is the same to the byte whenever it is computed again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import msgspec
import yaml

from scoring_adapter.errors import CardError
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.declaration import Id, Words
from signing.canonical import canonical_bytes, sha256_hex

NAME, VERSION = "health", 1


class HealthRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What windows are told, what a trend is, what a warning; see sheets/health-1.yaml."""

    name: Id
    version: int
    months: int
    windows: int
    compared: int
    least: int
    change: int
    warning: int


@dataclass(frozen=True)
class Placed:
    """Where a dataset stands on the sheet: in which category, and within how many days it is promised anew."""

    category: str
    freshness_days: int


@dataclass(frozen=True, eq=False)
class HealthSheet:
    """The rules with the categories in their order, and the datasets of each that tags are computed from."""

    rules: HealthRules
    categories: Mapping[str, Words]
    datasets: Mapping[str, Placed]

    @cached_property
    def by_category(self) -> Mapping[str, Sequence[str]]:
        """The datasets of each category."""
        found: dict[str, list[str]] = {category: [] for category in self.categories}
        for name, placed in self.datasets.items():
            found[placed.category].append(name)
        return found

    @cached_property
    def digest(self) -> str:
        """SHA-256 over all that a sheet is made by, in hex: the rules, and where each dataset stands."""
        placed = {name: [one.category, one.freshness_days] for name, one in self.datasets.items()}
        return sha256_hex(canonical_bytes({"rules": msgspec.to_builtins(self.rules), "datasets": placed}))


def read_rules(source: str) -> HealthRules:
    """Read the rules. Raises CardError for such as make no sense."""
    try:
        rules = msgspec.convert(yaml.safe_load(source), HealthRules)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise CardError(f"体检规则无法读取 the rules of the health check cannot be read: {fault}") from fault
    if min(rules.months, rules.windows, rules.compared, rules.least, rules.change, rules.warning) < 1:
        raise CardError("体检规则须为正整数 the rules of the health check are numbers from 1 up")
    if rules.compared * 2 > rules.windows:
        raise CardError("compared：两段须在 windows 之内 twice as many windows are compared as there are at most")
    return rules


@cache
def load_rules() -> HealthRules:
    """Return the shipped rules."""
    return read_rules((files("scoring_adapter") / f"sheets/{NAME}-{VERSION}.yaml").read_text("utf-8"))


def bind_sheet(rules: HealthRules, card: Scorecard, placed: Mapping[str, Placed]) -> HealthSheet:
    """Return the sheet over the datasets that the tags are computed from and that are about enterprises.

    Series that are about nobody stand on no sheet.
    """
    series = {one.dataset for source in card.tags.sources.values() for one in source.references.values()}
    read = {name for tag in card.tags.tags for name in card.tags.sources_of(tag)} - series
    names = {file.category: file.name for file in card.tags.files}
    return HealthSheet(rules, names, {name: placed[name] for name in sorted(read & placed.keys())})
