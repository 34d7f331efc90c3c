"""A tag's value as answers have it and as people read it: yuan as a decimal, levels by their code, or their name where
whoever asks knows one: the catalogue that has them is a stranger here. Pure.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scoring_adapter.scorecard import SCALES, codes_of
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag, Words

OTHER = "other"
Levels = Mapping[str, Sequence[Words]]  # by tag, what its levels 1, 2 and so on are called
NO_LEVELS: Levels = {}
_WORDS: Mapping[str | None, Words] = {None: Words("无", "none"), OTHER: Words("其他", "other")}
_YES, _NO = Words("是", "yes"), Words("否", "no")
_UNDER: Mapping[str, Words] = {  # ages are whole ones: of less than one, that is said
    "years": Words("不满 1 年", "less than a year"), "months": Words("不满 1 个月", "less than a month"),
    "days": Words("不满 1 天", "less than a day"),
}  # fmt: skip
_ONE: Mapping[str, str] = {
    "days": " day", "months": " month", "years": " year", "people": " person", "points": " point",
}  # fmt: skip
_MARKS: Mapping[str, str] = {"years": "（年）", "months": "（月）"}  # a name's own unit, where its value has one, too
_UNITS: Mapping[str, Words] = {
    "times": Words(" 次", ""), "yuan": Words(" 元", " yuan"), "basis_points": Words("%", "%"),
    "days": Words(" 天", " days"), "months": Words(" 个月", " months"), "years": Words(" 年", " years"),
    "people": Words(" 人", " people"), "points": Words(" 分", " points"),
    "square_metres": Words(" 平方米", " m²"),
}  # fmt: skip


def member(tag: Tag, value: int | None, tags: TagCatalogue) -> int | str | None:
    """Return a value as an answer has it: yuan as a decimal text, a level by its code ("other" for one that is in no
    list), everything else as an integer in the tag's unit.
    """
    if value is None:
        return None
    if tag.unit == "yuan":
        return f"{Decimal(value) / SCALES['yuan']:.2f}"
    if tag.unit == "level":
        codes = codes_of(tag, tags)
        return codes[value - 1] if 1 <= value <= len(codes) else OTHER
    return value


def named(tag: Tag, value: int | None, tags: TagCatalogue, levels: Levels) -> Words:
    """Return a tag's value as people read it, a level by its name where there is one, in both languages."""
    called = levels.get(tag.id, ())
    if value is not None and 1 <= value <= len(called):
        return called[value - 1]
    if tag.operator == "age" and value == 0 and tag.unit in _UNDER:
        return _UNDER[tag.unit]
    return said(tag.unit, member(tag, value, tags))


def phrase(tag: Tag, value: int | None, tags: TagCatalogue, levels: Levels) -> Words:
    """Return a tag's name with its value, the unit once: "存续时长：15 年", "15 years since establishment"."""
    told = named(tag, value, tags, levels)
    if value is None or tag.unit not in _MARKS:
        return Words(f"{tag.name.zh}：{told.zh}", f"{tag.name.en}: {told.en}")
    first, _, rest = tag.name.en.partition(" ")
    en = f"{told.en} {rest}" if first == tag.unit else f"{tag.name.en}: {told.en}"
    return Words(f"{short_name(tag)}：{told.zh}", en)


def short_name(tag: Tag) -> str:
    """Return a tag's Chinese name without its unit, for where a value with one stands beside."""
    return tag.name.zh.removesuffix(_MARKS.get(tag.unit, ""))


def said(unit: str, value: int | str | None) -> Words:
    """Return what an answer has as people read it, with its unit, in both languages."""
    if not isinstance(value, int) and value in _WORDS:
        return _WORDS[value]
    if unit == "flag":
        return _YES if value else _NO
    if unit == "level":
        return Words(str(value), str(value))
    number = Decimal(str(value)) / (SCALES[unit] if unit == "basis_points" else 1)
    shown, of = f"{number.normalize():,f}", _UNITS.get(unit, Words("", ""))
    return Words(shown + of.zh, shown + (_ONE.get(unit, of.en) if number == 1 else of.en))
