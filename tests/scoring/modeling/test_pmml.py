"""A card goes out as PMML and comes back the same; what is not of this form is refused by name."""

import msgspec
import pytest
from lxml import etree

from scoring_adapter.card import load_card
from scoring_adapter.errors import ModelError
from scoring_adapter.modeling.framing import card_in
from scoring_adapter.modeling.pmml import NAMESPACE, write_pmml
from scoring_adapter.modeling.pmml_reading import LARGEST, read_pmml
from scoring_adapter.scorecard import bind
from scoring_adapter.tags.load import load_tags
from tests.scoring.modeling.towns import small_card

SIMPLE = f"{{{NAMESPACE}}}SimplePredicate"
LESS = b'field="pen_cnt_1y" operator="lessThan" value="1"'


def every_tag():
    """The published card without its families: every form of bins and levels there is."""
    card = load_card()
    entries = [msgspec.structs.replace(entry, family="") for entry in card.entries]
    return card_in(card, 9, card.base, entries, load_tags())


@pytest.mark.parametrize("card", [small_card(), every_tag()], ids=["two tags", "every tag"])
def test_a_card_comes_back_as_it_went(card):
    read = read_pmml(write_pmml(bind(card, load_tags())), load_card(), load_tags(), card.version)
    assert (read.base, read.entries) == (card.base, card.entries)


def test_the_document_says_what_pmml_says():
    root = etree.fromstring(write_pmml(bind(small_card(), load_tags())))
    names = {"p": NAMESPACE}
    first = root.find("p:Scorecard/p:Characteristics/p:Characteristic", names)
    assert (root.get("version"), root.find("p:Scorecard", names).get("initialScore")) == ("4.3", "600")
    said = [
        (one.get("partialScore"), [(p.get("operator"), p.get("value")) for p in one.iter(SIMPLE)])
        for one in first.iterfind("p:Attribute", names)
    ]
    assert said == [
        ("0", [("isMissing", None)]), ("5", [("lessThan", "1")]),
        ("-25", [("greaterOrEqual", "1"), ("lessThan", "2")]), ("-50", [("greaterOrEqual", "2"), ("lessThan", "4")]),
        ("-80", [("greaterOrEqual", "4")]),
    ]  # fmt: skip


def test_a_card_with_families_is_not_written():
    with pytest.raises(ModelError, match="PMML"):
        write_pmml(bind(load_card(), load_tags()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'partialScore="5"', b'partialScore="5.5"', "5.5"),
        (b'partialScore="5"', b'partialScore="1E+999999999"', "pen_cnt_1y"),
        (b'partialScore="5"', b'partialScore="NaN"', "NaN"),
        (b'operator="lessThan" value="1"', b'operator="lessOrEqual" value="1"', "lessOrEqual"),
        (b'operator="lessThan" value="1"', b'operator="lessThan" value="2"', "end to end"),
        (b'booleanOperator="and"', b'booleanOperator="or"', "pen_cnt_1y"),
        (b'operator="isMissing"', b'operator="isNotMissing"', "isNotMissing"),
        (LESS, LESS.replace(b"pen_cnt_1y", b"re_count"), "one tag"),
        (b'field="pen_cnt_1y"', b'field="nonsense"', "nonsense"),
        (b'operator="equal" value="5"', b'operator="equal" value="6"', "tax_grade_latest"),
        (b"PMML-4_3", b"PMML-4_4", "4.3"),
        (b"</PMML>", b"", "XML"),
    ],
)  # fmt: skip
def test_what_is_of_another_form_is_refused(old, new, said):
    document = write_pmml(bind(small_card(), load_tags()))
    assert old in document
    with pytest.raises(ModelError, match=said):
        read_pmml(document.replace(old, new), load_card(), load_tags(), 9)


def test_entities_are_not_followed_and_documents_have_a_limit(tmp_path):
    (tmp_path / "secret").write_text("5")
    document = write_pmml(bind(small_card(), load_tags())).split(b"\n", 1)[1]
    declared = f'<!DOCTYPE PMML [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]>'.encode() + document.replace(
        b"<Header", b"<Header>&x;</Header><Header", 1
    )
    assert read_pmml(declared, load_card(), load_tags(), 9).base == 600
    read_pmml(document + b" " * (LARGEST - len(document)), load_card(), load_tags(), 9)
    with pytest.raises(ModelError, match="too large"):
        read_pmml(document + b" " * (LARGEST - len(document) + 1), load_card(), load_tags(), 9)
