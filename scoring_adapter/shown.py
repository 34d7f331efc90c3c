"""A tag's value as answers have it and as people read it: yuan as a decimal, levels by their code. Pure."""

from collections.abc import Mapping
from decimal import Decimal

from scoring_adapter.scorecard import SCALES, codes_of
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag, Words

OTHER = "other"
_WORDS: Mapping[str | None, Words] = {None: Words("无", "none"), OTHER: Words("其他", "other")}
_YES, _NO = Words("是", "yes"), Words("否", "no")
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
    return Words(shown + of.zh, shown + of.en)
