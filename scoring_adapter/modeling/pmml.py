"""A card written as a PMML 4.3 Scorecard (dmg.org/pmml/v4-3/Scorecard.html), values in the tags' own units. Pure.

What PMML cannot say is not written: a card with families of tags is refused. Least evidence and bands are not PMML's.
"""

from itertools import pairwise
from typing import Any

from lxml import etree

from scoring_adapter.errors import ModelError
from scoring_adapter.scorecard import Counted, Scorecard

NAMESPACE = "http://www.dmg.org/PMML-4_3"
LOW, HIGH = "greaterOrEqual", "lessThan"
Element = Any  # lxml's, which has no public type


def write_pmml(card: Scorecard) -> bytes:
    """Return a card as PMML. Raises ModelError where it has families."""
    if card.card.families:
        raise ModelError("PMML 表达不了族（一事只计一次）PMML cannot say that of a family one tag counts")
    root = etree.Element(name_of("PMML"), version="4.3", nsmap={None: NAMESPACE})
    etree.SubElement(root, name_of("Header"), description=card.card.model())
    fields = etree.SubElement(root, name_of("DataDictionary"), numberOfFields=str(len(card.counted)))
    for one in card.counted:
        etree.SubElement(fields, name_of("DataField"), name=one.tag.id, optype="continuous", dataType="integer")
    model = etree.SubElement(
        root, name_of("Scorecard"), modelName=card.card.name, functionName="regression", useReasonCodes="false",
        initialScore=str(card.card.base),
    )  # fmt: skip
    schema = etree.SubElement(model, name_of("MiningSchema"))
    for one in card.counted:
        etree.SubElement(schema, name_of("MiningField"), name=one.tag.id)
    output = etree.SubElement(model, name_of("Output"))
    etree.SubElement(output, name_of("OutputField"), name="score", feature="predictedValue", dataType="double")
    characteristics = etree.SubElement(model, name_of("Characteristics"))
    for one in card.counted:
        _characteristic(characteristics, one)
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return document


def _characteristic(parent: Element, one: Counted) -> None:
    found = etree.SubElement(parent, name_of("Characteristic"), name=one.tag.id)
    _simple(_attribute(found, one.entry.none), one.tag.id, "isMissing")
    if one.levels:
        for place, points in one.levels.items():
            _simple(_attribute(found, points), one.tag.id, "equal", place)
        etree.SubElement(_attribute(found, one.entry.none), name_of("True"))
        return
    for points, (low, high) in zip(one.points, pairwise([None, *one.bounds, None]), strict=True):
        attribute = _attribute(found, points)
        limits = [(name, bound) for name, bound in ((LOW, low), (HIGH, high)) if bound is not None]
        if not limits:
            etree.SubElement(attribute, name_of("True"))
            continue
        if len(limits) > 1:
            attribute = etree.SubElement(attribute, name_of("CompoundPredicate"), booleanOperator="and")
        for name, bound in limits:
            _simple(attribute, one.tag.id, name, bound)


def _attribute(parent: Element, points: int) -> Element:
    return etree.SubElement(parent, name_of("Attribute"), partialScore=str(points))


def _simple(parent: Element, field: str, operator: str, value: int | None = None) -> None:
    told = {"field": field, "operator": operator} | ({} if value is None else {"value": str(value)})
    etree.SubElement(parent, name_of("SimplePredicate"), told)


def name_of(tag: str) -> str:
    """Return a tag's name in PMML's namespace."""
    return f"{{{NAMESPACE}}}{tag}"
