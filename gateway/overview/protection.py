"""Small numbers that could tell something about one enterprise are not shown. Pure."""

from collections.abc import Mapping

FEWEST = 5


def protect(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return counts of enterprises with those below FEWEST hidden (None); a zero is told.

    Where one alone would be hidden, the whole less the others would tell it: the next smallest is hidden with it.
    """
    hidden = {name for name, count in counts.items() if 0 < count < FEWEST}
    if len(hidden) == 1:
        others = sorted((count, name) for name, count in counts.items() if count >= FEWEST)
        hidden |= {name for _, name in others[:1]}
    return {name: None if name in hidden else count for name, count in counts.items()}
