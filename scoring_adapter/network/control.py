"""Who controls an enterprise by its shares, and which holdings lead in a circle: from ways that were walked. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from scoring_adapter.network.shares import CONTROL, Total


def having_enough(totals: Mapping[int, Total]) -> list[int]:
    """Return those whose share is enough, the largest first."""
    enough = [party for party, total in totals.items() if (total.share or 0) >= CONTROL]
    return sorted(enough, key=lambda party: (-(totals[party].share or 0), party))


def ultimate(subject: int, enough: Sequence[int], above: Mapping[int, Collection[int]]) -> list[int]:
    """Return those of whom neither another of them nor the enterprise itself has enough: `above` tells who has."""
    others = {subject, *enough}
    return [party for party in enough if others.isdisjoint(above[party])]


def circles(ways_up: Iterable[Sequence[int]], held: Collection[int]) -> list[tuple[int, ...]]:
    """Return the holdings that lead back to where they began: each the parties above, the last of which it holds."""
    return sorted({tuple(way) for way in ways_up if way[-1] in held}, key=lambda way: (len(way), way))
