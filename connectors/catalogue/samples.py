"""Sample rows of a dataset: what an agency might hand in, made from its declaration for given enterprises. Pure.

The headings are those of the empty form (template.py). The same dataset, party, number and day give the same row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from connectors.catalogue.template import template_columns
from connectors.model.datasets import Dataset, Field
from connectors.model.folding import heading_key

_NO_PERSON = "法人及非法人组织"
_CODE = "统一社会信用代码"
_MONEY = (1, 3, 5, 8, 12, 20, 36, 50, 80, 120)
_YEARS_BACK, _YEARS_FOUNDED, _YEARS_ON = 3, 15, 2
_FOUNDED = ("成立", "设立", "开业")
_USUAL = 0.7  # the share of rows that say the first of a field's codes: in business, no fault found


@dataclass(frozen=True)
class SampleParty:
    """Whom a row is about: a name and a unified social credit code."""

    name: str
    code: str


def sample_header(dataset: Dataset) -> list[str]:
    """Return the headings of a dataset's sample rows."""
    return [column.heading for column in template_columns(dataset)]


def sample_rows(dataset: Dataset, parties: Sequence[SampleParty], today: date, series: str = "") -> list[list[str]]:
    """Return a row for each party, under `sample_header`; another `series` gives other documents on other days."""
    return [_row(dataset, party, today, f"{series}{number}") for number, party in enumerate(parties, start=1)]


def _row(dataset: Dataset, party: SampleParty, today: date, number: str) -> list[str]:
    random = Random(f"{dataset.dataset} {party.code} {number}")  # noqa: S311 - a sample is no secret
    fields = {heading_key(field.zh): (name, field) for name, field in dataset.fields.items()}
    own = dataset.party
    names, codes, kinds = ({heading_key(name) for name in of} for of in (own.name, own.codes, own.kind))
    cells = [party.name, party.code]
    for column in template_columns(dataset)[2:]:
        key = heading_key(column.heading)
        name, field = fields.get(key, ("", None))
        if key in names:
            cells.append(party.name)
        elif field is None:
            cells.append(column.example)
        elif key in kinds:  # rows about natural persons are not kept
            cells.append(next(iter(field.codes.values()), _NO_PERSON))
        elif not (field.required or name in dataset.key) and (key in codes or _CODE in column.heading):
            cells.append("")  # a second code of the party's, or the issuer's own
        else:
            cells.append(_cell(field, random, today, number if name in dataset.key or field.is_document else ""))
    return cells


def _cell(field: Field, random: Random, today: date, number: str) -> str:
    if field.codes:
        words = list(field.codes.values())
        return words[0] if random.random() < _USUAL else random.choice(words)
    match field.type:
        case "date":
            years = _YEARS_FOUNDED if field.zh.startswith(_FOUNDED) else _YEARS_BACK
            return str(today - timedelta(days=random.randint(1, 365 * years)))
        case "until":
            return str(today + timedelta(days=random.randint(1, 365 * _YEARS_ON)))
        case "money":
            return str(random.choice(_MONEY) * (10_000 if field.unit == "元" else 1))
        case "number":
            return str(random.randint(1, 100))
        case "currency":
            return "人民币"
        case "flag":
            return random.choice("是否")
        case _:
            document = f"示例〔{today.year}〕{number}号"
            packed = f"文号={document}" if field.type == "packed" else ""
            return packed or (document if field.is_document else f"示例{field.zh}{number}")
