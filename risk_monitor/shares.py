"""Shares as they are told: per cent with one decimal, halves up. Pure."""

from decimal import ROUND_HALF_UP, Decimal

_ONE_DECIMAL = Decimal("0.1")
_HUNDRED = 100


def percent_of(part: int, whole: int) -> Decimal | None:
    """Return the share in per cent, as 99.5 for 366 of 368; None of nothing."""
    if not whole:
        return None
    return (Decimal(part * _HUNDRED) / whole).quantize(_ONE_DECIMAL, ROUND_HALF_UP)
