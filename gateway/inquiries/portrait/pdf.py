"""What of a portrait is set in print: its dimensions as a radar and a table, its network and its changes. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.console.words import NOTHING, Words
from gateway.inquiries.portrait.words import Changes, Network, Portrait, Relation, lay_out_portrait

# Of each table the widths of its columns, in parts of what is left; 0 is as wide as its text.
_DIMENSIONS = ([2, 2, 0, 0, 0, 0, 4], ["方面", "情况", "分值", "指标", "记录", "最近一条", "背后的记录"])
_RELATIONS = ([3, 0, 3, 0, 0, 0, 0], ["一方", "关系", "另一方", "比例", "职务", "自", "至"])
_TWO = ([1, 4], ["事项", "内容"])


def portrait_parts(statement: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the finding, the radar's dimensions with their points, and the tables, of an answer with a portrait."""
    shown = lay_out_portrait(statement, words)
    assert shown is not None, "answers with a portrait come here alone"  # noqa: S101 - see sheet_pdf
    radar = shown.radar
    points = zip(radar.categories, radar.series[0].values, strict=True) if radar else ()
    return {
        "finding": radar.finding if radar else NOTHING,
        "radar": [(name, None if value is None else int(value)) for name, value in points],
        "tables": [*_dimensions(shown), *_network(shown.network), *_changes(shown.changes)],
    }  # fmt: skip


def table(title: str, columns: tuple[Sequence[int], Sequence[str]], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return a table as it is set; one without rows says so."""
    widths, header = columns
    return {
        "title": title, "widths": list(widths), "header": list(header), "rows": [list(row) for row in rows],
    }  # fmt: skip


def _dimensions(shown: Portrait) -> list[dict[str, Any]]:
    rows = [
        (one.name, one.status, one.points, one.computed, NOTHING if one.held is None else str(one.held), one.latest,
         one.behind)
        for one in shown.dimensions
    ]  # fmt: skip
    return [table("六个方面", _DIMENSIONS, rows)] if rows else []


def _network(network: Network | None) -> list[dict[str, Any]]:
    if network is None:
        return []
    if network.withheld:
        return [table("关联网络", _TWO, [("关联网络", "不在授权之内")])]
    found = [(label, "；".join(texts) or "无") for label, texts in network.findings]
    found += [("不能计算", "；".join(network.untold))]
    found += [("未全部列出", "关联方太多，只列出了最近的一部分")] if network.cut else []
    return [table("关联网络", _TWO, found), *_relations("关系", network.relations)]


def _changes(changes: Changes | None) -> list[dict[str, Any]]:
    if changes is None:
        return []
    rows = [(f"比例变化　{what}", f"{before} → {after}") for what, before, after in changes.shares]
    rows += [("登记事项", changes.registration)]
    rows += [(label, f"{before} → {after}") for label, before, after in changes.fields]
    rows += [("变更备案", f"{day} {item}") for item, day in changes.filed]
    rows += [("变更备案", changes.unfiled or "无")] if not changes.filed else []
    rows += [("关系的变化", changes.unsaid)] if changes.unsaid else []
    return [
        table(f"变化（{changes.begins} 至 {changes.ends}）", _TWO, rows),
        *_relations("新增的关系", changes.came), *_relations("结束的关系", changes.left),
    ]  # fmt: skip


def _relations(title: str, rows: Sequence[Relation]) -> list[dict[str, Any]]:
    told = [(one.source, one.kind, one.target, one.share, one.position, one.starts, one.ends) for one in rows]
    return [table(title, _RELATIONS, told)] if told else []
