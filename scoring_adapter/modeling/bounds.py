"""A bound of a bin as a card writes it. Pure."""

from decimal import Decimal


def said(bound: int, scale: int) -> int | str:
    """Return a bound in the unit that people read; `scale`: how many of the tag's own unit one of it is."""
    return bound // scale if bound % scale == 0 else str(Decimal(bound) / scale)
