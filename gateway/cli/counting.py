"""What the rows of a file were, in lines for people; nothing is said of what did not occur."""

from collections.abc import Iterator, Mapping
from typing import Any

_KINDS = {
    "titles": "标题行 title rows",
    "repeated_headers": "重复的列名行 headers repeated",
    "blank": "空行 blank rows",
    "footers": "尾注行 footer rows",
    "natural_persons": "自然人，未入库 natural persons, not kept",
}
_NAMES = {
    "unread_sheets": "未读的工作表 sheets not read",
    "hidden_sheets": "隐藏的工作表 hidden sheets",
    "repeated_columns": "重复的列，只读第一列 columns that stand there twice, only the first is read",
}


def counting_lines(counting: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each kind of rows that is there, with their numbers, and what else the reader should know."""
    yield f"文件行数 rows in the file: {counting['file_rows']}，数据 data {counting['data_rows']}"
    for name, label in _KINDS.items():
        if counting[name]["count"]:
            yield f"{label}: {counting[name]['count']}（行 rows {shortened(counting[name]['rows'])}）"
    if counting["conflicts"]["count"]:
        groups = "；".join("、".join(map(str, rows)) for rows in counting["conflicts"]["rows"])
        yield (
            f"同一主键内容不同，以最后一行为准 one key, contents that differ, the last row holds: "
            f"{counting['conflicts']['count']}（行 rows {groups}）"
        )
    for name, label in _NAMES.items():
        if counting[name]:
            yield f"{label}: {'、'.join(counting[name])}"


def shortened(spans: list[str], most: int = 20) -> str:
    """Return the first spans of row numbers in one line."""
    return "、".join(spans[:most]) + (" …" if len(spans) > most else "")
