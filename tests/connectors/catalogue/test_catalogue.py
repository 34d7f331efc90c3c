"""The shipped catalogue: whole, each dataset usable as it stands, and nothing personal left unmarked."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import orjson

from connectors.catalogue.files_check import SHIPPED, load_catalogue
from connectors.catalogue.load import agencies, datasets, get_catalogue
from connectors.conversion.binding import bind
from connectors.conversion.identifiers import Kind
from connectors.conversion.rows import Mapped, RowMapper
from tests.enterprises import organisation, uscc

TODAY = date(2026, 1, 2)
CATALOGUE = get_catalogue()
DATASETS = list(datasets().values())
NAMED_BY_THE_FOUNDING_TEXT = {"court", "drc", "market_regulation", "tax", "hrss", "housing_fund"}
MAPPINGS = [(dataset, mapping) for dataset in DATASETS for mapping in dataset.mappings]
CELLS = {
    "text": "甲", "date": "2024-01-31", "until": "2030-12-31", "money": "12.5", "currency": "80万元人民币",
    "list": "警告;罚款", "number": "3", "flag": "是", "packed": '{"a": "1"}',
}  # fmt: skip


def every(cases):
    """One test for all the cases; its failure names each case that is wrong, and shows why."""

    def decorate(check):
        def test():
            faults = []
            for name, case in cases.items():
                try:
                    check(*case)
                except Exception as fault:  # noqa: BLE001 - shown below
                    fault.add_note(f"case: {name}")
                    faults.append(fault)
            if faults:
                raise ExceptionGroup(check.__name__, faults)

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return decorate


every_dataset = every({dataset.dataset: (dataset,) for dataset in DATASETS})
every_mapping = every({f"{dataset.dataset}-{mapping.id}": (dataset, mapping) for dataset, mapping in MAPPINGS})


def cell(field):
    return next(iter(field.codes.values())) if field.type == "code" else CELLS[field.type]


def sound_row(dataset, mapping, heading):
    """Cells that are sound for every field, under headings of this mapping."""
    row = {heading(name, field): cell(field) for name, field in dataset.fields.items()}
    row |= dict.fromkeys(mapping.party.name[:1], "瓯海某某鞋业有限公司")
    return row | dict.fromkeys(mapping.party.codes[:1], uscc(1))


def mapped(dataset, row):
    binding = bind(dataset, list(row))
    outcome = RowMapper(binding, TODAY).map(list(row.values()))
    assert isinstance(outcome, Mapped), outcome
    return binding, outcome


def test_the_catalogue_holds_every_agency_and_dataset_of_the_city():
    assert len(agencies()) == 71
    assert Counter(agency.kind for agency in agencies().values()) == {
        "government": 56, "finance": 6, "utility": 3, "provincial": 2, "market": 2, "platform": 1, "consumer": 1,
    }  # fmt: skip
    assert len(DATASETS) >= 175
    assert len(CATALOGUE.categories) == 29
    assert {dataset.category for dataset in DATASETS} == set(CATALOGUE.categories)
    assert {dataset.agency for dataset in DATASETS} == set(agencies())


def test_the_agencies_that_no_text_names_say_so():
    named = {code for code, agency in agencies().items() if agency.kind == "government" and not agency.reconstructed}
    assert named == NAMED_BY_THE_FOUNDING_TEXT
    assert all(agency.kind == "government" for agency in agencies().values() if agency.reconstructed)
    assert len({agency.zh for agency in agencies().values()}) == len(agencies())


HEADINGS = {"chinese": lambda _, field: field.zh, "standard": lambda name, _: name}


@every({f"{way}-{dataset.dataset}": (dataset, heading) for way, heading in HEADINGS.items() for dataset in DATASETS})
def test_a_sound_row_under_the_datasets_own_headings_becomes_a_record(dataset, heading):
    _, record = mapped(dataset, sound_row(dataset, dataset.spellings()[-1], heading))
    assert (record.identifier.kind, record.identifier.value) == (Kind.USCC, uscc(1))
    fields = orjson.loads(record.canonical)["fields"]
    assert set(fields) == set(dataset.fields)
    assert not [name for name, value in fields.items() if value is None]
    assert all(record.key.split("|"))


@every_mapping
def test_a_mapping_is_taken_for_its_own_headings_and_reads_a_sound_row(dataset, mapping):
    def heading(name, field):
        return next(iter(mapping.fields[name].from_), name) if name in mapping.fields else name

    row = sound_row(dataset, mapping, heading)
    binding, record = mapped(dataset, {column: row[column] for column in row if column not in mapping.without})
    assert binding.mapping.id == mapping.id
    assert record.identifier.value == uscc(1)


@every_mapping
def test_a_heading_means_one_field(dataset, mapping):
    whole = [read for read in mapping.fields.values() if not read.extract]
    columns = Counter(column for read in whole for column in dict.fromkeys(read.from_))
    shared = {column for column, times in columns.items() if times > 1}
    assert shared <= {"注册资本", "capital_raw"}  # a capital names its currency


@every_mapping
def test_a_sources_words_stand_for_codes_of_the_field(dataset, mapping):
    for name, column in mapping.fields.items():
        assert set(column.codes.values()) <= set(dataset.fields[name].codes), name
        assert not set(column.codes) & set(dataset.fields[name].codes.values()), name


@every_dataset
def test_a_key_names_fields_that_are_always_there(dataset):
    # Some districts publish the names alone.
    optional = {"abnormal_operation": {"date_in"}, "tech_sme": {"level"}, "sme_specialised": {"level"}}
    for name in set(dataset.key) - {"party"} - optional.get(dataset.dataset, set()):
        assert dataset.fields[name].required


@every_dataset
def test_fields_say_what_their_type_needs(dataset):
    for name, field in dataset.fields.items():
        assert (field.type == "code") == bool(field.codes), name
        assert field.type != "money" or field.unit in {"元", "万元", "亿元"}, name
        assert not field.unit or field.type in {"money", "number"}, name
    assert len({field.zh for field in dataset.fields.values()}) == len(dataset.fields)
    for name in filter(None, [dataset.event_date, dataset.disclosure.field]):
        assert dataset.fields[name].type in {"date", "until"}
    assert dataset.disclosure.months is None or dataset.event_date


# A last day may be open (长期), unless it closes what is over, or is a day that two have agreed on.
LAST_DAY = re.compile(
    r"(?:至|止|止期|到期日?期?|截止(?:日期|时间|期)|失效日期|终止日期|结束日期|届满日?期?|期限|有效期)$"
)
CLOSED = {"统计截止日期", "税款所属期止", "费款所属期止", "检查所属期止", "约定缴款期限"}


@every_dataset
def test_a_last_day_may_be_open_unless_it_closes_a_period(dataset):
    ends = {field.zh: field.type for field in dataset.fields.values() if field.type in {"date", "until"}}
    ends = {zh: kind for zh, kind in ends.items() if LAST_DAY.search(zh)}
    assert ends == {zh: "date" if zh in CLOSED else "until" for zh in ends}


# Names, numbers and whereabouts of people: the parties of a list are enterprises, others may be anybody.
OF_PERSONS = re.compile(
    r"_hash$|(person|legal_rep|holder|liq_head|liq_members|applicant|pledg(or|ee)|mortgagee|creditor|debtor)"
    r"(_name|_id|)$|phone|mobile|id_card|card_num|^address$|domicile"
)
NOT_OF_PERSONS = {"url_hash"}  # the address of an article


@every_dataset
def test_whatever_may_name_a_person_is_marked(dataset):
    marks = {name: field.personal for name, field in dataset.fields.items()}
    party = [name for name in marks if name in dataset.party.name or dataset.fields[name].zh in dataset.party.name]
    assert party
    assert all(marks[name] for name in party)
    unmarked = {name for name, mark in marks.items() if not mark and dataset.fields[name].type != "flag"}
    assert not {name for name in unmarked if OF_PERSONS.search(name)} - NOT_OF_PERSONS
    assert not [name for name, field in dataset.fields.items() if "身份证" in field.zh or "证件号" in field.zh]


def test_the_example_of_the_documentation_is_an_agency(tmp_path):
    page = (Path(__file__).parents[3] / "docs/catalogue.md").read_text("utf-8")
    [example] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "parks.yaml").write_text(example, "utf-8")
    dataset = load_catalogue([SHIPPED, tmp_path]).datasets["penalty_parks"]
    row = {
        "单位": "瓯海某某鞋业有限公司",
        "组织机构代码": organisation(1),
        "文号": "1",
        "罚款（万元）": "0.5",
        "决定日期": "2024/3/1",
    }
    binding, record = mapped(dataset, row)
    assert binding.mapping.id == "old-system"
    assert orjson.loads(record.canonical)["fields"] == {"doc_no": "1", "fine": "5000", "decided": "2024-03-01"}
    assert record.publish_until == "2027-03-01"


@every_dataset
def test_what_harms_has_an_end_and_registrations_have_none(dataset):
    disclosure = dataset.disclosure
    if dataset.category == "serious_dishonesty" or dataset.dataset.startswith("penalty_"):
        assert disclosure.field or disclosure.months
    assert disclosure.months is None or 3 <= disclosure.months <= 36  # rules of 2023: three months to three years
    if dataset.category == "registration":
        assert disclosure.field is disclosure.months is None
