"""One held submission in lines for people: what it is, why, what would be lost, its first rows, what can be decided."""

from collections.abc import Iterator, Mapping
from typing import Any

_OPTIONS = {"accept-part": "accept --part"}


def held_lines(held: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines; `held` is the document of the interface (gateway/intake/held_preview.py)."""
    yield f"暂存 held: {held['held']}，{held['agency']} · {held['dataset']} · {held['sender_batch']}"
    yield f"提交 sent by: {held['sent_by']}（{held['way']}）{held['held_at']}，到期 expires {held['expires_at']}"
    yield f"状态 state: {held['state']}" + (f"，{held['decided_by']}" if held["decided_by"] else "")
    yield "不同 it differs:"
    for finding in held["findings"]:
        yield f"  {'警告 WARNING: ' if finding.get('warning') else ''}{finding['zh']} {finding['en']}"
    if held["lost"]:
        values = sum(column["values"] for column in held["lost"])
        columns = "、".join(column["column"] for column in held["lost"])
        yield f"接受会丢失 lost if accepted: {values} 个值 values，列 columns {columns}"
    if held["fault"]:
        yield f"无法读取 it cannot be read: {held['fault']}"
    yield from (_row(row, held["titles"]) for row in held["first_rows"])
    for decision, said in held["decisions"].items():
        yield f"xinqiao agency held {_OPTIONS.get(decision, decision)} {held['held']}"
        yield f"  {said['zh']} {said['en']}"


def _row(row: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    number = f"行 row {row['row']}"
    if row["natural_person"]:
        return f"{number}: 自然人，不入库 a natural person, not kept"
    if row["rejected"]:
        return f"{number}: 问题数据 rejected: {'；'.join(row['rejected'])}"
    filled = ((name, value) for name, value in row["fields"].items() if value not in (None, []))
    values = "，".join(f"{titles.get(name, name)} {value}" for name, value in filled)
    return f"{number}: {row['name']} {row['code']}：{values}"
