"""A PMML 4.3 Scorecard read as a card, in the frame of another one. Pure.

Read is what write_pmml writes, from whatever program it comes; anything else is refused by name, never left out.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from lxml import etree

from scoring_adapter.card import Bin, Card, Entry
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.bounds import said
from scoring_adapter.modeling.framing import card_in
from scoring_adapter.modeling.pmml import HIGH, LOW, NAMESPACE, Element, name_of
from scoring_adapter.scorecard import SCALES, codes_of
from scoring_adapter.tags.catalogue import TagCatalogue
from scoring_adapter.tags.declaration import Tag

LARGEST = 4 << 20  # bytes of a document
LARGEST_NUMBER = 1 << 53  # as of tags


class Step(NamedTuple):
    """An attribute: points for nothing, for one value, or for values from `low` (None: any) to below `high`."""

    points: int
    missing: bool = False
    equal: int | None = None
    low: int | None = None
    high: int | None = None


def read_pmml(document: bytes, frame: Card, catalogue: TagCatalogue, version: int) -> Card:
    """Return the card that a document is, with the bands and dimensions of `frame`. Raises ModelError."""
    if len(document) > LARGEST:
        raise ModelError(f"文件过大 the document is too large: > {LARGEST} bytes")
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except etree.XMLSyntaxError as fault:
        raise ModelError(f"不是 XML no XML: {fault.msg}") from fault
    model = root.find(name_of("Scorecard"))
    if root.tag != name_of("PMML") or model is None:
        raise ModelError(f"不是 PMML 4.3 评分卡 no Scorecard of PMML 4.3 ({NAMESPACE})")
    found = model.findall(f"{name_of('Characteristics')}/{name_of('Characteristic')}")
    entries = [_entry(one, catalogue) for one in found]
    base = _whole(model.get("initialScore", "0"), "initialScore")
    return card_in(frame, version, base, entries, catalogue)


def _entry(characteristic: Element, catalogue: TagCatalogue) -> Entry:
    fields = sorted({str(one.get("field")) for one in characteristic.iter(name_of("SimplePredicate"))})
    tag = catalogue.by_id.get(fields[0]) if len(fields) == 1 else None
    if tag is None:
        raise ModelError(f"{characteristic.get('name')}：须是一个标签的条件 conditions of one tag: {', '.join(fields)}")
    steps = [_step(one, tag) for one in characteristic.iterfind(name_of("Attribute"))]
    missing = [step.points for step in steps if step.missing]
    if len(missing) != 1:
        raise ModelError(f"{tag.id}：须有一项 isMissing one attribute for isMissing is needed")
    others = [step for step in steps if not step.missing]
    if tag.unit == "level":
        return Entry(tag.id, levels=_levels(tag, others, missing[0], catalogue), none=missing[0])
    return Entry(tag.id, bins=list(_bins(tag, others)), none=missing[0])


def _levels(tag: Tag, steps: Sequence[Step], none: int, catalogue: TagCatalogue) -> dict[str, int]:
    codes, levels = codes_of(tag, catalogue), dict[str, int]()
    for step in steps:
        if step.equal is not None and 0 < step.equal <= len(codes):
            levels[codes[step.equal - 1]] = step.points
        elif step != Step(none):  # of any other level: what there is nothing of brings as much
            raise ModelError(f"{tag.id}：等级只能用 equal，值为 1 至 {len(codes)} a level has equal alone, from 1 on")
    return levels


def _bins(tag: Tag, steps: Sequence[Step]) -> Iterator[Bin]:
    """Yield bins that lie end to end. Raises ModelError where they do not."""
    reached: int | None = None
    for at, step in enumerate(steps):
        is_last = at == len(steps) - 1
        if step.equal is not None or step.low != reached or (step.high is None) != is_last:
            raise ModelError(f"{tag.id}：各档须自低而高首尾相接 bins must lie end to end, from the lowest up")
        reached = step.high
        yield Bin(step.points) if step.high is None else Bin(step.points, said(step.high, SCALES.get(tag.unit, 1)))


def _step(attribute: Element, tag: Tag) -> Step:
    points = _whole(attribute.get("partialScore"), tag.id)
    found = [(str(one.get("operator")), one.get("value")) for one in attribute.iter(name_of("SimplePredicate"))]
    operators, values = [operator for operator, _ in found], dict(found)
    joined = {one.get("booleanOperator") for one in attribute.iter(name_of("CompoundPredicate"))} or {"and"}
    if operators == ["isMissing"]:
        return Step(points, missing=True)
    if operators == ["equal"]:
        return Step(points, equal=_whole(values["equal"], tag.id))
    if joined != {"and"} or len(set(operators)) < len(operators) or not set(operators) <= {LOW, HIGH}:
        raise ModelError(f"{tag.id}：不支持的条件 a predicate that is not read: {', '.join(operators)}")
    low, high = (_whole(values[name], tag.id) if name in values else None for name in (LOW, HIGH))
    return Step(points, low=low, high=high)


def _whole(value: str | None, where: str) -> int:
    """Return a whole number, however it is written: 5, 5.0."""
    try:
        number = Decimal(str(value))
        is_whole = abs(number) < LARGEST_NUMBER and number == number.to_integral_value()
    except ArithmeticError:  # of what is no number, is NaN, or far too large
        is_whole = False
    if not is_whole:
        raise ModelError(f"{where}：不是整数 no whole number: {str(value)[:30]}")
    return int(number)
