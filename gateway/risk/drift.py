"""How far the city has moved from the first day of what is in force: shares of every measure, day by day, as PSI.

A measure is a risk point (who has it), the level of a type of risk, or the model's points in tenths of that first day.
Above 0.1 a movement is told of as little, above 0.25 as much: rules and models were tried on another city then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.risk.learned_reading import POINTS
from gateway.risk.pieces import Piece
from risk_monitor.learned import Learned, points_of
from risk_monitor.names import LEVELS
from risk_monitor.watch import Watch
from scoring_adapter.modeling.measures import bounds_of, psi, shares_of
from signing.canonical import canonical_bytes

DIGITS, ALL_PPM = 6, 1_000_000
# The first day of the same rules and model: what later days are compared with.
_BASELINE = text("""
    SELECT measure, shares FROM risk_drift WHERE basis = :basis
      AND as_of = (SELECT min(as_of) FROM risk_drift WHERE basis = :basis AND as_of < :day)
""")
_FORGET = text("DELETE FROM risk_drift WHERE as_of = :day")
_KEEP = text("""
    INSERT INTO risk_drift (as_of, measure, basis, shares, psi_ppm)
    SELECT :day, measure, :basis, CAST(shares AS jsonb), psi
    FROM unnest(CAST(:measures AS text[]), CAST(:shares AS text[]), CAST(:psis AS integer[]))
        AS f (measure, shares, psi)
""")


@dataclass(frozen=True)
class Spread:
    """Which share of all lies in each group of a measure; `bounds` where groups of points begin, none of others."""

    shares: Sequence[float]
    bounds: Sequence[int] = ()

    def row(self) -> list[Sequence[float]]:
        """Return it as it is kept."""
        return [self.shares, self.bounds]


def basis_of(watch: Watch, model: Learned | None) -> str:
    """Return what days are comparable by: the digests of what was in force."""
    return f"{watch.digest[:16]}+{model.digest[:16] if model else '-'}"


def spread_of(
    watch: Watch, model: Learned | None, pieces: Sequence[Piece], bounds: Sequence[int] | None
) -> dict[str, Spread]:
    """Return the spread of every measure of a day; `bounds` are those of the first day's points, None on it. Pure."""
    held = np.concatenate([piece.judged.held for piece in pieces])
    ranks = np.concatenate([piece.judged.ranks for piece in pieces])
    found = {}
    for at, point in enumerate(watch.points):
        share = round(float(held[:, at].mean()), DIGITS)
        found[point.id] = Spread([round(1 - share, DIGITS), share])
    for at, kind in enumerate(watch.types):
        counts = np.bincount(ranks[:, at], minlength=len(LEVELS) + 1)
        found[kind.id] = Spread([round(float(one), DIGITS) for one in counts / len(ranks)])
    if model is not None:
        points = np.concatenate([points_of(model, piece.measures)[0] for piece in pieces])
        tenths = bounds_of(points) if bounds is None else bounds
        found[POINTS] = Spread([round(one, DIGITS) for one in shares_of(points, tenths)], tenths)
    return found


def moved(first: Spread, now: Spread) -> int:
    """Return how far a spread is from that of the first day, in millionths. Pure."""
    return round(psi(first.shares, now.shares) * ALL_PPM)


async def read_baseline(session: AsyncSession, basis: str, day: date) -> Mapping[str, Spread]:
    """Return the first day's spreads of the same rules and model, before a day; none on the first."""
    rows = await session.execute(_BASELINE, {"basis": basis, "day": day})
    return {row.measure: Spread(*row.shares) for row in rows}


async def keep(
    session: AsyncSession, day: date, basis: str, first: Mapping[str, Spread], now: Mapping[str, Spread]
) -> None:
    """Keep a day's spreads and how far each is from the first day's; the lock of the risk watch is held."""
    psis = {name: moved(first[name], one) if name in first else None for name, one in now.items()}
    await session.execute(_FORGET, {"day": day})
    await session.execute(_KEEP, {
        "day": day, "basis": basis, "measures": list(now), "psis": [psis[name] for name in now],
        "shares": [canonical_bytes([list(part) for part in one.row()]).decode() for one in now.values()],
    })  # fmt: skip
