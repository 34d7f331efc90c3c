"""Catalogues of tags written for a test."""

from pathlib import Path

from scoring_adapter.tags.load import read_tags

TAG = """
category: example
name: {zh: 示例, en: example}
tags:
  - id: one
    name: {zh: 次数, en: times}
    dimension: operation
    direction: "-"
    operator: count
    unit: times
    part: {source: penalty, take: count, months: 12}
"""
SOURCE = """
sources:
  penalty:
    at: decided
    columns:
      decided: {as: day}
      fine: {as: money, unit: 万元}
      kind: {as: code, codes: [warning, fine]}
      ends: {as: day, last: true}
      number: {as: key, of: document, also: [court]}
"""


def catalogue(folder: Path, sources=SOURCE, tags=TAG):
    """Return the catalogue these two files come to. Raises TagError."""
    for name, text in (("sources", sources), ("tags", tags)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "example.yaml").write_text(text, "utf-8")
    return read_tags(folder)
