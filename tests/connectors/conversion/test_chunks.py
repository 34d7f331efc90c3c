"""Chunks are read as rows are: over everything that occurs in deliveries, both ways come to the same."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import datasets, get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.chunks import FEWEST_FOR_COLUMNS, ChunkMapper
from connectors.conversion.columns import are_unified_codes
from connectors.conversion.identifiers import is_uscc
from connectors.conversion.party import PERSON
from connectors.conversion.rows import Mapped, Refused, RowMapper
from connectors.model.datasets import Dataset, Field, Title
from tests.enterprises import citizen, organisation, tax_number, uscc

TODAY = date(2026, 1, 2)
AUTHORITY = uscc(900)
CODES = [
    uscc(1),
    uscc(2),
    AUTHORITY,
    organisation(3),
    tax_number(4),
    "330203000030639",
    citizen(6),
    "",
    "/",
    "913303*****X",
    "00000000000000000X",
    "9.13303E+17",
    f" {uscc(1)}",
    uscc(1).lower(),
    "N2330305MF1234567G",
    "A1110000MB1234567A",
]
NAMES = [
    "瓯海某某鞋业有限公司",
    "张三",
    "某某（温州）\u3000公司",
    " 某某店",
    "/",
    "",
    "a\tb",
    "某\u200b某公司",
    "某某公司\n",
    "Ａ某公司",
    "某某有限公司※示例",
]
DATES = [
    "2024/3/1",
    "2024-03-01",
    "2024年3月",
    "2024",
    "20240301",
    "45352",
    "2099-12-31",
    "2030-01-01",
    "/",
    "",
    "昨天",
    "二〇二四年三月一日",
    "2024-02-30",
    "1709222400000",
]
AMOUNTS = ["0.5", "00.50", "5,000", "3.5万元", "-1", "五千元", "", "/", "0", "1000000000000000000", "12.3456789", "7."]
TEXTS = [
    "警告",
    "警告;罚款",
    "／",
    "无",
    "罚款2000元",
    f"当事人{citizen(9)}",
    "电话13800138000",
    "13800138000",
    "8613800138000",
    "卡6222021234567890123",
    "138 0013 8000",
    "a@b.cn",
    "11330300002501234X",
    "a b",
    "\u0000",
    "\ufeff警告",
    "長" * 2001,
    '引"号\\',
    "é",
    "😀",
    "1/2",
    "nan",
    "null",
    "NULL",
    "※示例",
]


PENALTIES = [
    "行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "处罚类别", "罚款金额（万元）", "处罚决定日期",
    "处罚机关", "处罚机关统一社会信用代码",
]  # fmt: skip


def compared(dataset, header, rows):
    """Map the rows both ways; return the columnar result after checking that it is the other's."""
    binding = bind(dataset, header)
    chunk = ChunkMapper(binding, TODAY).map(rows)
    mapper = RowMapper(binding, TODAY)
    sound = {row["place"]: row for row in chunk.sound.to_dicts()}
    refused = {number: (reasons, cells) for number, reasons, cells in chunk.refused}
    persons = []
    for number, cells in rows:
        expected = mapper.map(cells)
        if isinstance(expected, Mapped):
            found = sound.pop(number)
            assert found["canonical"].encode() == expected.canonical
            assert found["former"] == expected.former
            assert (found["key"], found["kind"], found["value"]) == (
                expected.key, expected.identifier.kind.value, expected.identifier.value,
            )  # fmt: skip
            assert (found["name"], found["organisation"]) == (expected.name, expected.identifier.organisation)
            assert (found["producer"], found["event_date"], found["publish_until"]) == (
                expected.producer, expected.event_date, expected.publish_until,
            )  # fmt: skip
        elif isinstance(expected, Refused):
            assert refused.pop(number) == (expected.reasons, cells)
        else:
            assert expected == PERSON
            persons.append(number)
    assert (sound, refused, sorted(chunk.left_out[PERSON])) == ({}, {}, persons)
    assert chunk.sound["place"].is_sorted()
    return chunk


KINDS = {"代码": CODES, "识别号": CODES, "名称": NAMES, "相对人": NAMES, "机关": NAMES, "机构": NAMES, "日期": DATES,
         "截止": DATES, "有效期": DATES, "时间": DATES, "金额": AMOUNTS, "资本": AMOUNTS}  # fmt: skip
FURTHER = ["统一社会信用代码", "组织机构代码", "行政相对人类别", "处罚机关统一社会信用代码"]


def cell_of(name):
    """Choose a cell, mostly a plain one, for a column by its heading."""
    choices = choices_of(name)
    common = st.sampled_from([choices[0]] * len(choices) + choices)
    return common | st.text(max_size=8) if choices is TEXTS else common


def choices_of(name):
    return next((choices for word, choices in KINDS.items() if word in name), TEXTS)


@pytest.mark.parametrize("name", ["penalty_general", "penalty_tax", "ent_registration", "research_credit_grade"])
@settings(max_examples=25)
@given(data=st.data())
def test_a_chunk_is_mapped_as_its_rows_are(name, data):
    dataset = get_dataset(name)
    header = [field.zh for field in dataset.fields.values()]
    header = list(dict.fromkeys([*header, *FURTHER, dataset.party.name[0]]))
    seeds = [[data.draw(cell_of(column)) for column in header] for _ in range(12)]
    sound = [choices_of(column)[0] for column in header]
    rows = [list(seeds[n % 12]) if n % 3 else list(sound) for n in range(FEWEST_FOR_COLUMNS + 20)]
    rows[5] = rows[5][:-1]
    rows[6] = [*rows[6], " "]
    compared(dataset, header, list(enumerate(rows, start=2)))


MADE_UP = """
- id: made-up
  party: {name: [行政相对人名称], codes: [第2列]}
  fields:
    cf_wsh: {from: [字, 号], join: "-"}
    cf_cflb: {value: 警告;罚款}
    cf_jdrq: {from: [年, 月, 日], join: "-"}
    cf_nr: {from: [内容, 结果], first_filled: true}
    cf_nr_fk: {from: [罚款的右列], unit: 元}
    cf_cfjg: {value: 某局}
"""
STATED = """
- id: stated
  party: {name: [名称], codes: [代码]}
  fields:
    status: {from: [状态], codes: {"1": b}, codes_where: [{column: 类型, is: [许可], codes: {"1": a}},
             {column: 类型, is: [许可, 备案], codes: {"2": a, "1": b}}]}
"""


@settings(max_examples=15)
@given(data=st.data())
def test_what_mappings_make_of_several_columns_is_the_same_in_a_chunk(data):
    dataset = read_mappings("made-up", MADE_UP, get_dataset("penalty_general"))
    header = ["行政相对人名称", "", "字", "号", "年", "月", "日", "内容", "结果", "罚款", ""]
    kinds = [
        NAMES,
        CODES,
        TEXTS[:4],
        ["1号", " ", "/"],
        ["2024", ""],
        ["3", "13"],
        ["1", "无"],
        TEXTS,
        TEXTS,
        TEXTS,
        AMOUNTS,
    ]
    compared(dataset, header, drawn_rows(data, kinds))
    stated = Field("状态", type="code", codes={"a": "有效", "b": "注销"})
    dataset = read_mappings("stated", STATED, Dataset("d", "a", Title("甲", "a"), "c", ["party"], {"status": stated}))
    kinds = [NAMES, CODES, ["1", "2", "a", " 1 ", "注销", "/", "9"], ["许可", " 备案", "其他", ""]]
    compared(dataset, ["名称", "代码", "状态", "类型"], drawn_rows(data, kinds))


def drawn_rows(data, kinds):
    seeds = [[data.draw(st.sampled_from([kind[0]] * 4 + kind)) for kind in kinds] for _ in range(12)]
    return [(n, list(seeds[n % 12])) for n in range(2, FEWEST_FOR_COLUMNS + 20)]


def test_plain_rows_take_the_way_by_columns():
    header = PENALTIES
    rows = [
        (
            n,
            [
                f"某某第{n}有限公司",
                uscc(n),
                f"温综执罚决字〔2024〕第{n}号",
                "罚款",
                "0.5",
                "2024-03-01",
                "某局",
                "11330300002501234X",
            ],
        )
        for n in range(2, 300)
    ]
    mapper = ChunkMapper(bind(get_dataset("penalty_general"), header), TODAY)
    empty = mapper.map([])
    mapper._one_by_one = lambda rows: pytest.fail("a row took the other way") if rows else empty
    assert len(mapper.map(rows).sound) == len(rows)


@given(st.lists(st.sampled_from(CODES) | st.text("0123456789ANY", min_size=18, max_size=18), min_size=1))
def test_codes_taken_for_unified_ones_are_sound(codes):
    for code, taken in zip(codes, are_unified_codes(pl.Series(codes)), strict=True):
        assert not taken or is_uscc(code)


def test_every_dataset_is_read_by_columns_where_its_rows_have_a_code():
    for dataset in datasets().values():
        header = [dataset.party.name[0], dataset.party.codes[0], *(field.zh for field in dataset.fields.values())]
        ChunkMapper(bind(dataset, list(dict.fromkeys(header))), TODAY)
