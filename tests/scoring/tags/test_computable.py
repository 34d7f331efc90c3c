"""Every declared tag can be computed from records as the agencies' catalogue describes them."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from connectors.catalogue.load import datasets
from scoring_adapter.tags.combine import combine
from scoring_adapter.tags.extract import Extractor
from scoring_adapter.tags.folding import key_of
from scoring_adapter.tags.interpret import References, interpret
from scoring_adapter.tags.load import load_tags
from scoring_adapter.tags.plan import plan

TAGS = load_tags()
AS_OF = date(2026, 11, 28)
SUBJECTS, RECORDS = 32, (0, 1, 3, 20)
INVESTEES = ["91330300MA000001X1", "91330300MA000002X2"]
DISTRICTS = ["330302", "330303"]
RARE = {
    "investee_uscc": INVESTEES, "account_no": ["1", "2"], "unit_account": ["1", "2"], "lender": ["甲", "乙"],
    "district_code": DISTRICTS, "op_district_code": DISTRICTS,
}  # fmt: skip


@pytest.fixture(scope="module")
def values():
    """Tag → the different values that made-up enterprises have."""
    dice, planned = Random(25), plan(TAGS, AS_OF)
    extractors = {name: Extractor(name, TAGS.sources[name]) for name in planned.layouts if name in datasets()}

    def rows(numbers, names):
        return {
            name: [extractors[name].row(made_up(name, dice)) for _ in range(dice.choice(numbers))] for name in names
        }

    references = References(planned, rows([400], ["fx_rate", "wz_rate_index"]))
    others = {"reg_financial": {key_of(code): place for place, code in enumerate(INVESTEES)}}
    found = defaultdict(set)
    for _ in range(SUBJECTS):
        for tag, value in combine(planned, interpret(planned, rows(RECORDS, extractors), references, others)).items():
            found[tag].add(value)
    return found


def test_every_tag_can_be_computed_and_tells_enterprises_apart(values):
    awaited = {tag.id for tag in TAGS.tags if not set(TAGS.sources_of(tag)) <= set(datasets())}
    for tag in TAGS.tags:
        if tag.id not in awaited:
            assert len(values[tag.id] - {None}) > 1, tag.id


def test_flags_are_0_or_1_and_levels_within_their_codes(values):
    for tag in TAGS.tags:
        known = values[tag.id] - {None}
        if tag.unit == "flag":
            assert known <= {0, 1}, tag.id
        if tag.unit == "level":
            assert known <= set(range(len(TAGS.column(tag.part.source, tag.part.field).codes) + 1)), tag.id


def test_counts_and_ages_are_never_below_0(values):
    for tag in TAGS.tags:
        if tag.operator in {"count", "distinct", "gap"} or (tag.operator == "age" and not tag.left):
            assert all(value >= 0 for value in values[tag.id] - {None}), tag.id


def made_up(dataset, dice):
    """One record's fields, of the types the catalogue says, some of them empty."""
    said = defaultdict(list)  # words and codes that are looked for
    for name, column in TAGS.sources[dataset].columns.items():
        said[column.of or name] += [*column.words, *column.codes]
    return {
        name: _field(name, field, said[name], dice)
        for name, field in datasets()[dataset].fields.items()
        if field.required or dice.random() < 0.9
    }


def _field(name, field, said, dice):
    texts = RARE.get(name) or [*said, *(f"{name}{at}；其他" for at in range(9))]
    match field.type:
        case "date" | "until":
            return _day(name, field.type, dice)
        case "money" | "number":
            return dice.choice(["0", "0", "0.40", "1", "40.00", "1250.50"])
        case "code":
            return dice.choice(list(field.codes))
        case "currency":
            return dice.choice(["CNY", "USD"])
        case "flag":
            return dice.random() < 0.5
        case "list":
            return dice.sample([*said, "罚款"], 1)
    return dice.choice(texts)


def _day(name, kind, dice):
    """A day, a month or a year, as the name of the field says; what lies ahead only where it is a last day."""
    before = dice.randint(-500 if kind == "until" else 0, 600 if "period" in name else 1300)
    day = (AS_OF - timedelta(days=before)).isoformat()
    return day[:7] if "period" in name else day[:4] if "year" in name else day
