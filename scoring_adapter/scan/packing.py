"""Parts of many subjects packed into a few bytes each: only those that differ from what a subject without rows has.

The form is that of entries.py, laid out here for all subjects at once.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.scan.entries import MOST_PLACES, SHIFT

_WIDTHS = np.array([1, 2, 4, 8])
_TOGETHER = 4096  # rows: what is laid out on the way stays near the processor


def pack(values: NDArray[np.int64], given: NDArray[np.bool_]) -> list[bytes]:
    """Return a row's bytes for each row of `values`: its entries are the places that are `given`."""
    if values.shape[1] > MOST_PLACES:
        raise ValueError(f"{values.shape[1]} > {MOST_PLACES}")
    starts = range(0, len(values), _TOGETHER)
    return [row for at in starts for row in _pack(values[at : at + _TOGETHER], given[at : at + _TOGETHER])]


def _pack(values: NDArray[np.int64], given: NDArray[np.bool_]) -> list[bytes]:
    rows, places = np.nonzero(np.ascontiguousarray(given))
    picked = values[rows, places]
    kinds = _kinds(picked)
    widths = _WIDTHS[kinds]
    ends = np.cumsum(widths + 2)
    starts = ends - widths
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    heads = places | (kinds << SHIFT)
    out[starts - 2], out[starts - 1] = heads & 255, heads >> 8
    for at in range(8):  # the values' bytes, the lowest first; fewer and fewer have another one
        out[starts] = (picked & 255).astype(np.uint8)
        wider = widths > at + 1
        starts, widths, picked = starts[wider] + 1, widths[wider], picked[wider] >> 8
    bounds = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.bincount(rows, _WIDTHS[kinds] + 2, len(values)), out=bounds[1:])
    whole, cuts = out.tobytes(), bounds.tolist()
    return [whole[low:high] for low, high in pairwise(cuts)]


def _kinds(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how wide each value is: the places of 1, 2, 4 and 8 bytes."""
    folded = values ^ (values >> 63)  # below 2^n where the value fits n bits and a sign
    kinds = (folded >= 1 << 7).astype(np.int64)
    wide = np.flatnonzero(kinds)
    kinds[wide] += (folded[wide] >= 1 << 15).astype(np.int64) + (folded[wide] >= 1 << 31)
    return kinds
