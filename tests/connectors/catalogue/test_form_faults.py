"""What is wrong with the form of a mapping file is said in Chinese, then in English, where, and what is right."""

import re

import msgspec
import pytest

from connectors.catalogue.files_check import CatalogueError, read_mappings
from connectors.catalogue.load import get_dataset
from connectors.model.mapping import CodesWhere, Column, Mapping, Party, Producer

COLUMN = "- id: x\n  fields:\n    balance: "
HEADS = {
    Mapping: "- id: x\n  {}: 1\n",
    Column: COLUMN + "{{{}: 1}}\n",
    Party: "- id: x\n  party: {{{}: [a]}}\n",
    Producer: "- id: x\n  producer: {{{}: [a]}}\n",
    CodesWhere: COLUMN + "{{codes_where: [{{column: a, is: [b], codes: {{}}, {}: 1}}]}}\n",
}


def fault_of(source):
    with pytest.raises(CatalogueError) as refusal:
        read_mappings("m.yaml", source, get_dataset("tax_arrears"))
    return refusal.value


def is_in_both(text):
    """Chinese stands first, and English beside it."""
    zh = [place for place, character in enumerate(text) if "一" <= character <= "鿿"]
    en = [place for place in range(len(text) - 3) if text[place : place + 4].isascii() and text[place].isalpha()]
    return bool(zh and en and zh[0] < en[-1])


@pytest.mark.parametrize("part", HEADS, ids=lambda part: part.__name__)
def test_an_unknown_member_names_the_nearest_and_all_that_are_known(part):
    for field in msgspec.structs.fields(part):
        slip = field.encode_name[:-1] + ("x" if len(field.encode_name) > 2 else "sx")
        text = fault_of(HEADS[part].format(slip)).text
        assert "没有这个成员 there is no such member" in text
        known = text.partition("known are: ")[2].split("、")
        assert known == [one.encode_name for one in msgspec.structs.fields(part)]
        if len(field.encode_name) > 3:
            assert f"是 {field.encode_name} 吗 did you mean {field.encode_name}?" in text


@pytest.mark.parametrize(
    ("source", "line", "path", "words"),
    [
        (COLUMN + "{from: a}\n", 3, "#1.fields.balance.from", ("应为列表", "却是文字", "写成 [甲]", "a list")),
        (COLUMN + "{from: [a, 2]}\n", 3, "#1.fields.balance.from.#2", ("应为文字", "请加引号", "quotation marks")),
        (COLUMN + "[a]\n", 3, "#1.fields.balance", ("应为一组成员", "却是列表", "members")),
        (COLUMN + "{first_filled: 1}\n", 3, "#1.fields.balance.first_filled", ("true 或 false", "true or false")),
        (COLUMN + "{codes: {1: a}}\n", 3, "#1.fields.balance.codes", ("其中的名称应为文字", "请加引号", "name there")),
        ("- id: y\n- id: x\n  version: '1'\n", 3, "#2.version", ("应为整数", "却是文字", "a whole number")),
        ("- fields: {}\n", 1, "#1", ("缺少成员 id", "id is missing")),
        ("- id: 2024-01-02\n", 1, "#1.id", ("应为文字", "却是日期", "a date")),
        ("- id: x\n  header: non\n", 2, "#1.header", ("不能是“non”", "是 none 吗", "did you mean none?")),
        ("id: x\n", 1, "", ("应为列表", "每项以“- ”开头", "a list")),
        ("", 1, "", ("应为列表", "却是空", "nothing")),
        ("- id: x\n  fields:\n    balence: {}\n", 3, "#1.fields.balence", ("是 balance 吗", "balance（欠税")),
        ("- id: x\n  fields:\n    欠税余额: {}\n", 3, "#1.fields.欠税余额", ("是 balance 吗", "did you mean balance?")),
    ],
)  # fmt: skip
def test_a_fault_says_where_and_what_is_right(source, line, path, words):
    fault = fault_of(source)
    assert (fault.line, fault.path) == (line, path)
    assert is_in_both(fault.text)
    for word in words:
        assert word in fault.text
    assert str(fault) == f"m.yaml:{line}: {path}{': ' if path else ''}{fault.text}"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("- id: x\n\tfields: 3\n", "缩进用了制表符"),
        ("- id: x\n  fields: {a: {from: [a}\n", "括号没有闭合"),
        ("- id: x\n  fields: {a: {from: ['a]}\n", "引号没有闭合"),
        ("- id: x\n fields: {}\n", "缩进不齐"),
        ("- id: x\n  - y\n", "缩进不齐"),
        ("- id: x: y\n", "冒号"),
    ],
)
def test_what_is_no_yaml_says_in_chinese_what_is_wrong_most_often(source, words):
    assert f"不是 YAML：{words}" in fault_of(source).text
    assert "is not YAML: " in fault_of(source).text


@pytest.mark.parametrize("value", [3, 3.5, True, None, "甲", ["甲"], {"甲": "乙"}, [3], {"甲": 3}, {3: "甲"}], ids=repr)
@pytest.mark.parametrize("part", HEADS, ids=lambda part: part.__name__)
def test_no_value_of_any_member_gets_the_librarys_own_words(part, value):
    for field in msgspec.structs.fields(part):
        whole = _mapping_with(part, field.encode_name, value)
        try:
            msgspec.convert(whole, Mapping)
        except msgspec.ValidationError:
            text = fault_of(msgspec.yaml.encode([whole]).decode()).text
            assert is_in_both(text)
            assert not re.search("Expected|Object|Invalid|`", text)


def _mapping_with(part, member, value):
    """A mapping that is sound but for one member of one of its parts."""
    whole = {
        Mapping: {"id": "x", member: value},
        Column: {"id": "x", "fields": {"balance": {member: value}}},
        Party: {"id": "x", "party": {member: value}},
        Producer: {"id": "x", "producer": {member: value}},
        CodesWhere: {
            "id": "x",
            "fields": {"balance": {"codes_where": [{"column": "a", "is": ["b"], "codes": {}, member: value}]}},
        },
    }
    return whole[part]
