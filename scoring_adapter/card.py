"""The scorecard as published: which tags count, with which points, and how much must be known for a score at all.

Points are integers over integers, so that one machine and a cluster give the same score. Every version that was ever
shipped stays in `cards/`, so that those who hold an old answer can look it up.
"""

from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise

import msgspec
import yaml

from scoring_adapter.errors import CardError
from scoring_adapter.tags.declaration import Id, Words
from signing.canonical import canonical_bytes, sha256_hex

HIGHEST = 1000
NAME, VERSION = "enterprise", 2


class Bin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Points for values below `below` and not below the bin before; the last bin has no bound.

    Bounds are in the unit that people read: yuan, percent, else the tag's own. A text where it is no whole number.
    """

    points: int
    below: int | str | None = None


class Entry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One tag that counts: points by `bins` of its value, or by `levels`, the codes of a tag of that unit.

    `none`: points where the dataset is delivered and there is nothing to compute the tag from.
    """

    tag: Id
    bins: list[Bin] = []
    levels: dict[str, int] = {}
    none: int = 0
    family: str = ""


class Dimension(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A dimension's name, and out of how many datasets at least something must be known in it for a score."""

    zh: str
    en: str
    evidence: int


class Band(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A band begins at `from`."""

    id: Id
    name: Words
    from_: int = msgspec.field(name="from")


class Card(msgspec.Struct, forbid_unknown_fields=True, frozen=True, eq=False):
    """A scorecard: base points, bands from the best down, dimensions by id, families by id, entries.

    A family are tags that look at the same events. Of its entries the one that costs most counts, where none costs
    anything the one that brings most; the others bring nothing: one event counts once.
    """

    name: Id
    version: int
    base: int
    bands: list[Band]
    dimensions: dict[Id, Dimension]
    families: dict[Id, Words]
    entries: list[Entry]

    def digest(self) -> str:
        """Return SHA-256 over the card's canonical form, in hex."""
        return _digest(self)

    def model(self) -> str:
        """Return the model version that answers name."""
        return f"{self.name}/{self.version}+{self.digest()[:12]}"


@lru_cache(maxsize=8)  # reading it takes milliseconds, and the shipped card never changes
def _digest(card: Card) -> str:
    return sha256_hex(canonical_bytes(msgspec.to_builtins(card)))


def read_card(source: str) -> Card:
    """Read a card and check what can be checked without the tags. Raises CardError that names the tag."""
    try:
        card = msgspec.convert(yaml.safe_load(source), Card)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise CardError(f"评分卡无法读取 the scorecard cannot be read: {fault}") from fault
    starts = [band.from_ for band in card.bands]
    if starts != sorted(set(starts), reverse=True) or not starts or starts[-1] != 0 or starts[0] > HIGHEST:
        raise CardError("等级须从高到低，直到 0 bands: from the best down to 0")
    if len({entry.tag for entry in card.entries}) != len(card.entries):
        raise CardError("标签重复 tags: one occurs twice")
    if min((dimension.evidence for dimension in card.dimensions.values()), default=0) < 0:
        raise CardError("最少依据不能为负 evidence: never less than 0")
    for entry in card.entries:
        _check(entry, card)
    for family in card.families:
        if sum(entry.family == family for entry in card.entries) < 2:
            raise CardError(f"{family}：至少两个标签 a family has two tags at least")
    return card


def write_card(card: Card) -> str:
    """Return the text that read_card reads."""
    told = msgspec.to_builtins(card)
    for entry in told["entries"]:
        entry["bins"] = [{name: one for name, one in step.items() if one is not None} for step in entry["bins"]]
    told["entries"] = [{name: value for name, value in entry.items() if value} for entry in told["entries"]]
    return str(yaml.safe_dump(told, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120))


@cache
def load_card(version: int = VERSION) -> Card:
    """Return the shipped enterprise card, of the newest version or of an earlier one that has this form."""
    return read_card((files("scoring_adapter") / f"cards/{NAME}-{version}.yaml").read_text("utf-8"))


def _check(entry: Entry, card: Card) -> None:
    if bool(entry.levels) == bool(entry.bins):
        raise CardError(f"{entry.tag}：levels 与 bins 取其一 either bins or levels")
    bounds = [step.below for step in entry.bins]
    if bounds and (bounds[-1] is not None or None in bounds[:-1]):
        raise CardError(f"{entry.tag}：只有最后一档没有上限 the last bin, and no other, has no bound")
    if any(one.points == two.points for one, two in pairwise(entry.bins)):
        raise CardError(f"{entry.tag}：相邻两档分值相同 two bins beside each other bring the same")
    if entry.family and entry.family not in card.families:
        raise CardError(f"{entry.tag}：没有族 {entry.family} no family {entry.family}")
