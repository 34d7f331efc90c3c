"""The scorecard as published: tags, bins and integer points, read from YAML and checked before use.

Points are integers, so that one machine and a cluster give the same score.
"""

from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

import msgspec
import yaml

from scoring_adapter.errors import CardError
from signing.canonical import canonical_bytes, sha256_hex

HIGHEST = 1000
Kind = Literal["count", "sum", "max", "number", "years", "level"]


class Words(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text in both languages."""

    zh: str
    en: str


class Bin(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Points for values below `below` and not below the bin before; the last bin has no bound."""

    points: int
    below: int | None = None


class Tag(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One tag: a number or a level computed over one dataset's records, and the points it brings.

    kind: count of records; sum or max of `field`; number: `field` of the newest record; years: whole years since the
    `earliest` or the newest `date`; level: `field` of the newest record, looked up. `within_days` keeps records whose
    `date` is that recent; `where` keeps records whose field is, or whose list holds, one of the words.
    """

    id: str
    dimension: str
    dataset: str
    name: Words
    kind: Kind
    field: str | None = None
    date: str | None = None
    within_days: int | None = None
    where: dict[str, list[str]] = {}
    earliest: bool = False
    bins: list[Bin] = []
    levels: dict[str, int] = {}
    none: int = 0  # points where there is no record to compute a number, years or level from


class Band(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A band begins at `from`."""

    id: str
    name: Words
    from_: int = msgspec.field(name="from")


class Card(msgspec.Struct, forbid_unknown_fields=True, frozen=True, eq=False):
    """A scorecard: base points, bands from the best down, dimensions by id, tags."""

    name: str
    version: int
    base: int
    bands: list[Band]
    dimensions: dict[str, Words]
    tags: list[Tag]

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
    """Read and check a card. Raises CardError that names the tag."""
    try:
        card = msgspec.convert(yaml.safe_load(source), Card)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise CardError(f"评分卡无法读取 the scorecard cannot be read: {fault}") from fault
    starts = [band.from_ for band in card.bands]
    if starts != sorted(set(starts), reverse=True) or not starts or starts[-1] != 0:
        raise CardError("等级须从高到低，直到 0 bands: from the best down to 0")
    if len({tag.id for tag in card.tags}) != len(card.tags):
        raise CardError("标签编号重复 tags: an id occurs twice")
    for tag in card.tags:
        _check(tag, card)
    return card


@cache
def load_card() -> Card:
    """Return the shipped enterprise card."""
    return read_card((files("scoring_adapter") / "cards/enterprise.yaml").read_text("utf-8"))


def _check(tag: Tag, card: Card) -> None:
    bounds = [step.below for step in tag.bins]
    if tag.dimension not in card.dimensions:
        raise CardError(f"{tag.id}：没有维度 {tag.dimension} no dimension {tag.dimension}")
    if bool(tag.levels) != (tag.kind == "level") or bool(tag.bins) == (tag.kind == "level"):
        raise CardError(f"{tag.id}：等级类标签用 levels，其余用 bins a level has levels, everything else has bins")
    if tag.bins and (bounds[-1] is not None or None in bounds[:-1]):
        raise CardError(f"{tag.id}：只有最后一档没有上限 the last bin, and no other, has no bound")
    if any(low is not None and high is not None and low >= high for low, high in pairwise(bounds)):
        raise CardError(f"{tag.id}：各档须递增 bins must rise")
    needs_field = tag.kind in {"sum", "max", "number", "level"}
    if needs_field != (tag.field is not None):
        told = "须有字段 needs a" if needs_field else "没有字段 has no"
        raise CardError(f"{tag.id}：{tag.kind} {told} field")
    if tag.date is None and (tag.within_days is not None or tag.kind == "years"):
        raise CardError(f"{tag.id}：时间窗与年数需要日期 a window and years need a date")
