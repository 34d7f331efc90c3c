"""How data flow, as a graph: kinds of data → the gateway → kinds of institutions and platforms, with counts. Pure.

Every node has its place from here, so that the picture is the same each time; the counts stand in a table behind it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.overview.figures import Overview

MOST_KINDS = 10  # of data, the largest; the others are one node
COLUMN, ROW = 320, 54


@dataclass(frozen=True)
class Node:
    """One node at its place: what it stands for ("data", "gateway", "institution", "platform"), and which."""

    id: str
    side: str
    code: str
    count: int
    x: int
    y: int


@dataclass(frozen=True)
class Flow:
    """The nodes, and the ids of the two ends of each arrow with what went along it."""

    nodes: Sequence[Node]
    arrows: Sequence[tuple[str, str, int]]

    @property
    def height(self) -> int:
        """How far down the nodes reach."""
        return max((node.y for node in self.nodes), default=0) + ROW


def flow_of(found: Overview) -> Flow:
    """Return the graph of what came in within the last days and what was asked and told."""
    records = Counter[str]()
    for feed in found.feeds:
        records[feed.category] += feed.records
    kinds = [(code, count) for code, count in records.most_common() if count]
    others = sum(count for _, count in kinds[MOST_KINDS:])
    left = [("data", code, count) for code, count in kinds[:MOST_KINDS]] + ([("data", "", others)] if others else [])
    asked = Counter[str]()
    for one in found.institutions:
        asked[one.kind] += one.asked
    right = [("institution", kind, count) for kind, count in asked.most_common()]
    right += [("platform", one.platform, one.sent) for one in found.platforms]
    tallest = max(len(left), len(right), 1)
    centre = Node("gateway", "gateway", "", sum(records.values()), COLUMN, tallest * ROW // 2)
    nodes = [*_placed(left, 0, tallest), centre, *_placed(right, 2 * COLUMN, tallest)]
    arrows = [
        (node.id, centre.id, node.count) if node.side == "data" else (centre.id, node.id, node.count)
        for node in nodes if node is not centre
    ]  # fmt: skip
    return Flow(nodes, arrows)


def _placed(column: Sequence[tuple[str, str, int]], x: int, tallest: int) -> list[Node]:
    """Return a column's nodes, evenly over the height of the tallest."""
    step = tallest * ROW / max(len(column), 1)
    return [
        Node(f"{side}-{code or 'others'}", side, code, count, x, round((place + 0.5) * step))
        for place, (side, code, count) in enumerate(column)
    ]


def drawn(flow: Flow, names: Mapping[str, str]) -> dict[str, object]:
    """Return the graph as its script draws it; `names` by a node's id."""
    return {
        "height": flow.height,
        "nodes": [
            {"id": node.id, "side": node.side, "label": names[node.id], "x": node.x, "y": node.y}
            for node in flow.nodes
        ],
        "arrows": [{"from": start, "to": end, "count": count} for start, end, count in flow.arrows],
    }  # fmt: skip
