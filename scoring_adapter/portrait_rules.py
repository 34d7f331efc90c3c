"""The rules of the portrait as published. Pure. Whole numbers alone, so that it is the same whenever it is computed."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from scoring_adapter.errors import CardError
from scoring_adapter.health_rules import HealthSheet
from scoring_adapter.network.declared import RELATIONS, RESTS_ON
from scoring_adapter.network.shares import CONTROL, HOPS
from scoring_adapter.scorecard import Scorecard
from scoring_adapter.tags.declaration import Id
from signing.canonical import canonical_bytes, sha256_hex

NAME, VERSION = "portrait", 1


class PortraitRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Over how many months changes are told, and how much of a network; see sheets/portrait-1.yaml."""

    name: Id
    version: int
    months: int
    parties: int
    edges: int
    listed: int


@dataclass(frozen=True, eq=False)
class PortraitSheet:
    """The rules, and for each dimension of the card the datasets that its tags are computed from."""

    rules: PortraitRules
    dimensions: dict[str, frozenset[str]]

    @property
    def digest(self) -> str:
        """SHA-256 over all that a portrait is made by beside the card and the tags, in hex."""
        told = {
            "rules": msgspec.to_builtins(self.rules), "hops": HOPS, "control": CONTROL, "relations": sorted(RELATIONS),
            "dimensions": {code: sorted(names) for code, names in self.dimensions.items()},
            "rests": dict(RESTS_ON),
        }  # fmt: skip
        return sha256_hex(canonical_bytes(told))


def read_rules(source: str) -> PortraitRules:
    """Read the rules. Raises CardError for such as make no sense."""
    try:
        rules = msgspec.convert(yaml.safe_load(source), PortraitRules)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise CardError(f"画像规则无法读取 the rules of the portrait cannot be read: {fault}") from fault
    if min(rules.months, rules.parties, rules.edges, rules.listed) < 1:
        raise CardError("画像规则须为正整数 the rules of the portrait are numbers from 1 up")
    return rules


@cache
def load_rules() -> PortraitRules:
    """Return the shipped rules."""
    return read_rules((files("scoring_adapter") / f"sheets/{NAME}-{VERSION}.yaml").read_text("utf-8"))


def bind_portrait(rules: PortraitRules, card: Scorecard, health: HealthSheet) -> PortraitSheet:
    """Return the sheet over the datasets of the card's dimensions, as far as they are about enterprises."""
    fed: dict[str, set[str]] = {code: set() for code in card.card.dimensions}
    for tag in card.tags.tags:
        fed[tag.dimension].update(name for name in card.tags.sources_of(tag) if name in health.datasets)
    return PortraitSheet(rules, {code: frozenset(names) for code, names in fed.items()})
