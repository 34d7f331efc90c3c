"""docs/mappings.md: every transform's example reads what the page says."""

import json
import re
from datetime import date
from pathlib import Path

import orjson
import pytest

from connectors.catalogue.files_check import read_mappings
from connectors.conversion.binding import bind
from connectors.conversion.rows import Mapped, RowMapper
from connectors.model.datasets import Dataset, Field, Title
from tests.enterprises import uscc

PAGE = (Path(__file__).parents[3] / "docs/mappings.md").read_text("utf-8")
TABLE = PAGE.partition("<!-- examples -->")[2].partition("<!-- end -->")[0]
EXAMPLES = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TABLE.strip().splitlines()[2:]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0].strip("| "))
def test_a_transform_reads_what_the_page_says(example):
    _, field, mapping, cell, value = example
    of = msgspec_field(field.strip("`"))
    source = f"- id: x\n  party: {{name: [名称], codes: [代码]}}\n  fields:\n    it: {mapping.strip('`')}\n"
    dataset = read_mappings("page", source, Dataset("d", "a", Title("甲", "a"), "c", ["party"], {"it": of}))
    columns = dataset.mappings[0].fields["it"].from_
    column, _, said = cell.rpartition("=") if not cell.startswith("`") else (columns[0], "", cell)
    header = ["名称", "代码", *dict.fromkeys([*columns, column])]
    told = {"名称": "某公司", "代码": uscc(1), column: said.strip("`")}
    record = RowMapper(bind(dataset, header), date(2026, 1, 2)).map([told.get(name, "") for name in header])
    assert isinstance(record, Mapped)
    assert orjson.loads(record.canonical)["fields"]["it"] == json.loads(value.strip("`"))


def msgspec_field(text):
    import msgspec
    import yaml

    return msgspec.convert(yaml.safe_load(text), Field)


def test_every_member_of_a_column_is_on_the_page():
    import msgspec

    from connectors.model.mapping import Column, Mapping, Party

    for struct in (Column, Mapping, Party):
        for member in msgspec.structs.fields(struct):
            if member.encode_name not in {"id", "version", "fields"}:
                assert re.search(rf"\b{member.encode_name}\b", PAGE), member.encode_name
