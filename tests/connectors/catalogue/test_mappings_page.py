"""docs/mappings.md: every transform's example reads what the page says."""

import json
import re
from datetime import date
from pathlib import Path

import orjson
import pytest

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.conversion.binding import bind
from connectors.conversion.binding_errors import MissingColumnsError
from connectors.conversion.rows import Mapped, RowMapper
from connectors.decoding.decode import decode
from connectors.model.datasets import Dataset, Field, Title
from tests.enterprises import uscc

PAGE = (Path(__file__).parents[3] / "docs/mappings.md").read_text("utf-8")
HEADLESS = PAGE.partition("<!-- headless -->")[2].partition("<!-- end -->")[0]
TABLE = PAGE.partition("<!-- examples -->")[2].partition("<!-- end -->")[0]
EXAMPLES = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in TABLE.strip().splitlines()[2:]]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[0].strip("| "))
def test_a_transform_reads_what_the_page_says(example):
    _, field, mapping, cell, value = example
    of = msgspec_field(field.strip("`"))
    source = f"- id: x\n  party: {{name: [名称], codes: [代码]}}\n  fields:\n    it: {mapping.strip('`')}\n"
    dataset = read_mappings("page", source, Dataset("d", "a", Title("甲", "a"), "c", ["party"], {"it": of}))
    columns = [name for name in dataset.mappings[0].fields["it"].from_ if not name.endswith("列")]
    told = [pair.partition("=")[::2] for pair in re.findall(r"\S*=`[^`]*`", cell)]
    told = told or [(name, cell) for name in columns[:1]]
    told = [(name.strip("？"), said.strip("`")) for name, said in told]  # ？: whatever the column is called
    told += [(name, "") for name in columns if name not in dict(told)]
    header, cells = zip(("名称", "某公司"), ("代码", uscc(1)), *told, strict=True)
    record = RowMapper(bind(dataset, header), date(2026, 1, 2)).map(cells)
    assert isinstance(record, Mapped)
    assert orjson.loads(record.canonical)["fields"]["it"] == json.loads(value.strip("`"))


def test_a_file_without_headings_is_read_by_the_pages_mapping_and_refused_with_what_to_do_without_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"甲公司,{uscc(1)},罚1号,罚款,罚款5000元,0.5,2023-05-06,2024-05-06,某局\n", "utf-8")
    source = HEADLESS.strip().removeprefix("```yaml").removesuffix("```")
    plain = get_dataset("penalty_general")
    trial = try_out(read_mappings("page", source, plain), decode(path), date(2026, 1, 2))
    assert (trial.layout.binding.mapping.id, trial.layout.header_rows) == ("no-header", [])
    assert (trial.counts["rows"], trial.counts["accepted"], trial.filled["cf_nr_fk"]) == (1, 1, 1)
    with pytest.raises(MissingColumnsError, match=r"第 1 行就是数据.*WPS.*header: none"):
        try_out(plain, decode(path), date(2026, 1, 2))


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
