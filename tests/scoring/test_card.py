"""The card as it is written, and bound to the tags: whatever is unsound in it is refused by name."""

import pytest

from scoring_adapter.card import load_card, read_card
from scoring_adapter.errors import CardError
from scoring_adapter.published import FIRST_MODEL, find_published
from scoring_adapter.scorecard import bind, load_scorecard
from scoring_adapter.tags.load import load_tags

CARD = """
name: x
version: 1
base: 500
bands: [{id: a, name: {zh: 甲, en: a}, from: 0}]
dimensions:
  operation: {zh: 经营, en: operation, evidence: 1}
  finance_tax: {zh: 财税, en: finance, evidence: 0}
families: {f: {zh: 族, en: family}}
entries:
  - {tag: abn_now, bins: [{below: 1, points: 0}, {points: -5}], family: f}
  - {tag: abn_cnt_3y, bins: [{below: 1, points: 0}, {points: -2}], family: f}
  - {tag: tax_grade_latest, levels: {A: 5, D: -5}}
  - {tag: tax_arrears_balance, bins: [{below: "0.01", points: 0}, {points: -3}]}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: -5", "points: 0.5"),
        ("{points: -5}", "{below: 2, points: -5}"),
        ("[{below: 1, points: 0}, {points: -5}]", "[{below: 2, points: 0}, {below: 1, points: -1}, {points: -5}]"),
        ("points: -5}]", "points: 0}]"),
        ("points: -5}]", "points: 5}]"),
        ("levels: {A: 5, D: -5}", "levels: {A: -5, D: 5}"),
        ("levels: {A: 5, D: -5}", "levels: {Z: 5}"),
        ("levels: {A: 5, D: -5}", "bins: [{points: 5}]"),
        ("levels: {A: 5, D: -5}", "levels: {A: 5}, bins: [{points: 5}]"),
        ('below: "0.01"', 'below: "0.001"'),
        ('below: "0.01"', "below: many"),
        ('below: "0.01"', "below: .inf"),
        ("abn_cnt_3y", "abn_now"),
        ("abn_cnt_3y", "abn_cnt_3years"),
        ("points: -2}], family: f", "points: -2}]"),
        ("points: -2}], family: f", "points: -2}], family: g"),
        ("operation: {", "assets: {"),
        ("evidence: 1", "evidence: -1"),
        ("evidence: 1", "evidence: 2"),
        ("from: 0", "from: 1"),
        ("base: 500", "base: 500\nbonus: 1"),
        ("name: x", "name: ["),
    ],
)
def test_an_unsound_card_is_refused(old, new):
    assert bind(read_card(CARD), load_tags()).counted
    assert old in CARD
    with pytest.raises(CardError):
        bind(read_card(CARD.replace(old, new)), load_tags())


def test_bounds_are_whole_in_the_unit_that_tags_are_computed_in():
    counted = {one.tag.id: one for one in bind(read_card(CARD), load_tags()).counted}
    assert counted["tax_arrears_balance"].bounds == (1,)  # a fen
    assert counted["abn_now"].bounds == (1,)
    assert [counted["tax_arrears_balance"].points_of(fen) for fen in (-1, 0, 1, 10**15)] == [0, 0, -3, -3]


def test_the_model_names_name_version_and_digest():
    card = load_card()
    assert card.model() == f"enterprise/{card.version}+{card.digest()[:12]}"
    assert read_card(CARD).digest() != read_card(CARD.replace("base: 500", "base: 501")).digest()


def test_the_shipped_card_counts_tags_of_every_dimension():
    card = load_scorecard()
    assert {one.tag.dimension for one in card.counted} == set(card.card.dimensions)
    assert 44 <= len(card.counted) <= 90


def test_the_tags_of_a_card_are_those_it_counts_and_a_change_of_any_other_changes_nothing():
    card = load_scorecard()
    own = card.own_tags
    assert {one.tag.id for one in card.counted} <= set(own.by_id)
    assert own.digest() != card.tags.digest()
    for tag in own.tags:
        assert set(own.sources_of(tag)) == set(card.tags.sources_of(tag))


def test_what_a_card_calls_things_is_known_of_every_version():
    first, newest = find_published(FIRST_MODEL), find_published(load_card().model())
    assert [band.id for band in first.bands] == [band.id for band in newest.bands]
    assert first.tags["abn_now"][0].zh == "列入经营异常名录次数"  # what it said then, and did not keep
    assert first.tags["enforcement_3y"][1] == ["enforcement_case"]
    assert newest.tags["abn_now"][1] == ["abnormal_operation"]
    assert find_published("five-force/3") is None
    assert find_published("enterprise/1+000000000000") is None
