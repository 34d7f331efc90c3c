"""A network as a drawing: who stands above whom in rows, as shapes that a page draws without a script. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.network.walks import WalkedEdge

WIDE, HIGH = 168, 40  # of a party
APART, BELOW = 22, 84
A_ROW = 6
MOST = 48  # more would not be told apart


@dataclass(frozen=True)
class Box:
    """A party's place, its upper left corner."""

    party: int
    x: int
    y: int


@dataclass(frozen=True)
class Line:
    """An edge's place, and where its share stands beside it."""

    edge: WalkedEdge
    x1: int
    y1: int
    x2: int
    y2: int

    @property
    def middle(self) -> tuple[int, int]:
        """Where its share is written."""
        return (self.x1 + self.x2) // 2, (self.y1 + self.y2) // 2


@dataclass(frozen=True)
class Drawing:
    """The shapes, how large they are together, and how many parties are left out."""

    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[Line]
    left_out: int


def draw(subject: int, near: Mapping[int, int], edges: Sequence[WalkedEdge]) -> Drawing:
    """Place the nearest parties: who leads to an enterprise above it, whom it leads to below."""
    drawn = sorted(near, key=lambda party: (near[party], party))[:MOST]
    levels = _levels(subject, near, edges)
    rows: dict[int, list[int]] = {}
    for party in drawn:
        rows.setdefault(levels[party], []).append(party)
    lines = [rows[level][at : at + A_ROW] for level in sorted(rows) for at in range(0, len(rows[level]), A_ROW)]
    width = max(len(line) for line in lines) * (WIDE + APART) + APART
    boxes = {}
    for number, line in enumerate(lines):
        left = (width - len(line) * (WIDE + APART) + APART) // 2
        for at, party in enumerate(line):
            boxes[party] = Box(party, left + at * (WIDE + APART), number * BELOW + APART)
    height = len(lines) * BELOW + APART - (BELOW - HIGH) + APART
    between = [_line(one, boxes) for one in edges if one.source in boxes and one.target in boxes]
    return Drawing(width, height, list(boxes.values()), between, len(near) - len(boxes))


def _levels(subject: int, near: Mapping[int, int], edges: Sequence[WalkedEdge]) -> dict[int, int]:
    """Return how far below the enterprise each party stands, by the first edge that leads to it."""
    beside: dict[int, list[tuple[int, int]]] = {}
    for edge in edges:
        beside.setdefault(edge.target, []).append((edge.source, -1))
        beside.setdefault(edge.source, []).append((edge.target, 1))
    levels, reached = {subject: 0}, [subject]
    for party in reached:
        for other, step in sorted(beside.get(party, ())):
            if other not in levels:
                levels[other] = levels[party] + step
                reached.append(other)
    return {party: levels.get(party, 0) for party in near}


def _line(edge: WalkedEdge, boxes: Mapping[int, Box]) -> Line:
    begin, end = boxes[edge.source], boxes[edge.target]
    down = begin.y <= end.y
    return Line(
        edge, begin.x + WIDE // 2, begin.y + (HIGH if down else 0), end.x + WIDE // 2, end.y + (0 if down else HIGH)
    )
