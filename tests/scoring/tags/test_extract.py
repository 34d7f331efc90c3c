"""A record's fields become the declared integers, each worked by hand; nothing is guessed."""

import msgspec
import pytest

from scoring_adapter.errors import TagError
from scoring_adapter.tags.declaration import Column, Source
from scoring_adapter.tags.extract import LARGEST, Extractor
from scoring_adapter.tags.folding import key_of


def reader(**column):
    return Extractor("penalty", Source(columns={"x": msgspec.convert(column, Column)}))


def value(said, **column):
    return reader(**column).row({"x": said})[0]


CASES = [
    ({"as": "day"}, "1970-01-01", 0),
    ({"as": "day"}, "1969-12-31", -1),
    ({"as": "day"}, "2024-02-29", 19782),  # 54 years of 365 days, 13 leap days, then 31 + 28
    ({"as": "day"}, "2024-02", 19754),  # the first of February
    ({"as": "day", "last": True}, "2024-02", 19782),
    ({"as": "day"}, "2024", 19723),
    ({"as": "day", "last": True}, "2023", 19722),
    ({"as": "month"}, "2024-05", 2024 * 12 + 4),
    ({"as": "month"}, "2024-05-31", 2024 * 12 + 4),
    ({"as": "month"}, "2024", 2024 * 12),
    ({"as": "month", "last": True}, "2024", 2024 * 12 + 11),
    ({"as": "year"}, "2024", 2024),
    ({"as": "year"}, "2024年度", 2024),
    ({"as": "year"}, "2024-06-30", 2024),
    ({"as": "money", "unit": "元"}, "12.345", 1235),
    ({"as": "money", "unit": "元"}, "-12.345", -1235),
    ({"as": "money", "unit": "万元"}, "0.5", 500_000),
    ({"as": "money", "unit": "亿元"}, "1.00000000004", 10_000_000_000),
    ({"as": "money", "unit": "亿元"}, "1.00000000005", 10_000_000_001),
    ({"as": "number"}, "7.49", 7),
    ({"as": "number", "digits": 2}, "7.495", 750),
    ({"as": "number"}, "0", 0),
    ({"as": "number", "digits": 2}, "0007.1", 710),
    ({"as": "number", "digits": 2}, "-0.05", -5),
    ({"as": "number", "digits": 2}, "1234567890123456.75", None),
    ({"as": "number", "digits": 1}, "12345678901234.56", 123456789012346),
    ({"as": "code", "codes": ["a", "b"]}, "b", 2),
    ({"as": "code", "codes": ["a", "b"]}, "c", 0),
    ({"as": "flag"}, True, 1),
    ({"as": "flag"}, False, 0),
    ({"as": "words", "words": ["P2P", "贷款"]}, "从事Ｐ２ｐ业务", 1),
    ({"as": "words", "words": ["P2P", "贷款"]}, "五金销售", 0),
    ({"as": "holds", "codes": ["fine"]}, ["warning", "fine"], 1),
    ({"as": "holds", "codes": ["fine"]}, ["warning"], 0),
    ({"as": "holds", "codes": ["fine"]}, [], None),
    ({"as": "parts", "words": ["；", "、"]}, "钢材；木材、水泥；", 3),
    ({"as": "day", "due": "06-30"}, "2023", 19904),  # 2024-06-30: 19723 + 182 days
    ({"as": "class", "codes": ["A", "C"], "words": ["A 01 02", "C 13 14"]}, "C1952", 2),
    ({"as": "class", "codes": ["A", "C"], "words": ["A 01 02", "C 13 14"]}, "0219", 1),
    ({"as": "class", "codes": ["A", "C"], "words": ["A 01 02", "C 13 14"]}, "1411", 2),
    ({"as": "class", "codes": ["A", "C"], "words": ["A 01 02", "C 13 14"]}, "9900", 0),
    ({"as": "class", "codes": ["A", "C"], "words": ["A 01 02", "C 13 14"]}, "", None),
    ({"as": "begins", "words": ["金融"]}, "金融业务", 1),
    ({"as": "begins", "words": ["金融"]}, "非金融业务", 0),
    ({"as": "code", "codes": ["a", "b"], "default": "b"}, None, 2),
    ({"as": "flag", "default": "no"}, None, 0),
    ({"as": "money", "unit": "元", "default": "0"}, "", 0),
    ({"as": "day"}, None, None),
    ({"as": "day"}, "", None),
    ({"as": "key"}, "", None),
    ({"as": "number"}, None, None),
]


@pytest.mark.parametrize(("column", "said", "wanted"), CASES)
def test_a_value_becomes_its_integer(column, said, wanted):
    assert value(said, **column) == wanted


def test_keys_are_equal_where_people_see_no_difference():
    one = value("（2024）浙02民初1号", **{"as": "key"})
    assert one == value("〔2024〕 浙０２民初1号", **{"as": "key"}) == key_of("(2024)浙02民初1号")
    assert 0 <= one < 2**63
    assert one != value("（2024）浙02民初2号", **{"as": "key"})


def test_a_key_is_over_all_its_fields_or_nothing():
    read = reader(**{"as": "key", "also": ["court"]})
    assert read.row({"x": "ab", "court": "c"}) != read.row({"x": "a", "court": "bc"})
    assert read.row({"x": "ab"}) == (None,)


def test_a_prefix_keeps_registers_apart():
    prefixed = reader(**{"as": "key", "prefix": "estate"})
    assert prefixed.row({"x": "1"}) == (key_of("estate", "1"),)


def test_another_field_stands_in_before_the_default_does():
    read = reader(**{"as": "money", "unit": "元", "instead": "y", "default": "1"})
    assert [read.row(fields) for fields in ({"x": "2", "y": "3"}, {"x": "", "y": "3"}, {})] == [(200,), (300,), (100,)]


def test_fields_are_tallied_and_compared():
    tally = reader(**{"as": "tally", "also": ["y", "z"], "codes": ["no", "bad"]})
    assert tally.row({"x": False, "y": "bad", "z": True}) == (2,)
    assert tally.row({"x": True}) == (0,)
    assert tally.row({}) == (None,)
    same = reader(**{"as": "same", "also": ["y"]})
    assert same.row({"x": "甲（集团）", "y": "甲(集团)"}) == (1,)
    assert same.row({"x": "甲", "y": "乙"}) == (0,)
    assert same.row({"x": "甲"}) == (None,)


def test_what_is_taken_away_must_be_there():
    read = reader(**{"as": "money", "unit": "元", "minus": "y"})
    assert read.row({"x": "1.5", "y": "2"}) == (-50,)
    assert read.row({"x": "1.5"}) == (None,)


MALFORMED = [
    ({"as": "day"}, "2024-02-30"),
    ({"as": "day"}, "yesterday"),
    ({"as": "day"}, 19782),
    ({"as": "month"}, "2024-13"),
    ({"as": "year"}, "20245"),
    ({"as": "money", "unit": "元"}, "1,000"),
    ({"as": "money", "unit": "元"}, 5),
    ({"as": "number"}, "１"),
    ({"as": "number"}, "1２"),
    ({"as": "number"}, "1."),
    ({"as": "number", "digits": 2}, ".5"),
    ({"as": "number", "digits": 2}, "1.2.3"),
    ({"as": "number"}, "NaN"),
    ({"as": "flag"}, "true"),
    ({"as": "holds", "codes": ["a"]}, "zz"),
    ({"as": "code", "codes": ["a"]}, ["a"]),
    ({"as": "words", "words": ["a"]}, ["a"]),
    ({"as": "key"}, 5),
]


@pytest.mark.parametrize(("column", "said"), MALFORMED)
def test_a_value_that_is_not_normalised_is_refused_by_name_and_not_shown(column, said):
    with pytest.raises(TagError, match=r"penalty\.x") as refused:
        value(said, **column)
    assert str(said) not in str(refused.value)


def test_a_number_that_is_no_text_is_not_taken_for_an_empty_field():
    with pytest.raises(TagError):
        value(0, **{"as": "number", "default": "1"})


def test_what_no_enterprise_has_is_left_empty_and_counted():
    read = reader(**{"as": "number"})
    assert read.row({"x": str(LARGEST - 1)}) == (LARGEST - 1,)
    assert read.row({"x": str(LARGEST)}) == (None,)
    assert read.row({"x": "9" * 5000}) == read.row({"x": "-" + "9" * 30}) == (None,)
    assert read.too_large == {"x": 3}


def test_many_records_are_read_as_each_of_them():
    said = {
        "day": ["2024-02-29", None, ""],
        "fine": ["1.5", "", "2"],
        "less": ["2", "1", None],
        "other": [None, "3", None],
        "paper": ["〔2024〕1", "2", None],
    }
    columns = {
        "day": {"as": "day"},
        "fine": {"as": "money", "unit": "元", "instead": "other", "minus": "less"},
        "number": {"as": "key", "of": "paper", "also": ["other"]},
    }
    read = Extractor("penalty", Source(columns={n: msgspec.convert(of, Column) for n, of in columns.items()}))
    assert set(read.fields) == set(said)
    each = [read.row({name: values[at] for name, values in said.items()}) for at in range(3)]
    assert list(zip(*read.of_many(said), strict=True)) == each
    assert each[1] == (None, 200, key_of("2", "3"))
    with pytest.raises(TagError):
        read.of_many({**said, "day": ["2024-02-29", "2024-02-30", None]})
