"""A draft as YAML to paste into the catalogue: what is sure as a mapping, what is not as comments. Pure."""

from connectors.conversion.transforms import filled, flow
from connectors.drafting.draft import Draft
from connectors.model.mapping import Column, Mapping, Party, Producer

_FINE = "句中罚款 the sentence names the fine"


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
        said = f"{draft.pairs[name][1].score:.0%} {draft.pairs[name][1].why}" if name in draft.pairs else _FINE
        lines.append(f"    {name}: {flow(filled(column, Column()))}  # {_line(said)}")
    decide = [
        f"{doubt.about} ← {doubt.column}：{doubt.text}" + (f" → {doubt.line}" if doubt.line else "")
        for doubt in draft.doubts
    ]
    lines += _remarks("待定 to decide", decide)
    lines += _remarks("没有列的必填字段 required, without a column", draft.lacking)
    lines += _remarks("未用的列 columns left over", draft.left_columns)
    return "\n".join(lines) + "\n"


def _parts(spelling: Mapping) -> list[str]:
    party = filled(spelling.party, Party(name=[], codes=[]))
    producer = filled(spelling.producer, Producer())
    parts = [f"party: {flow(party)}"]
    parts += [f"producer: {flow(producer)}"] if producer else []
    parts += [f"footers: {flow(spelling.footers)}"] if spelling.footers else []
    return parts


def _remarks(title: str, lines: list[str]) -> list[str]:
    return [f"  # {title}:", *(f"  #   {_line(line)}" for line in lines)] if lines else []


def _line(text: str) -> str:
    return " ".join(text.split())
