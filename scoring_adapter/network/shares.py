"""Shares as whole parts per million, and what becomes of them along a way. Pure.

What is left over is cut, never rounded up: the shares of an enterprise never come to more than was said. Along a way
shares are multiplied; all ways that meet no party twice are added up exactly, and the sum is cut once, at its end.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import NamedTuple

PPM = 1_000_000
HOPS = 3
CONTROL = 500_000  # a half: who has as much of an enterprise, by all ways together, controls it
Span = tuple[int, int]  # the first day, and the day after the last


class Part(NamedTuple):
    """What one record says of a share in some spans of days: a ratio, or an amount, as the record spells it."""

    ratio: str | None
    amount: str | None
    spans: Sequence[Span]


class Shared(NamedTuple):
    """A share from a day up to another; None where it is not known."""

    begins: int
    ends: int
    share: int | None


class Total(NamedTuple):
    """What all ways to a party come to, and how many steps the nearest takes; None: no way tells its shares."""

    share: int | None
    hops: int


def divide(parts: Sequence[Part], *, whole: bool) -> list[list[Shared]]:
    """Return the shares of each part, span by span, of an enterprise's parts of one dataset.

    Ratios above 1 are percents, and so are the others beside them. With `whole`, who has no ratio has the share that
    its amount is of all amounts of those days.
    """
    days = sorted({day for part in parts for span in part.spans for day in span})
    found: list[list[Shared]] = [[] for _ in parts]
    for begin, end in pairwise(days):
        active = [at for at, part in enumerate(parts) if any(low <= begin and end <= high for low, high in part.spans)]
        shares = _shares([parts[at] for at in active], whole=whole)
        for at, share in zip(active, shares, strict=True):
            last = found[at][-1] if found[at] else None
            if last and last.ends == begin and last.share == share:
                found[at][-1] = last._replace(ends=end)
            else:
                found[at].append(Shared(begin, end, share))
    return found


def add_up(ways: Iterable[tuple[Sequence[int], Sequence[int | None]]]) -> dict[int, Total]:
    """Return what is had of, or by, the last party of each way, given with the shares of its steps."""
    sums: dict[int, int | None] = {}
    hops: dict[int, int] = {}
    for parties, shares in ways:
        last, product = parties[-1], PPM ** (HOPS - len(shares))
        hops[last] = min(len(shares), hops.get(last, HOPS))
        for share in shares:
            product *= share or 0
        if None in shares:
            sums.setdefault(last, None)
        else:
            sums[last] = (sums.get(last) or 0) + product
    return {
        party: Total(None if total is None else min(total // PPM ** (HOPS - 1), PPM), hops[party])
        for party, total in sums.items()
    }


def _shares(parts: Sequence[Part], *, whole: bool) -> list[int | None]:
    ratios = [_number(part.ratio) for part in parts]
    amounts = [_number(part.amount) for part in parts]
    scale = PPM // 100 if any(ratio is not None and ratio > 1 for ratio in ratios) else PPM
    known = [amount for amount in amounts if amount is not None]
    total = sum(known, Decimal(0)) if whole and len(known) == len(parts) else Decimal(0)

    def share_of(ratio: Decimal | None, amount: Decimal | None) -> int | None:
        if ratio is not None:
            return min(int(ratio * scale), PPM)
        return int(amount * PPM / total) if amount is not None and total else None

    return [share_of(*given) for given in zip(ratios, amounts, strict=True)]


def _number(said: str | None) -> Decimal | None:
    """Return a figure that a share can be made of."""
    try:
        number = Decimal(said) if said is not None else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and number >= 0 else None
