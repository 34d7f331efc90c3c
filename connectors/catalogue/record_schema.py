"""A JSON Schema (2020-12) of what a dataset takes as JSON: an object for each row, its members by standard names. Pure.

It says what is there and how it is written; whether a code's check digit is right, only the judging tells.
"""

from typing import Any

from connectors.model.datasets import Dataset, Field
from connectors.model.schema import DIALECT

PARTY_NAME, PARTY_CODE = "entity_name", "uscc"
_TYPES: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "until": {"type": "string", "format": "date"},
    "money": {"type": ["string", "number"]},
    "number": {"type": ["string", "number"]},
    "flag": {"enum": ["是", "否"]},
}


def record_schema(dataset: Dataset) -> dict[str, Any]:
    """Return the schema of a list of rows."""
    party = {
        PARTY_NAME: {"type": "string", "title": "主体名称 the party's name"},
        PARTY_CODE: {"type": "string", "title": "统一社会信用代码 unified social credit code"},
    }
    fields = {name: _member(field) for name, field in dataset.fields.items()}
    required = [PARTY_NAME, *(name for name, field in dataset.fields.items() if field.required)]
    return {
        "$schema": DIALECT,
        "title": f"{dataset.title.zh} {dataset.title.en}",
        "type": "array",
        "items": {"type": "object", "properties": {**party, **fields}, "required": required},
    }


def _member(field: Field) -> dict[str, Any]:
    unit = f"（{field.unit}）" if field.unit else ""
    said: dict[str, Any] = {"title": f"{field.zh}{unit}", **_TYPES.get(field.type, {"type": "string"})}
    if field.codes and not field.otherwise:
        said = {"title": said["title"], "enum": list(dict.fromkeys([*field.codes, *field.codes.values()]))}
    return said
