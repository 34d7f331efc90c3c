"""With whom a score is compared: the industry section and the size of an enterprise, by published rules. Pure.

Both come of its tags. Where the section is not known there is nobody to compare with; where the size is not, it is
compared with its section.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise

import msgspec
import yaml

from scoring_adapter.errors import CardError
from scoring_adapter.tags.declaration import Id
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.value import TagValue
from signing.canonical import canonical_bytes, sha256_hex

NAME, VERSION = "industries", 1
UNPLACED = 0  # among places that count from 1


class Size(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A size, from the smallest up."""

    id: Id
    zh: str
    en: str


class Section(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A section of GB/T 4754, and where its sizes but the smallest begin, in insured people; none: it has no sizes."""

    id: str
    zh: str
    en: str
    bounds: list[int] = []


class Industries(msgspec.Struct, forbid_unknown_fields=True, frozen=True, eq=False, dict=True):
    """The rules: which tags tell, the sizes, the sections in the order of the tag's levels. See industries-1.yaml."""

    name: Id
    version: int
    section: Id
    headcount: Id
    least: int
    sizes: list[Size]
    sections: list[Section]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical form of the rules, in hex."""
        return sha256_hex(canonical_bytes(msgspec.to_builtins(self)))

    @property
    def tags(self) -> tuple[str, str]:
        """The tags that an enterprise is placed by."""
        return self.section, self.headcount

    def place(self, section: int | None, headcount: int | None) -> "Place":
        """Return where an enterprise belongs by the values of its tags."""
        if section is None or not 1 <= section <= len(self.sections):
            return Place(UNPLACED, UNPLACED)
        bounds = self.sections[section - 1].bounds
        if headcount is None or not bounds:
            return Place(section, UNPLACED)
        return Place(section, 1 + sum(headcount >= bound for bound in bounds))


@dataclass(frozen=True)
class Place:
    """A section and a size, by their places from 1; UNPLACED where there is none."""

    section: int
    size: int


def read_industries(source: str, codes: Sequence[str]) -> Industries:
    """Read the rules; `codes` are the levels of the tag of sections. Raises CardError for such as make no sense."""
    try:
        rules = msgspec.convert(yaml.safe_load(source), Industries)
    except (msgspec.ValidationError, yaml.YAMLError) as fault:
        raise CardError(f"行业规则无法读取 the rules of industries cannot be read: {fault}") from fault
    if rules.least < 1 or not rules.sizes:
        raise CardError("至少有一种规模，least 至少为 1 there is one size at least, and least is at least 1")
    if [one.id for one in rules.sections] != list(codes):
        raise CardError("sections：须与标签的门类一致 must be those of the tag, in their order")
    for one in rules.sections:
        if one.bounds and (
            len(one.bounds) != len(rules.sizes) - 1 or any(a >= b for a, b in pairwise([0, *one.bounds]))
        ):
            raise CardError(f"{one.id}：规模的界限须递增，比规模少一个 bounds rise, one fewer than sizes")
    return rules


@cache
def load_industries() -> Industries:
    """Return the shipped rules."""
    column = load_tags().sources["ent_registration"].columns["section"]
    return read_industries(
        (files("scoring_adapter") / f"sheets/{NAME}-{VERSION}.yaml").read_text("utf-8"), column.codes
    )


def place_of(rules: Industries, values: Mapping[str, TagValue]) -> tuple[Place, str]:
    """Return where an enterprise belongs, and how what its section is computed from stands."""
    section, headcount = (values[tag] for tag in rules.tags)
    return rules.place(section.value, headcount.value), section.status
