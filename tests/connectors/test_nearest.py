"""A name that nothing has: the nearest names that are there, and what lists them."""

import pytest

from connectors.catalogue.load import UnknownDatasetError, get_dataset
from connectors.model.nearest import nearest, unknown


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("tax_arrear", "tax_arrears"),
        ("penalty-general", "penalty_general"),
        ("PENALTY_FIRE", "penalty_fire"),
        ("欠税信息", "tax_arrears"),  # by what it is called
    ],
)
def test_an_unknown_dataset_is_told_with_the_nearest_and_what_lists_them(asked, first):
    with pytest.raises(UnknownDatasetError) as refusal:
        get_dataset(asked)
    said = str(refusal.value)
    assert f"相近的有 {first}、" in said
    assert said.count("、") == 4  # three names, in both languages
    assert "用 xinqiao dataset list 查看全部" in said


def test_the_nearest_come_first():
    assert nearest("bank-2", ["bank-1", "other", "bank-22", "bank"]) == ["bank-22", "bank-1", "bank"]


def test_where_nothing_is_known_nothing_is_near():
    told = unknown("source", "x", [])
    assert told == "没有来源 x；用 xinqiao source list 查看全部 there is no source x; xinqiao source list lists all"
