"""A draft as YAML to paste into the catalogue: what is sure as a mapping, what is not as comments. Pure."""

from typing import Any

import msgspec
import yaml

from connectors.draft import Draft
from connectors.mapping import Column, Mapping, Party, Producer


def write_snippet(draft: Draft) -> str:
    """Return a list of one mapping, with how sure every line is and what a person must decide."""
    spelling = draft.spelling
    lines = [
        f"# {draft.dataset.dataset} {draft.dataset.title.zh}：粘贴到该数据目录的 mappings: 之下 paste it there",
        f"- id: {spelling.id}",
        *(f"  {line}" for line in _parts(spelling)),
        "  fields:" if spelling.fields else "  fields: {}",
    ]
    for name, column in spelling.fields.items():
        _, pair = draft.pairs[name]
        lines.append(f"    {name}: {_flow(_filled(column, Column()))}  # {pair.score:.0%} {_line(pair.why)}")
    decide = [
        f"{doubt.about} ← {doubt.column}：{doubt.text}" + (f" → {doubt.line}" if doubt.line else "")
        for doubt in draft.doubts
    ]
    lines += _remarks("待定 to decide", decide)
    lines += _remarks("没有列的必填字段 required, without a column", draft.lacking)
    lines += _remarks("未用的列 columns left over", draft.left_columns)
    return "\n".join(lines) + "\n"


def _parts(spelling: Mapping) -> list[str]:
    party = _filled(spelling.party, Party(name=[], codes=[]))
    producer = _filled(spelling.producer, Producer())
    parts = [f"party: {_flow(party)}"]
    parts += [f"producer: {_flow(producer)}"] if producer else []
    parts += [f"footers: {_flow(spelling.footers)}"] if spelling.footers else []
    return parts


def _filled(value: msgspec.Struct, empty: msgspec.Struct) -> dict[str, Any]:
    """Return the members that are not what they are without being said."""
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return {name: member for name, member in plain.items() if member != msgspec.to_builtins(empty)[name]}


def _flow(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000).strip()


def _remarks(title: str, lines: list[str]) -> list[str]:
    return [f"  # {title}:", *(f"  #   {_line(line)}" for line in lines)] if lines else []


def _line(text: str) -> str:
    return " ".join(text.split())
