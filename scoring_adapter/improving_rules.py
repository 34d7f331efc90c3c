"""What would raise a score, as published: which tags an enterprise can act on, which pass by themselves. Pure."""

from collections import Counter
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files

import msgspec
import yaml

from scoring_adapter.errors import CardError
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Id, Tag
from signing.canonical import canonical_bytes, sha256_hex

NAME, VERSION = "improving", 1
# Operators whose value is 0 where there is nothing left to compute them from.
_COUNTING = frozenset({"count", "distinct", "exists", "without"})


class Deed(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What an enterprise can do about a tag, in words, and what becomes of it: the value `to`, the card's `next` better
    step, else the value of an enterprise of which there is nothing of the kind.
    """

    zh: str
    en: str
    to: int | None = None
    next: bool = False


class ImprovingRules(msgspec.Struct, forbid_unknown_fields=True, frozen=True, eq=False, dict=True):
    """The rules: see sheets/improving-1.yaml. A tag that stands nowhere is not in the enterprise's hands."""

    name: Id
    version: int
    most: int
    act: dict[Id, Deed]
    passing: list[Id] = msgspec.field(name="pass")
    grow: list[Id]
    outside: list[Id]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical form of the rules, in hex."""
        return sha256_hex(canonical_bytes(msgspec.to_builtins(self)))

    @cached_property
    def passes(self) -> frozenset[str]:
        """The tags that pass by themselves, to be looked up."""
        return frozenset(self.passing)

    @property
    def named(self) -> list[str]:
        """The tags that the rules name."""
        return [*self.act, *self.passing, *self.grow, *self.outside]


def nothing_of(tag: Tag) -> int | None:
    """Return a tag's value where there is nothing to compute it from."""
    return 0 if tag.operator in _COUNTING else tag.otherwise


def read_improving(source: str, tags: TagCatalogue) -> ImprovingRules:
    """Read the rules. Raises CardError for such as make no sense with the tags."""
    try:
        rules = msgspec.convert(yaml.safe_load(source), ImprovingRules)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise CardError(f"提升规则无法读取 the rules of what would raise cannot be read: {fault}") from fault
    for said in _faults(rules, tags):
        raise CardError(said)
    return rules


@cache
def load_improving() -> ImprovingRules:
    """Return the shipped rules."""
    from scoring_adapter.tags.load import load_tags  # noqa: PLC0415 - it is read once, when the first score is

    return read_improving((files("scoring_adapter") / f"sheets/{NAME}-{VERSION}.yaml").read_text("utf-8"), load_tags())


def _faults(rules: ImprovingRules, tags: TagCatalogue) -> Iterator[str]:
    if rules.most < 1:
        yield "most：至少为 1 at least 1"
    yield from (f"{tag}：出现两次 stands twice" for tag, times in Counter(rules.named).items() if times > 1)
    yield from (f"{tag}：没有这个标签 there is no such tag" for tag in rules.named if tag not in tags.by_id)
    yield from (
        f"{tag}：next 与 to 取其一 either next or to"
        for tag, deed in rules.act.items()
        if deed.next and deed.to is not None
    )
    yield from (
        f"{tag}：没有按日的时间窗，不会自行消失 has no window of days, and does not pass"
        for tag in rules.passing
        if not _passes(tags.by_id[tag], tags)
    )
    yield from (
        f"{tag}：不是越久越好的年限 is no age in years of which more is better"
        for tag in rules.grow
        if not _grows(tags.by_id[tag])
    )


def _grows(tag: Tag) -> bool:
    """Tell whether a tag is an age of which more is better."""
    return (tag.operator, tag.unit, tag.left, tag.direction) == ("age", "years", False, "+")


def _passes(tag: Tag, tags: TagCatalogue) -> bool:
    """Tell whether all that a tag counts leaves its window with time, day by day."""
    at = tags.sources[tag.part.source].at
    return bool(at) and tag.over is None and bool(tag.part.months) and not tag.part.before and (
        tags.column(tag.part.source, at).as_ == "day" and tag.direction == "-"
    )  # fmt: skip
