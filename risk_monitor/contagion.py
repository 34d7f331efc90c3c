"""How many at risk stand near each enterprise: by a holding, a guarantee, a person who leads both, an address. Pure.

One step, and by their own points alone: what came to one by contagion does not go on from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WARNED = 2  # the rank of a warning
MOST_SHARING = 50  # more than so many at one address are a business centre, and say nothing of each other
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Links:
    """Ties of one kind, from party to party: enterprises have numbers above 0, persons and places below."""

    sources: Numbers
    targets: Numbers


def count_near(ranks: NDArray[np.int8], links: Links) -> Numbers:
    """Return, for every number up to the last of `ranks`, how many others of a warning or more it is tied to.

    `ranks` is by number, place 0 nobody's. Two enterprises are tied to each other, or both to one other party.
    """
    ties = np.concatenate([_direct(links), _shared(links)])
    ties = ties[(ties[:, 0] < len(ranks)) & (ties[:, 1] < len(ranks))]
    ties = np.unique(ties[(ranks[ties[:, 0]] >= WARNED) & (ties[:, 0] != ties[:, 1])], axis=0)
    return np.bincount(ties[:, 1], minlength=len(ranks))


def near(ranks: NDArray[np.int8], links: Mapping[str, Links]) -> dict[str, Numbers]:
    """Return the counts by the measure's name."""
    return {name: count_near(ranks, of) for name, of in links.items()}


def _direct(links: Links) -> Numbers:
    both = (links.sources > 0) & (links.targets > 0)
    pairs = np.stack([links.sources[both], links.targets[both]], axis=1)
    return np.concatenate([pairs, pairs[:, ::-1]])


def _shared(links: Links) -> Numbers:
    """Return each two enterprises, both ways round and each with itself, that have a party in common."""
    one = (links.sources > 0) != (links.targets > 0)
    members = np.where(links.sources > 0, links.sources, links.targets)[one]
    parties = np.where(links.sources > 0, links.targets, links.sources)[one]
    told = np.unique(np.stack([parties, members], axis=1), axis=0)
    _, firsts, sizes = np.unique(told[:, 0], return_index=True, return_counts=True)
    kept = sizes <= MOST_SHARING
    firsts, sizes = firsts[kept], sizes[kept]
    of_each = np.repeat(firsts, sizes) + _counted(sizes)  # every row of a party that is kept
    lengths = np.repeat(sizes, sizes)
    others = np.repeat(np.repeat(firsts, sizes), lengths) + _counted(lengths)
    return np.stack([told[np.repeat(of_each, lengths), 1], told[others, 1]], axis=1)


def _counted(lengths: Numbers) -> Numbers:
    """Return 0, 1, … for each length, one after another."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
