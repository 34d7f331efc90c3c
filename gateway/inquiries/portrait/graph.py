"""A portrait's network as a drawing around one of its parties: each party leads to the drawing around itself. Pure.

Whoever walks stays within the answer: nothing is shown that it does not tell.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from gateway.inquiries.portrait.parties import PERSON, is_numbered
from gateway.network.drawing import Drawing, draw
from gateway.network.walks import WalkedEdge


@dataclass(frozen=True)
class Graph:
    """The drawing, and by a party's number there its name and where it leads; who is a person, which edges go in a
    circle, and who stands in the middle.
    """

    drawing: Drawing
    names: Mapping[int, str]
    hrefs: Mapping[int, str]
    persons: frozenset[int]
    circling: frozenset[tuple[int, int]]
    own: int
    centre: str
    shares: Callable[[Any], str]


def graph_of(
    network: Mapping[str, Any], names: Mapping[str, str], subject: str, centre: str, shares: Callable[[Any], str]
) -> Graph:
    """Return the drawing around a party, the enterprise itself where none is named or there is no such party."""
    parties = network["parties"]
    # Who is not on record here is a number below 0, as in the network itself.
    numbers = {one["id"]: -place - 1 if is_numbered(one["id"]) else place + 1 for place, one in enumerate(parties)}
    middle = centre if centre in numbers else subject
    edges = [
        WalkedEdge(
            one["kind"], numbers[one["from"]], numbers[one["to"]], one["share"], one["position"],
            date.fromisoformat(one["starts"]), None,
        )
        for one in network["edges"]
    ]  # fmt: skip
    own = numbers[middle]
    circles = [[subject, *circle, subject] for circle in network["circles"] or ()]
    return Graph(
        draw(own, _far(own, edges), edges), {number: names[party] for party, number in numbers.items()},
        {
            number: f"?{urlencode({'at': party})}#network" if party != middle else ""
            for party, number in numbers.items()
        },
        frozenset(numbers[one["id"]] for one in parties if one["kind"] == PERSON),
        frozenset(
            (numbers[holder], numbers[held]) for circle in circles for held, holder in pairwise(circle)
            if {holder, held} <= numbers.keys()
        ),
        own, names[middle], shares,
    )  # fmt: skip


def _far(own: int, edges: Sequence[WalkedEdge]) -> dict[int, int]:
    """Return how many steps away from a party each is that edges lead to."""
    beside: dict[int, set[int]] = {}
    for one in edges:
        beside.setdefault(one.source, set()).add(one.target)
        beside.setdefault(one.target, set()).add(one.source)
    far, reached = {own: 0}, [own]
    for party in reached:
        for other in sorted(beside.get(party, ())):
            if other not in far:
                far[other] = far[party] + 1
                reached.append(other)
    return far
