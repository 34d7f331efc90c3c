"""Taking a part out of a cell by a pattern that an agency's mapping declares. Pure.

The patterns run in an engine whose time grows with the cell alone: one that backtracks could be made to run for ever.
"""

from functools import lru_cache


@lru_cache(maxsize=100_000)
def extracted(pattern: str, value: str) -> str | None:
    """Return what the pattern's one group stands for in the value, None where the pattern is not found."""
    import polars as pl

    found: str | None = pl.Series([value]).str.extract(pattern, 1)[0]
    return found


def fault_of_pattern(pattern: str) -> str | None:
    """Return what is wrong with a pattern, None where nothing is."""
    import polars as pl

    try:
        groups = pl.Series([""]).str.extract_groups(pattern).dtype
    except pl.exceptions.ComputeError as fault:
        why = str(fault).strip().splitlines()[-1]
        return f"不是正则表达式，或用了回溯 no regular expression, or one that looks around or back: {why}"
    count = len(groups.fields) if isinstance(groups, pl.Struct) else 0
    return None if count == 1 else "应恰有一个括号组 exactly one group is wanted"
