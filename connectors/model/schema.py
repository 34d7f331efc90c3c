"""JSON Schema (2020-12) of the catalogue's files, made from the structures that read them. Pure."""

from typing import Any

import msgspec

from connectors.model.datasets import Agency, Dataset, Title
from connectors.model.descriptions import DESCRIPTIONS, FILE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FROM_PLACE = ("dataset", "agency")  # known from the place of the dataset in its file


def catalogue_schema() -> dict[str, Any]:
    """Return the schema of one file: an agency with its datasets, or the categories."""
    (agency, dataset, title), parts = msgspec.json.schema_components(
        [Agency, Dataset, Title], ref_template="#/$defs/{name}"
    )
    for kind, members in DESCRIPTIONS.items():
        part = parts[kind.__name__]
        part["description"] = (kind.__doc__ or "").partition("\n")[0]
        for name, text in members.items():
            _describe(part["properties"], name, text)
    for name in FROM_PLACE:
        del parts["Dataset"]["properties"][name]
        parts["Dataset"]["required"].remove(name)
    file: dict[str, Any] = {
        "type": "object",
        "required": ["agency"],
        "properties": {
            "agency": {
                "anyOf": [agency, {"type": "string", "pattern": parts["Agency"]["properties"]["code"]["pattern"]}]
            },
            "datasets": {"type": "object", "additionalProperties": dataset},
        },
        "additionalProperties": False,
    }
    for name, text in FILE.items():
        _describe(file["properties"], name, text)
    return {
        "$schema": DIALECT,
        "title": "信桥数据目录 Xinqiao catalogue",
        "description": "一个部门一个文件 One file per agency: the agency, and what it supplies.",
        "anyOf": [file, {"type": "object", "additionalProperties": title, "not": {"required": ["agency"]}}],
        "$defs": parts,
    }


def _describe(properties: dict[str, Any], name: str, text: str) -> None:
    """Put a member's description first, where editors look for it."""
    properties[name] = {"description": text, **properties[name]}
