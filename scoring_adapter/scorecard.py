"""A card bound to the tags it counts: bounds and codes as the integers that tags are computed in. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property, lru_cache
from itertools import pairwise

from scoring_adapter.card import Card, Entry, load_card, read_card
from scoring_adapter.errors import CardError
from scoring_adapter.industries import load_industries
from scoring_adapter.narrowed import narrowed
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag
from scoring_adapter.tags.load import load_tags

MOST_REMEMBERED = 64  # released cards read and bound, in each process
# How many of a tag's own unit one of the unit that people read is: fen to a yuan, basis points to a percent.
SCALES: Mapping[str, int] = {"yuan": 100, "basis_points": 100}


@dataclass(frozen=True)
class Counted:
    """An entry of the card with its tag; `bounds` are one fewer than `points`, `levels` are places in the code list."""

    entry: Entry
    tag: Tag
    datasets: frozenset[str]
    bounds: tuple[int, ...]
    points: tuple[int, ...]
    levels: Mapping[int, int]

    @cached_property
    def best(self) -> int:
        """The most points that it can bring."""
        return max(self.entry.none, *self.points, *self.levels.values())

    def step_of(self, value: int | None) -> int:
        """Return which step of the card a value is on: from 1, a level's place; 0 where it counts as none."""
        if value is None:
            return 0
        if self.levels:
            return value if value in self.levels else 0
        return 1 + bisect_right(self.bounds, value)

    def points_of(self, value: int | None) -> int:
        """Return the published points of a value; what there is nothing of, or a level of no points, counts as none."""
        if value is None:
            return self.entry.none
        if self.levels:
            return self.levels.get(value, self.entry.none)
        return self.points[bisect_right(self.bounds, value)]


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A card, the tags it was bound to, and its entries in the card's order."""

    card: Card
    tags: TagCatalogue
    counted: Sequence[Counted]

    @cached_property
    def own_tags(self) -> TagCatalogue:
        """The tags that the card counts, those that an enterprise is compared by, and what they are computed from: a
        change of any other changes no score.
        """
        compared = [tag for tag in load_industries().tags if tag in self.tags.by_id]
        return narrowed(self.tags, [*(one.tag.id for one in self.counted), *compared])


def bind(card: Card, tags: TagCatalogue) -> Scorecard:
    """Bind a card to tags. Raises CardError that names the tag.

    Checked: every tag is declared, bounds are whole in the tag's unit and rise, and points never fall where more of a
    tag is better, nor rise where it is worse.
    """
    counted = [_count(entry, card, tags) for entry in card.entries]
    for code, dimension in card.dimensions.items():
        fed = frozenset[str]().union(*(one.datasets for one in counted if one.tag.dimension == code))
        if dimension.evidence > len(fed):
            raise CardError(f"{code}：最少依据多于数据目录 asks for evidence out of more datasets than feed it")
    return Scorecard(card, tags, counted)


@cache
def load_scorecard() -> Scorecard:
    """Return the newest shipped card, bound to the tags."""
    return bind(load_card(), load_tags())


@lru_cache(maxsize=MOST_REMEMBERED)
def bind_source(source: str) -> Scorecard:
    """Return a card as it was handed in, bound to the tags. Raises CardError."""
    return bind(read_card(source), load_tags())


def _count(entry: Entry, card: Card, tags: TagCatalogue) -> Counted:
    tag = tags.by_id.get(entry.tag)
    if tag is None:
        raise CardError(f"{entry.tag}：没有这个标签 there is no such tag")
    if tag.dimension not in card.dimensions:
        raise CardError(f"{entry.tag}：没有维度 {tag.dimension} no dimension {tag.dimension}")
    if bool(entry.levels) != (tag.unit == "level"):
        raise CardError(f"{entry.tag}：等级类标签用 levels，其余用 bins a level has levels, everything else has bins")
    levels = _levels(entry, tag, tags)
    points = tuple(step.points for step in entry.bins)
    _check_direction(tag, points or [levels[place] for place in sorted(levels)])
    bounds = tuple(_bound(entry, tag, step.below) for step in entry.bins[:-1])
    if any(low >= high for low, high in pairwise(bounds)):
        raise CardError(f"{entry.tag}：各档须递增 bins must rise")
    return Counted(entry, tag, frozenset(tags.sources_of(tag)), bounds, points, levels)


def _check_direction(tag: Tag, points: Sequence[int]) -> None:
    """Check points in the order of the values that bring them; codes of levels are declared from the worst up."""
    steps = [two - one for one, two in pairwise(points)]
    if (tag.direction == "+" and min(steps, default=0) < 0) or (tag.direction == "-" and max(steps, default=0) > 0):
        raise CardError(f"{tag.id}：分值与方向相反 points go against its direction")


def _bound(entry: Entry, tag: Tag, below: int | str | None) -> int:
    try:
        bound = Decimal(str(below)) * SCALES.get(tag.unit, 1)
    except InvalidOperation as fault:
        raise CardError(f"{entry.tag}：{below} 不是数 is no number") from fault
    if not bound.is_finite() or bound != bound.to_integral_value():
        raise CardError(f"{entry.tag}：{below} 换算后不是整数 is not whole in the tag's unit")
    return int(bound)


def _levels(entry: Entry, tag: Tag, tags: TagCatalogue) -> dict[int, int]:
    codes = codes_of(tag, tags)
    if unknown := set(entry.levels) - set(codes):
        raise CardError(f"{entry.tag}：没有这些等级 no such levels: {sorted(unknown)}")
    return {codes.index(code) + 1: points for code, points in entry.levels.items()}


def codes_of(tag: Tag, tags: TagCatalogue) -> Sequence[str]:
    """Return the codes that a tag of levels counts from 1; none of any other."""
    return tags.column(tag.part.source, tag.part.field).codes if tag.unit == "level" else ()
