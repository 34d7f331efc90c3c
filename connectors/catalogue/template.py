"""The empty form of a dataset: a heading and a note for every column, and an example row. Pure.

The headings are those of the dataset's standard spelling: what is filled in binds without a mapping. The words of the
example row end with EXAMPLE_MARK, and a row that holds any of them is refused wherever rows are read: nobody has to
remember to delete it, and nothing of it is taken for data where it was filled in over.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.conversion.cells import EXAMPLE_MARK
from connectors.conversion.identifiers import organisation_check, uscc_check
from connectors.model.datasets import Dataset, Field
from connectors.model.folding import heading_key

_EXAMPLES = {
    "text": EXAMPLE_MARK, "date": "2026-01-31", "until": "2027-01-31", "money": "5000", "currency": "人民币",
    "list": EXAMPLE_MARK, "number": "1", "flag": "是",
    "packed": f"文号=示例;备注={EXAMPLE_MARK}",
}  # fmt: skip
_TYPES = {
    "text": "文字 text",
    "date": "日期，如 2026-01-31 a date",
    "until": "日期，无期限填 2099-12-31 a date; 2099-12-31 where there is no end",
    "money": "金额，不带单位 an amount without its unit",
    "currency": "币种，如 人民币 a currency",
    "code": "填其中之一 one of",
    "list": "可填多个，用分号隔开 several are set apart by ;",
    "number": "数字 a number",
    "flag": "是 或 否 (是 yes, 否 no)",
    "packed": "一条记录：JSON 对象，或 名称=值;名称=值 a record: a JSON object, or name=value;name=value",
}
_CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class TemplateColumn:
    """A column of the form: its heading, what to fill in, and the example row's cell."""

    heading: str
    note: str
    example: str


def example_code() -> str:
    """Return the unified social credit code of the example row: sound by its check digits, and nobody's."""
    organisation = "MA000000"
    body = f"91330300{organisation}{organisation_check(organisation)}"
    return body + uscc_check(body)


def template_columns(dataset: Dataset) -> list[TemplateColumn]:
    """Return the columns of a dataset's form, the party first. A field the party is read from stands there once."""
    party, producer = dataset.party, dataset.producer
    columns = [
        _told(party.name, "必填 required\n主体的全称 the party's full name", f"某某有限公司{EXAMPLE_MARK}"),
        _told(party.codes, "必填 required\n统一社会信用代码，18 位 unified social credit code", example_code()),
    ]
    fields = {heading_key(field.zh): _column(field, name in dataset.key) for name, field in dataset.fields.items()}
    columns += [column for key, column in fields.items() if key not in {heading_key(one.heading) for one in columns}]
    others = [
        (
            party.kind,
            "选填 optional\n自然人的行不入库 a natural person's row (自然人) is not stored",
            "法人及非法人组织",
        ),
        (producer.name, "选填 optional\n作出机关 who issued it", ""),
        (producer.codes, "选填 optional\n作出机关的统一社会信用代码 its own code", ""),
    ]
    return columns + [
        _told(names, note, example)
        for names, note, example in others
        if names and fields.keys().isdisjoint(map(heading_key, names))
    ]


def _column(field: Field, keyed: bool) -> TemplateColumn:  # noqa: FBT001 - read once, beside the field
    said = ["必填 required" if field.required or keyed else "选填 optional", _TYPES[field.type]]
    said += [f"单位 unit: {field.unit}"] if field.unit else []
    said += ["、".join(field.codes.values())] if field.codes else []
    example = next(iter(field.codes.values())) if field.codes else _EXAMPLES[field.type]
    return TemplateColumn(field.zh, "\n".join(said), example)


def _told(names: Sequence[str], note: str, example: str) -> TemplateColumn:
    """Return a column under the first Chinese one of its names."""
    return TemplateColumn(next((name for name in names if _CHINESE.search(name)), names[0]), note, example)
