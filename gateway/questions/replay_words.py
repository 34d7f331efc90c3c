"""What differs between an answer and the same answer computed again, as people read it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.console.words import NOTHING, Words
from gateway.inquiries.answer_sheet import value_text, weight
from gateway.inquiries.replay import Difference
from scoring_adapter.published import Published, find_published
from scoring_adapter.scorecard import load_scorecard

MEMBERS = (
    "outcome", "score", "band", "model", "inputs", "card", "tag_catalogue", "reasons", "missing", "not_computable",
    "basis", "objected", "tags", "health", "sheet", "improvements", "industry", "dimensions", "network", "changes",
)  # fmt: skip
IN_BASIS = ("records", "beyond", "feeds", "as_of", "card", "tags", "sheet", "rules", "reading")


@dataclass(frozen=True)
class Compared:
    """A line of what differs: what it is, its path in the answer, what the answer said, and what it comes to now."""

    what: str
    member: str
    then: str
    now: str


def compared(words: Words, model: str, differences: Sequence[Difference]) -> list[Compared]:
    """Return what differs, line by line: lists that tell of tags by tag, of records by how many are in one alone."""
    card = find_published(model)
    return [line for one in differences for line in _lines(words, card, one)]


def _lines(words: Words, card: Published | None, one: Difference) -> Iterator[Compared]:
    name = _name(words, one.member)
    then, now = one.then, one.now
    if not isinstance(then, list) or not isinstance(now, list):
        yield Compared(name, one.member, _text(words, card, one.member, then), _text(words, card, one.member, now))
    elif all(isinstance(entry, dict) and "tag" in entry for entry in [*then, *now]):
        before, after = ({entry["tag"]: entry for entry in entries} for entries in (then, now))
        for tag in dict.fromkeys([*before, *after]):
            what = f"{name}{words('colon')}{_tag(words, card, tag)}"
            yield Compared(what, one.member, _entry(words, before.get(tag)), _entry(words, after.get(tag)))
    else:
        yield Compared(name, one.member, words.count("replay-alone", len(then)), words.count("replay-alone", len(now)))


def _name(words: Words, member: str) -> str:
    first, _, rest = member.partition(".")
    within = rest.partition(".")
    if first == "basis" and within[0] in IN_BASIS:
        named = words(f"replay-basis-{within[0]}")
        return f"{named}{words('colon')}{words.titles.dataset(within[2])}" if within[2] else named
    named = words(f"replay-member-{first}") if first in MEMBERS else first
    return f"{named}{words('colon')}{words.titles.dataset(rest)}" if first == "objected" else named


def _text(words: Words, card: Published | None, member: str, value: object) -> str:
    if member == "band":
        return next((words.either(band.name.zh, band.name.en) for band in card.bands if band.id == value), str(
            value)) if card and value else NOTHING  # fmt: skip
    if member == "outcome":
        return words("replay-scored" if value == "scored" else "replay-insufficient")
    return NOTHING if value is None else str(value)


def _tag(words: Words, card: Published | None, tag: str) -> str:
    newest = load_scorecard().tags.by_id.get(tag)
    name = newest.name if newest else card.tags[tag][0] if card and tag in card.tags else None
    return words.either(name.zh, name.en) if name else tag


def _entry(words: Words, entry: Mapping[str, Any] | None) -> str:
    """Return what an answer says of a tag: its value, its points, or why it has none."""
    if entry is None:
        return words("replay-not-there")
    told = []
    if "value" in entry and "unit" in entry and entry.get("value") is not None:
        told.append(value_text(entry, words))
    if entry.get("points") is not None:
        told.append(words("replay-points", points=weight(entry["points"])))
    if not told and "status" in entry:
        told.append(words(f"tag-status-{entry['status']}"))
    return words.listed(told) or NOTHING
