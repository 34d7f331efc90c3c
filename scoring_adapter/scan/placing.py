"""With whom many subjects are compared, as industries.py places one. Pure."""

import numpy as np
from numpy.typing import NDArray

from scoring_adapter.industries import UNPLACED, Industries


def place_all(
    rules: Industries, values: NDArray[np.int64], given: NDArray[np.bool_]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return the section and the size of each, by the values of the rules' tags, a column each."""
    section, headcount = values[:, 0], values[:, 1]
    known = given[:, 0] & (section >= 1) & (section <= len(rules.sections))
    sections = np.where(known, section, UNPLACED).astype(np.int8)
    sizes = np.full(len(values), UNPLACED, np.int8)
    for place, one in enumerate(rules.sections, 1):
        if one.bounds:
            own = (sections == place) & given[:, 1]
            sizes[own] = 1 + np.searchsorted(one.bounds, headcount[own], side="right")
    return sections, sizes
