"""A draft as YAML to paste into the catalogue: what is sure as a mapping, what is not as comments. Pure."""

from connectors.conversion.transforms import filled, flow
from connectors.drafting.draft import Draft
from connectors.model.mapping import Column, Mapping, Party, Producer


def write_snippet(draft: Draft) -> str:
    """Return a list of one mapping, with how sure every line is and what a person must decide."""
    spelling = draft.spelling
    lines = [
        f"# {draft.dataset.dataset} {draft.dataset.title.zh}：{_where(draft)}",
        f"- id: {spelling.id}",
        *(f"  {line}" for line in _parts(spelling)),
        "  fields:" if spelling.fields else "  fields: {}",
    ]
    for name, column in spelling.fields.items():
        lines.append(f"    {name}: {flow(filled(column, Column()))}  # {_line(_why(draft, name, column))}")
    decide = [
        f"{doubt.about} ← {doubt.column}：{doubt.text}" + (f" → {doubt.line}" if doubt.line else "")
        for doubt in draft.doubts
    ]
    lines += _remarks("待定 to decide", decide)
    lines += _remarks("没有列的必填字段 required, without a column", draft.lacking)
    lines += _remarks("未用的列 columns left over", [left_over(*column) for column in draft.left_columns.items()])
    return "\n".join(lines) + "\n"


def left_over(heading: str, look: str) -> str:
    """Return a column that is left over, with what its cells are."""
    return f"{heading}（{look}）" if look else heading


def _parts(spelling: Mapping) -> list[str]:
    party = filled(spelling.party, Party(name=[], codes=[]))
    producer = filled(spelling.producer, Producer())
    parts = [f"version: {spelling.version}"] if spelling.version > 1 else []
    parts += [f"party: {flow(party)}"]
    parts += [f"producer: {flow(producer)}"] if producer else []
    others = {"fill_down": spelling.fill_down, "footers": spelling.footers, "without": spelling.without}
    return parts + [f"{name}: {flow(value)}" for name, value in others.items() if value]


def _where(draft: Draft) -> str:
    if any(mapping.id == draft.spelling.id for mapping in draft.dataset.mappings):
        return f"替换 mappings: 之下的 {draft.spelling.id} put it in the place of {draft.spelling.id}"
    return "粘贴到该数据目录的 mappings: 之下 paste it there"


def _why(draft: Draft, name: str, column: Column) -> str:
    if name in draft.pairs:
        return f"{draft.pairs[name][1].score:.0%} {draft.pairs[name][1].why}"
    known = any(name in mapping.fields for mapping in draft.dataset.mappings if mapping.id == draft.spelling.id)
    return "原有 as it stood" if known or not column.fine_within else "句中罚款 the sentence names the fine"


def _remarks(title: str, lines: list[str]) -> list[str]:
    return [f"  # {title}:", *(f"  #   {_line(line)}" for line in lines)] if lines else []


def _line(text: str) -> str:
    return " ".join(text.split())
