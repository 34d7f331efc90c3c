"""Small inputs that once failed, where XINQIAO_CASES names their folder: what comes of each is what is right for it."""

import csv
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from connectors.catalogue.load import agencies, datasets, get_dataset
from connectors.catalogue.trial import try_out
from connectors.conversion.cells import CellError
from connectors.conversion.dates import read_date
from connectors.conversion.rows import Mapped, RowMapper
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.drafting.draft import propose
from connectors.errors import ConnectorError, MalformedError
from connectors.model.mapping import Header, Mapping

FOLDER = Path(os.environ["XINQIAO_CASES"])
TODAY = date(2026, 11, 27)
EXPECTED = yaml.safe_load((Path(__file__).parent / "expected.yaml").read_text("utf-8"))
FILES, DATES = EXPECTED["files"], EXPECTED["dates"]
COUNTS = ("rows", "accepted", "unresolved", "corrections", "duplicates", "natural_persons", "rejected")


def outcome_of(case: dict[str, Any]) -> Any:
    return try_out(get_dataset(case.get("dataset", "penalty_general")), decode(FOLDER / case["file"]), TODAY)


def values_of(case: dict[str, Any]) -> list[dict[str, Any] | None]:
    """Return the fields of every record in the order of the rows, None for a row that became none."""
    layout = lay_out(get_dataset(case.get("dataset", "penalty_general")), decode(FOLDER / case["file"]))
    mapper = RowMapper(layout.binding, TODAY)
    outcomes = [mapper.map(cells) for _, cells in layout.table.rows]
    return [json.loads(one.canonical)["fields"] if isinstance(one, Mapped) else None for one in outcomes]


def test_every_case_has_what_is_right_for_it():
    said = {case["file"] for case in FILES} | {"bug_dates.json", *(case["file"] for case in EXPECTED["drafts"])}
    assert said == {path.name for path in FOLDER.iterdir()}


@pytest.mark.parametrize("case", [case for case in FILES if "refused" in case], ids=lambda case: case["file"])
def test_what_cannot_be_read_is_refused_with_what_to_do(case):
    with pytest.raises(ConnectorError) as refusal:
        outcome_of(case)
    assert isinstance(refusal.value, MalformedError)
    for words in case["refused"]:
        assert words in str(refusal.value)


@pytest.mark.parametrize("case", [case for case in FILES if "rows" in case], ids=lambda case: case["file"])
def test_every_row_ends_where_it_should(case):
    trial = outcome_of(case)
    assert {name: trial.counts[name] for name in COUNTS} == {name: case.get(name, 0) for name in COUNTS}
    if "reasons" in case:
        reasons = {row.number: sorted({reason.code for reason in row.reasons}) for row in trial.refused}
        assert reasons == {number: sorted(codes) for number, codes in case["reasons"].items()}
    for number, words in case.get("says", {}).items():
        said = " ".join(reason.text for row in trial.refused if row.number == number for reason in row.reasons)
        assert words in said
    assert trial.layout.footers == case.get("footers", [])


@pytest.mark.parametrize("case", [case for case in FILES if "values" in case], ids=lambda case: case["file"])
def test_every_value_is_what_a_person_reads(case):
    values = values_of(case)
    for field, column in case["values"].items():
        assert [fields and fields.get(field) for fields in values] == column


@pytest.mark.parametrize("case", [case for case in FILES if "cells" in case], ids=lambda case: case["file"])
def test_a_spelling_is_read_where_it_has_one_meaning_and_refused_where_it_has_two(case):
    told = case["cells"]
    with (FOLDER / case["file"]).open(encoding="utf-8-sig", newline="") as file:
        spellings = [row[told["column"]] for row in csv.DictReader(file)]
    assert set(spellings) == {*told["read"], *told["refused"]}
    read = dict(zip(spellings, values_of(case), strict=True))
    assert {cell: read[cell] and read[cell][told["field"]] for cell in told["read"]} == told["read"]
    assert [cell for cell in told["refused"] if read[cell]] == []


def drafted(file: str) -> Mapping:
    table = decode(FOLDER / file)
    return propose(datasets(), agencies(), table, Path(file).stem, "penalty_general").spelling


@pytest.mark.parametrize("case", EXPECTED["drafts"], ids=lambda case: case["file"])
def test_a_draft_takes_the_columns_a_person_would(case):
    spelling, header = drafted(case["file"]), Header(decode(FOLDER / case["file"]).header)
    assert [header.names[place] for place in header.find(spelling.party.name)] == [case["party"]]
    assert [header.names[place] for place in header.find(spelling.party.codes)] == [case["code"]]
    columns = {name: spelling.fields[name].from_[0] for name in case["fields"]}
    assert columns == case["fields"]


@pytest.mark.parametrize("place", [0, None], ids=["before", "behind"])
def test_no_persons_are_stored_whatever_stands_beside_the_mapping_that_knows_them(place):
    shipped = get_dataset("penalty_general")
    mappings = list(shipped.mappings)
    mappings.insert(len(mappings) if place is None else place, drafted("82a_no_kind.csv"))
    both = msgspec.structs.replace(shipped, mappings=mappings)
    counts = try_out(both, decode(FOLDER / "82b_with_kind.csv"), TODAY).counts
    assert (counts["rows"], counts["accepted"], counts["natural_persons"]) == (7, 5, 2)


def test_the_reader_of_dates_reads_what_has_one_meaning():
    spellings = json.loads((FOLDER / "bug_dates.json").read_text("utf-8"))
    assert set(spellings) == {*DATES["read"], *DATES["refused"]}
    assert {cell: read_date(cell) for cell in DATES["read"]} == DATES["read"]
    for cell in DATES["refused"]:
        with pytest.raises(CellError):
            read_date(cell)
